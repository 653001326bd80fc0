"""A server that pauses 1.4 s under 2,000 requests/s: is the p99 reported the one that follows by arithmetic?"""

import os
import signal
import threading
import time

from harness import digits, machine, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed
from harness.fleet import Fleet
from harness.load import mettle, reasons

RATE = 2000
PAUSE_S = 1.4
RUN_S = 10.0
TRIES = 3  # the arithmetic holds for a run whose generator kept its promise


class Pause(threading.Thread):
    """Stops a process in the middle of the run, by SIGSTOP, and measures for how long."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.pid, self.lasted_s = pid, 0.0

    def run(self) -> None:
        time.sleep(RUN_S / 2)
        begin = time.monotonic()
        os.kill(self.pid, signal.SIGSTOP)
        try:
            time.sleep(PAUSE_S)
        finally:
            os.kill(self.pid, signal.SIGCONT)
        self.lasted_s = time.monotonic() - begin


def run(plan: Plan) -> list[Line]:
    with Fleet(plan, nginx=servers.nginx) as fleet:
        call = digits.null_post(fleet["nginx"].port, plan.scratch)
        (worker,) = machine.descendants(fleet["nginx"].pid)

        def reported_and_due() -> tuple[float, float]:
            for _ in range(TRIES):
                reported, due, result = once()
                if result["validity"]["verdict"] == "VALID":
                    return reported, due
                plan.say(f"    again: the run called itself {reasons(result)}")
            raise MeasurementFailed(f"{TRIES} runs of {TRIES} called themselves {reasons(result)}")

        def once() -> tuple[float, float, dict]:
            pause = Pause(worker)
            pause.start()
            try:
                load, result = mettle(call, 0, RUN_S, plan.client_cpu, plan.scratch, "--rate", RATE, "--max-connections",
                                 4096, closed=False)
            finally:
                pause.join()
            # Due evenly through the pause of P seconds, P·RATE requests wait from P down to 0; of the N in all
            # the slowest hundredth are above the p99: it is P less the time in which 0.01·N fall due.
            return load.p99_us / 1000, (pause.lasted_s - 0.01 * load.requests / RATE) * 1000, result

        series = Series(plan, {"p99 reported, p99 by arithmetic (ms)": reported_and_due}, repeats=min(3, plan.repeats))
    name = "p99 reported, p99 by arithmetic (ms)"
    return [series.line("pause", "p99 after a pause of 1.4 s at 2,000/s, over the arithmetic", "ms", name, name,
                        lambda pair: pair[0], pick_theirs=lambda pair: pair[1], target="1 ± 0.03")]
