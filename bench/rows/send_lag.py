"""Send lag at 10,000 requests a second from one worker: how late a request leaves after it was due."""

from harness import digits, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed
from harness.fleet import Fleet
from harness.load import mettle, reasons

RATE = 10_000
LIMIT_US = 50.0


def run(plan: Plan) -> list[Line]:
    with Fleet(plan, nginx=servers.nginx) as fleet:
        call = digits.null_post(fleet["nginx"].port, plan.scratch)

        doubts: list[str] = []

        def lag_p99() -> float:
            load, result = mettle(call, 0, plan.seconds, plan.client_cpu, plan.scratch, "--rate", RATE, closed=False)
            if load.rps < 0.99 * RATE:
                raise MeasurementFailed(f"asked for {RATE} requests/s, sent {load.rps:.0f}")
            if result["validity"]["verdict"] != "VALID":
                doubts.append(reasons(result))
            return float(result["validity"]["send_lag_us"]["p99"])

        series = Series(plan, {"mettle": lag_p99})
    note = f"{len(doubts)} of {plan.repeats} runs called themselves {doubts[-1]}" if doubts else ""
    return [series.line("send_lag", "send lag p99 at 10,000/s, one worker, over 50 µs", "µs", "mettle", "mettle", float,
                        pick_theirs=lambda _: LIMIT_US, target="<= 1", note=note)]
