"""What watching costs: CPU of the monitor beside a load, in hundredths of a core."""

from harness import digits, servers
from harness.compare import Line, Plan, Series
from harness.fleet import Fleet
from harness.load import mettle

RATE = 1_000
LIMIT_PERCENT = 1.0


def run(plan: Plan) -> list[Line]:
    with Fleet(plan, nginx=servers.nginx) as fleet:
        call = digits.null_post(fleet["nginx"].port, plan.scratch)

        def cost() -> float:
            _, result = mettle(call, 0, max(3, plan.seconds), plan.client_cpu, plan.scratch, "--rate", RATE, closed=False)
            return 100 * float(result["resources"]["monitor_cpu"])

        series = Series(plan, {"mettle": cost})
    return [series.line("monitor", "CPU of the monitor at 1,000/s, over 1 % of a core", "%", "mettle", "mettle", float,
                        pick_theirs=lambda _: LIMIT_PERCENT, target="<= 1")]
