"""Bytes that the load tool sends a CPU-second with large bodies, against wrk."""

import dataclasses

from harness import digits, servers
from harness.compare import Line, Plan, Series
from harness.fleet import Fleet
from harness.load import Load, mettle, wrk

CONNECTIONS = 16


def run(plan: Plan) -> list[Line]:
    lines = []
    with Fleet(plan, nginx=servers.nginx) as fleet:
        small = digits.null_post(fleet["nginx"].port, plan.scratch)
        for size, name in ((16 << 10, "16 KiB"), (1 << 20, "1 MiB")):
            body = plan.scratch / f"body_{size}"
            body.write_bytes(b"x" * size)
            call = dataclasses.replace(small, body=body)
            series = Series(plan, {
                "mettle": lambda: mettle(call, CONNECTIONS, plan.seconds, plan.client_cpu, plan.scratch)[0],
                "wrk": lambda: wrk(call, CONNECTIONS, plan.seconds, plan.client_cpu),
            })

            def mib_a_cpu_second(load: Load) -> float:
                return load.requests * size / load.cpu_s / (1 << 20)

            lines.append(series.line("bodies", f"bytes a CPU-second, bodies of {name}, against wrk", "MiB/s", "mettle",
                                     "wrk", mib_a_cpu_second, target=">= 0.9"))
    return lines
