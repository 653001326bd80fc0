"""Resident memory of the load tool with many users that wait, and with many names of tasks."""

from harness import digits, scenario, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed
from harness.fleet import Fleet

MIB = 2**20
CROWDS = {10_000: 100, 100_000: 800}  # Users, and MB that they may take.
NAMES, NAMES_LIMIT = 2_000, 500
SECONDS = 20  # Until all have come, have sent one request, and wait.


def run(plan: Plan) -> list[Line]:
    lines = []
    with Fleet(plan, nginx=servers.nginx) as fleet:
        port = fleet["nginx"].port
        call = digits.null_post(port, plan.scratch)

        def megabytes(result: dict) -> float:
            return max(point["rss_bytes"] for point in result["series"]) / 1e6

        def waiting(count: int) -> float:
            text = scenario.users(scenario.task(call), wait="1h")
            load, result = scenario.run(port, text, count, SECONDS, plan.client_cpu, plan.scratch, "-r", count // 10)
            if load.requests < count:
                raise MeasurementFailed(f"only {load.requests} of {count} users got to wait")
            return megabytes(result)

        def names() -> float:
            text = scenario.users("\n".join(scenario.task(call, f"task{number}") for number in range(NAMES)))
            _, result = scenario.run(port, text, 16, SECONDS, plan.client_cpu, plan.scratch)
            met = sum(task["requests"] > 0 for task in result["tasks"])
            if met < NAMES:
                raise MeasurementFailed(f"only {met} of {NAMES} tasks were done")
            return megabytes(result)

        contenders = {f"{count:,} waiting users": (lambda count=count: waiting(count)) for count in CROWDS}
        contenders[f"{NAMES:,} names of tasks"] = names
        # Memory differs by little from run to run.
        series = Series(plan, contenders, repeats=min(plan.repeats, 3))
        for name, limit in zip(contenders, [*CROWDS.values(), NAMES_LIMIT]):
            lines.append(series.line("crowd", f"resident memory with {name}, over {limit} MB", "MB", name, name, float,
                                     pick_theirs=lambda _, limit=limit: float(limit), target="<= 1"))
    return lines
