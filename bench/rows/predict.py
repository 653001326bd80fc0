"""Predicting one digit over HTTP: the arithmetic bound, FastAPI, MLServer, Triton."""

from harness import digits, raw_run, servers
from harness.compare import Line, Plan, Series, Spread
from harness.fleet import Fleet
from harness.load import Call, Load, billed, h2load, wrk

CONNECTIONS = 16


def run(plan: Plan) -> list[Line]:
    with Fleet(plan, mettle=servers.mettle, fastapi=servers.fastapi, mlserver=servers.mlserver,
               triton=servers.triton) as fleet:

        def predict(server: str, words, tool=wrk) -> Load:
            call = words(fleet[server].port, plan.scratch)
            digits.check(call)
            return billed(fleet[server], lambda: tool(call, CONNECTIONS, plan.seconds, plan.client_cpu))

        def live() -> Load:
            call = Call(fleet["mettle"].port, "/health/live")
            return billed(fleet["mettle"], lambda: wrk(call, CONNECTIONS, plan.seconds, plan.client_cpu))

        series = Series(plan, {
            "live": live,
            "raw run (µs)": lambda: raw_run.us_per_run(plan.server_cpu),
            "json": lambda: predict("mettle", digits.v2_json),
            "binary": lambda: predict("mettle", digits.v2_binary),
            "fastapi": lambda: predict("fastapi", digits.fastapi_json),
            "mlserver": lambda: predict("mlserver", digits.mlserver_json),
            "triton": lambda: predict("triton", digits.v2_json),
            "triton, binary": lambda: predict("triton", digits.v2_binary),
        })
        check = Series(plan, {
            "json by h2load": lambda: predict("mettle", digits.v2_json, h2load),
            "fastapi by h2load": lambda: predict("fastapi", digits.fastapi_json, h2load),
        }, repeats=min(2, plan.repeats))

    rate, p99 = (lambda load: load.rps), (lambda load: load.p99_us / 1000)
    lines = []
    for words in ("json", "binary"):
        lines.append(against_bound(series, words))
        for peer, target in (("fastapi", ">= 12 (then 14)"), ("mlserver", ">= 25")):
            lines.append(series.line("predict", f"V2 {words} against {peer}", "requests/s", words, peer, rate,
                                     target=target))
        peer = "triton" if words == "json" else "triton, binary"
        lines.append(series.line("predict", f"V2 {words} against Triton's Python backend", "requests/s", words, peer, rate))
    lines.append(series.line("predict", "p99 at 16 connections, json against fastapi", "ms", "json", "fastapi", p99))
    lines.append(check.line("predict", "the same counted by h2load, json against fastapi", "requests/s",
                            "json by h2load", "fastapi by h2load", rate))
    return lines


def against_bound(series: Series, words: str) -> Line:
    """The bound: a request can't take less than an exchange that does nothing and a run that nobody asked for."""
    live = series.values("live", lambda load: load.rps)
    runs = series.values("raw run (µs)", float)
    bounds = [1 / (1 / rps + us / 1e6) for rps, us in zip(live, runs)]
    ours = series.values(words, lambda load: load.rps)
    notes = []
    if runs:
        notes.append(f"one raw run takes {Spread.of(runs).median:.2f} µs")
        notes += [] if raw_run.native() else [raw_run.PYTHON_NOTE]
    return series.line_of("predict", f"V2 {words} against 1/(t live + t raw run)", "requests/s", ours, bounds,
                          target=">= 0.85", notes=notes, needs=("live", "raw run (µs)", words))
