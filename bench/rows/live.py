"""/health/live on kept connections, against nginx's `return 200` with the same body, and Triton's own."""

from harness import http, servers
from harness.compare import Line, Plan, Series
from harness.fleet import Fleet
from harness.load import Call, Load, billed, wrk


def run(plan: Plan) -> list[Line]:
    lines = []
    with Fleet(plan, mettle=servers.mettle, nginx=servers.nginx, triton=servers.triton) as fleet:
        sizes = {}

        def measure(name: str, connections: int) -> Load:
            call = Call(fleet[name].port, "/v2/health/live" if name == "triton" else "/health/live")
            sizes[name] = reply_size(call)
            return billed(fleet[name], lambda: wrk(call, connections, plan.seconds, plan.client_cpu))

        for connections in (16, 64):
            series = Series(plan, {n: lambda n=n: measure(n, connections) for n in ("mettle", "nginx", "triton")})
            for peer, target in (("nginx", ">= 0.8 (then 1.0)"), ("triton", ">= 1.3")):
                lines.append(series.line("live", f"/health/live, {connections} connections, against {peer}", "requests/s",
                                         "mettle", peer, lambda load: load.rps, target=target))
        lines[0].notes.append("bytes of a reply: " + ", ".join(f"{name} {size}" for name, size in sizes.items()))
    return lines


def reply_size(call: Call) -> int:
    """Bytes of head and body, nearly: what differs here would be unfair to one of them."""
    reply = http.request(call.port, "GET", call.path)
    head = sum(len(k) + len(v) + 4 for k, v in reply.headers.items())
    return len("HTTP/1.1 200 OK\r\n\r\n") + head + len(reply.body)
