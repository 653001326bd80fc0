"""Twice the load that a server can take: the right answers in time that it still gives, against what it could."""

import dataclasses

from harness import heavy, machine, servers
from harness.compare import Line, Plan, Series, Spread
from harness.errors import MeasurementFailed
from harness.fleet import Fleet
from harness.load import Load, mettle, wrk

SLO_MS = 20
CONNECTIONS = 1000  # More than an SLO's worth of requests: with fewer the client waits, and nothing is ever refused.
SIMULATED = f"simulated=constant(1ms),width={heavy.WIDTH}"
REFUSING = f"refusing=constant(1s),width={heavy.WIDTH}"  # With room for one: a second's work and a hundred thousand refusals.


@dataclasses.dataclass
class Pressed:
    """A run beyond the capacity."""

    offered: float  # a second
    good: float  # answers within the SLO, a second
    p99_ms: float  # of what was admitted
    recovery_s: float

    def __str__(self) -> str:
        return (f"{self.good:,.0f} good answers/s of {self.offered:,.0f}, p99 of the admitted {self.p99_ms:.1f} ms, well "
                f"again after {self.recovery_s:g} s")


def run(plan: Plan) -> list[Line]:
    # The simulated one sleeps: two connections are enough for it, and more would be refused as a queue that stands.
    return measure("heavy", 64, {"model": heavy.folder()}, plan) + measure("simulated", 2, {"simulate": SIMULATED}, plan)


def measure(name: str, connections: int, what: dict, plan: Plan) -> list[Line]:
    with Fleet(plan, server=lambda cpu, scratch: servers.mettle(
                   cpu, scratch, "--workers", 1, "--slo", f"p99<{SLO_MS}ms", **what),
               refusing=lambda cpu, scratch: servers.mettle(
                   cpu, scratch, "--workers", 1, "--max-queue", 1, simulate=REFUSING)) as fleet:
        call = heavy.call(fleet["server"].port, plan.scratch, name, "input" if name == "heavy" else "x")
        if name == "heavy":
            heavy.check(call)
        peak = {}

        def rate() -> float:
            if "rps" not in peak:
                raise MeasurementFailed("the capacity is not known")
            return peak["rps"]

        def capacity() -> Load:
            load = wrk(call, connections, plan.seconds, plan.client_cpu)
            peak["rps"] = load.rps
            return load

        def refuse() -> float:
            """CPU time of a refusal, in µs, at the same rate over as many connections."""
            sent = heavy.call(fleet["refusing"].port, plan.scratch, "refusing", "x")
            before = machine.cpu_s(fleet["refusing"].pid)
            load = offer(sent, 2 * rate(), plan)[0]
            return (machine.cpu_s(fleet["refusing"].pid) - before) * 1e6 / load.requests

        series = Series(plan, {"capacity": capacity, "a refusal (µs)": refuse, "overload": lambda: press(call, rate(), plan)})
    return judge(name, series)


def offer(call, rate: float, plan: Plan, *extra) -> tuple[Load, dict]:
    return mettle(call, 0, plan.seconds, plan.client_cpu, plan.scratch, "--rate", round(rate), "--max-connections",
                  CONNECTIONS, *extra, closed=False, refusals=True)


def press(call, peak: float, plan: Plan) -> Pressed:
    """From the send: at these rates the generator is on its own limit, and its lag is not the server's."""
    _, result = offer(call, 2 * peak, plan)
    totals, service, seconds = result["totals"], result["service_ms"], result["duration_s"]
    good = (totals["requests"] - totals["failures"]) * share_within(service) / seconds
    return Pressed(totals["requests"] / seconds, good, service["p99"], recover(call, peak, plan))


def recover(call, peak: float, plan: Plan) -> float:
    """Whole seconds at half the capacity, behind as many at twice it, until all is answered in time."""
    seconds = max(2, round(plan.seconds))
    stages = f"{seconds}s:={2 * peak:.0f},{seconds}s:={peak / 2:.0f}"
    _, result = mettle(call, 0, 2 * seconds, plan.client_cpu, plan.scratch, "--rate", round(peak), "--max-connections",
                       CONNECTIONS, "--stages", stages, closed=False, refusals=True)
    ill = [point["t_s"] for point in result["series"]
           if point["t_s"] > seconds and (point["failures"] or point["p99_ms"] > SLO_MS)]
    return max(ill, default=seconds) - seconds


def share_within(latency: dict) -> float:
    """At least so many of the answers came within the SLO."""
    levels = {"max": 1, "p999": 0.999, "p99": 0.99, "p95": 0.95, "p90": 0.9, "p50": 0.5}
    return next((share for level, share in levels.items() if latency[level] <= SLO_MS), 0)


def judge(name: str, series: Series) -> list[Line]:
    needs = ("capacity", "a refusal (µs)", "overload")
    good = series.values("overload", lambda load: load.good)
    served = series.values("capacity", lambda load: 1e6 / load.rps)
    refused = series.values("a refusal (µs)", float)
    offered = series.values("overload", lambda load: load.offered / 1e6)
    if name == "heavy":
        best = [1e6 * (1 - o * refusal) / (answer - refusal) for o, answer, refusal in zip(offered, served, refused)]
        what = "the ceiling (1 - O t_refuse)/(t_serve - t_refuse)"
    else:
        best, what = [1e6 / answer for answer in served], "its peak"
    lines = [series.line_of("overload", f"{name}: good answers/s at twice the capacity against {what}", "requests/s", good,
                            best, target=">= 0.95", notes=[], needs=needs)]
    if refused and served:
        lines[0].notes.append(f"{name}: a refusal takes {Spread.of(refused).median:.1f} µs of CPU, an answer "
                              f"{Spread.of(served).median:.1f} µs at the peak; answers over {SLO_MS} ms are not good")
    for text, unit, pick, limit in (
            ("p99 of the admitted, from the send, against the SLO", "ms", lambda load: load.p99_ms, float(SLO_MS)),
            ("time until all is answered in time, at half the capacity, against 1 s", "s", lambda load: load.recovery_s, 1.0)):
        ours = series.values("overload", pick)
        lines.append(series.line_of("overload", f"{name}: {text}", unit, ours, [limit] * len(ours), target="<= 1", notes=[],
                                    needs=("overload",)))
    return lines
