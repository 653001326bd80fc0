"""What users, tasks and waits cost the load tool in CPU a request: a scenario in YAML against the bare loop."""

from harness import digits, scenario, servers
from harness.compare import Line, Plan, Series
from harness.fleet import Fleet
from harness.load import Load, mettle

CONNECTIONS = 16


def run(plan: Plan) -> list[Line]:
    with Fleet(plan, nginx=servers.nginx) as fleet:
        port = fleet["nginx"].port
        call = digits.null_post(port, plan.scratch)
        text = scenario.users(scenario.task(call))

        def yaml() -> Load:
            return scenario.run(port, text, CONNECTIONS, plan.seconds, plan.client_cpu, plan.scratch, "-r",
                                CONNECTIONS * 10)[0]

        series = Series(plan, {
            "yaml": yaml,
            "bare": lambda: mettle(call, CONNECTIONS, plan.seconds, plan.client_cpu, plan.scratch)[0],
        })
    return [series.line("users", "client CPU a request, a scenario in YAML against the bare loop", "µs", "yaml", "bare",
                        lambda load: load.cpu_us_a_request, target="<= 1.15")]
