"""Resident memory while serving digits, after some thousand requests, against the FastAPI app."""

import time

from harness import digits, machine, servers
from harness.compare import Line, Plan, Series
from harness.load import wrk

MIB = 2**20


def run(plan: Plan) -> list[Line]:
    def measure(make, words) -> dict:
        with make(plan.server_cpu, plan.scratch) as server:
            call = words(server.port, plan.scratch)
            digits.check(call)
            wrk(call, 16, max(2, plan.seconds), plan.client_cpu)
            time.sleep(0.2)
            return {k: round(v / MIB, 2) for k, v in machine.memory(server.pid).items()}

    series = Series(plan, {
        "mettle": lambda: measure(servers.mettle, digits.v2_json),
        "fastapi": lambda: measure(servers.fastapi, digits.fastapi_json),
    }, repeats=min(3, plan.repeats))
    return [series.line("memory", f"{name} serving digits, against FastAPI", "MiB", "mettle", "fastapi",
                        lambda sizes, key=key: sizes[key], target=target)
            for name, key, target in (("resident memory", "rss_bytes", "<= 0.5"),
                                      ("proportional memory (PSS)", "pss_bytes", ""))]
