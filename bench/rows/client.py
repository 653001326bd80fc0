"""What one request costs the load tool in CPU, and the median latency that it reports: against wrk and h2load."""

from harness import digits, servers
from harness.compare import Line, Plan, Series
from harness.fleet import Fleet
from harness.load import Load, h2load, mettle, wrk


def run(plan: Plan) -> list[Line]:
    lines = []
    with Fleet(plan, nginx=servers.nginx) as fleet:
        call = digits.null_post(fleet["nginx"].port, plan.scratch)

        def ours(connections: int) -> Load:
            return mettle(call, connections, plan.seconds, plan.client_cpu, plan.scratch)[0]

        for connections in (1, 16, 256):
            series = Series(plan, {
                "mettle": lambda: ours(connections),
                "wrk": lambda: wrk(call, connections, plan.seconds, plan.client_cpu),
                "h2load": lambda: h2load(call, connections, plan.seconds, plan.client_cpu),
            })
            if connections == 1:
                lines.append(series.line(
                    "client", "p50 reported against a null server, 1 connection, over wrk's", "µs", "mettle", "wrk",
                    lambda load: load.p50_us, target="<= 1.1"))
                continue
            for peer, target in (("wrk", "<= 1.3 (then 1.0)"), ("h2load", "")):
                lines.append(series.line(
                    "client", f"client CPU a request, {connections} connections, against {peer}", "µs", "mettle", peer,
                    lambda load: load.cpu_us_a_request, target=target))
            if connections == 16:
                lines.append(series.line(
                    "client", "p50 reported against a null server, 16 connections, over wrk's", "µs", "mettle", "wrk",
                    lambda load: load.p50_us, target="<= 1.1"))
                # Users that never wait: mean latency times rate is their number (Little's law). What is missing is
                # time that the tester spent between an answer and the start of the next request's clock.
                lines.append(series.line(
                    "client", "mean latency × rate, 16 connections: users in flight that it accounts for", "users",
                    "mettle", "wrk", lambda load: load.mean_us * 1e-6 * load.rps))
    return lines
