"""One-row requests of `heavy`: requests/s at saturation and the tail below it, against what the model's runs allow."""

from harness import heavy, servers
from harness.compare import Line, Plan, Series, Spread
from harness.fleet import Fleet
from harness.load import Call, Load, billed, mettle, wrk

CONNECTIONS = 64
SHARE = 0.7


def run(plan: Plan) -> list[Line]:
    model = heavy.folder()

    def serve(*extra):
        return lambda cpu, scratch: servers.mettle(cpu, scratch, *extra, model=model)

    with Fleet(plan, batched=serve(), single=serve("--max-batch-rows", 1)) as fleet:

        def saturate(server: str) -> Load:
            sent = heavy.call(fleet[server].port, plan.scratch)
            heavy.check(sent)
            return billed(fleet[server], lambda: wrk(sent, CONNECTIONS, plan.seconds, plan.client_cpu))

        def live() -> Load:
            call = Call(fleet["batched"].port, "/health/live")
            return billed(fleet["batched"], lambda: wrk(call, CONNECTIONS, plan.seconds, plan.client_cpu))

        capacity = {}

        def at(server: str, arrivals: str) -> Load:
            """At a share of what this server, or the one that does not batch, could do a moment ago."""
            sent = heavy.call(fleet["batched"].port, plan.scratch)
            return mettle(sent, 0, plan.seconds, plan.client_cpu, plan.scratch, "--rate", round(SHARE * capacity[server]),
                          "--arrivals", arrivals, closed=False)[0]

        def measure_capacity(server: str) -> Load:
            load = saturate(server)
            capacity[server] = load.rps
            return load

        def lone() -> Load:
            return wrk(heavy.call(fleet["batched"].port, plan.scratch), 1, plan.seconds, plan.client_cpu)

        series = Series(plan, {
            "live": live,
            "raw runs (µs a row)": lambda: heavy.us_per_row(plan.server_cpu),
            "batched": lambda: measure_capacity("batched"),
            "single": lambda: measure_capacity("single"),
            "lone": lone,
            **{f"{name}, {arrivals}": lambda server=server, arrivals=arrivals: at(server, arrivals)
               for name, server in (("low", "single"), ("high", "batched")) for arrivals in ("constant", "poisson")},
        })
    return [*against_bound(series), *tails(series)]


def against_bound(series: Series) -> list[Line]:
    """A request can't take less than an exchange that does nothing and its share of a run of the best size."""
    raw = series.values("raw runs (µs a row)", lambda us: min(us.values()))
    needs = ("live", "raw runs (µs a row)", "batched")
    lines = []
    for what, unit, pick in (("requests/s", "requests/s", lambda load: 1e6 / load.rps),
                             ("server CPU a request", "µs", lambda load: load.server_cpu_us)):
        bounds = [us + row for us, row in zip(series.values("live", pick), raw)]
        ours = series.values("batched", pick)
        if what == "requests/s":
            ours, bounds = [1e6 / us for us in ours], [1e6 / us for us in bounds]
        lines.append(series.line_of("batching", f"heavy, one row: {what} at {CONNECTIONS} connections against t live + t of "
                                    "a row at the best batch", unit, ours, bounds,
                                    target=">= 0.9" if what == "requests/s" else "", notes=[], needs=needs))
    sizes = series.values("raw runs (µs a row)", lambda us: min(us, key=us.get))
    if raw:
        lines[0].notes.append(f"a row takes {Spread.of(raw).median:.1f} µs in runs of {Spread.of(sizes).median:.0f} rows, "
                              f"{Spread.of(series.values('raw runs (µs a row)', lambda us: us[1])).median:.1f} µs alone")
    lines[1].notes.append("CPU a request: steadier than requests/s on a busy machine; at most 1 / 0.9 = 1.11 is wanted")
    lines.append(series.line("batching", "the same against --max-batch-rows 1", "requests/s", "batched", "single",
                             lambda load: load.rps))
    return lines


def tails(series: Series) -> list[Line]:
    single_us = series.values("raw runs (µs a row)", lambda us: us[1])
    lines = []
    for name, of, target in (("low", "the rate without batches", "<= 3"), ("high", "the batched capacity", "<= 10")):
        for arrivals in ("constant", "poisson"):
            contender = f"{name}, {arrivals}"
            lines.append(series.line_of(
                "batching", f"p99 from the due time at {SHARE:.0%} of {of}, {arrivals} arrivals, over a bare run of one row",
                "µs", series.values(contender, lambda load: load.p99_us), single_us, target=target, notes=[],
                needs=(contender, "raw runs (µs a row)")))
    lone = series.values("lone", lambda load: load.p50_us)
    if lone:
        lines[0].notes.append(f"a lone request's round trip has a median of {Spread.of(lone).median:.0f} µs")
    return lines
