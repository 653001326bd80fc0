"""Send lag at 10,000 requests a second from one worker: how late a request leaves after it was due, at p99 and on average."""

from harness import digits, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed
from harness.fleet import Fleet
from harness.load import mettle, reasons

RATE = 10_000
P99_LIMIT_US = 50.0
MEAN_LIMIT_US = 30.0


def run(plan: Plan) -> list[Line]:
    with Fleet(plan, nginx=servers.nginx) as fleet:
        call = digits.null_post(fleet["nginx"].port, plan.scratch)

        doubts: list[str] = []

        def lags() -> dict:
            load, result = mettle(call, 0, plan.seconds, plan.client_cpu, plan.scratch, "--rate", RATE, closed=False)
            if load.rps < 0.99 * RATE:
                raise MeasurementFailed(f"asked for {RATE} requests/s, sent {load.rps:.0f}")
            if result["validity"]["verdict"] != "VALID":
                doubts.append(reasons(result))
            return result["validity"]["send_lag_us"]

        series = Series(plan, {"mettle": lags})
    note = f"{len(doubts)} of {plan.repeats} runs called themselves {doubts[-1]}" if doubts else ""

    def line(name: str, limit: float) -> Line:
        return series.line("send_lag", f"send lag at 10,000/s, one worker: {name}, over {limit:g} µs", "µs", "mettle",
                           "mettle", lambda lags: float(lags[name]), pick_theirs=lambda _: limit, target="<= 1", note=note)

    return [line("p99", P99_LIMIT_US), line("mean", MEAN_LIMIT_US)]
