"""What a client's system calls cost: CPU a request of the leanest loops on epoll and on io_uring, over our client's."""

from harness import digits, servers
from harness.compare import Line, Plan, Series
from harness.fleet import Fleet
from harness.load import RingBench, ring_bench

LOOPS = {"epoll": "the leanest epoll loop", "io_uring": "the same loop on io_uring"}


def run(plan: Plan) -> list[Line]:
    lines = []
    with Fleet(plan, nginx=servers.nginx) as fleet:
        call = digits.null_post(fleet["nginx"].port, plan.scratch)
        for connections in (16, 256):
            # One contender: the program takes its three loops in turn by itself.
            series = Series(plan, {"ring_bench": lambda: ring_bench(call, connections, plan.seconds, plan.client_cpu)})
            lines += [line(series, loop, connections) for loop in LOOPS]
    return lines


def line(series: Series, loop: str, connections: int) -> Line:
    """The loop's CPU time a request as ours, wire_client's as the peer: what is left to be saved below the client."""
    both: list[RingBench] = [s for s in series.samples["ring_bench"] if loop in s.cpu_us]
    refused = dict.fromkeys(s.unavailable[loop] for s in series.samples["ring_bench"] if loop in s.unavailable)
    return series.line_of(
        "ring", f"CPU a request, {connections} connections: {LOOPS[loop]} over http/wire_client", "µs",
        [s.cpu_us[loop] for s in both], [s.cpu_us["wire_client"] for s in both], notes=list(refused),
        needs=("ring_bench",))
