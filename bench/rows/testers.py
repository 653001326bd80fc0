"""Requests/s of a load tester that has one core to itself, against Locust and perf_analyzer; users and tasks, too."""

from harness import digits, scenario, servers
from harness.compare import Line, Plan, Series
from harness.fleet import Fleet
from harness.load import Load, locust, mettle, perf_analyzer

USERS = 16


def run(plan: Plan) -> list[Line]:
    # A server that answers in no time, so that what is compared is the testers and not whom they wait for.
    with Fleet(plan, nginx=servers.nginx) as fleet:
        port = fleet["nginx"].port
        call = digits.null_post(port, plan.scratch)
        root = digits.null_post(port, plan.scratch)
        root.path, root.body, root.headers = "", None, {}
        data = digits.perf_analyzer_data(plan.scratch)

        def plain() -> Load:
            return mettle(call, USERS, plan.seconds, plan.client_cpu, plan.scratch)[0]

        def v2() -> Load:
            return mettle(root, USERS, plan.seconds, plan.client_cpu, plan.scratch, "--model", "digits", "--binary",
                          protocol="v2")[0]

        text = scenario.users(scenario.task(call))

        def users() -> Load:
            return scenario.run(port, text, USERS, plan.seconds, plan.client_cpu, plan.scratch, "-r", USERS * 10)[0]

        series = Series(plan, {
            "mettle": plain,
            "mettle, users": users,
            "FastHttpUser": lambda: locust(call, "Fast", USERS, plan.seconds, plan.client_cpu),
            "HttpUser": lambda: locust(call, "Http", USERS, plan.seconds, plan.client_cpu),
            "mettle, V2": v2,
            "perf_analyzer": lambda: perf_analyzer(port, "digits", data, USERS, plan.seconds, plan.client_cpu,
                                                   plan.scratch),
        })
    # By the clock: a bill of CPU would hold the seconds that Python needs to start against Locust.
    return [series.line("testers", f"requests/s on one core: {ours} against {peer}", "requests/s", ours, peer,
                        lambda load: load.rps, target=target)
            for ours, peer, target in (("mettle", "FastHttpUser", ">= 12"), ("mettle", "HttpUser", ">= 50"),
                                       ("mettle, users", "FastHttpUser", ">= 12"), ("mettle, users", "HttpUser", ">= 50"),
                                       ("mettle, V2", "perf_analyzer", ">= 5"))]
