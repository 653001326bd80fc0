"""The tail while the model is swapped, against the tail without, at 2,000 requests/s on one core."""

import json
import threading

from harness import digits, http, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed
from harness.fleet import Fleet
from harness.load import Load, mettle

RATE = 2000
EVERY_S = 0.1  # Ten swaps a second: what a year of deployments has, in a minute.


class Swaps(threading.Thread):
    """Loads the model again and again, until it is told to stop."""

    def __init__(self, port: int):
        super().__init__(daemon=True)
        self.port, self.stopped, self.count, self.refused = port, threading.Event(), 0, None

    def run(self) -> None:
        body = json.dumps({"parameters": {"config": "{}"}}).encode()
        while not self.stopped.wait(EVERY_S):
            reply = http.request(self.port, "POST", "/v2/repository/models/digits/load", body)
            self.count += 1
            if reply.status != 200:
                self.refused = reply
                return


def run(plan: Plan) -> list[Line]:
    explicit = ("--model-control", "explicit", "--load-model", "digits")
    counts = []
    with Fleet(plan, mettle=lambda cpu, scratch: servers.mettle(cpu, scratch, *explicit)) as fleet:
        call = digits.v2_json(fleet["mettle"].port, plan.scratch)

        def steady() -> Load:
            return mettle(call, 0, plan.seconds, plan.client_cpu, plan.scratch, "--rate", RATE, closed=False)[0]

        def swapping() -> Load:
            swaps = Swaps(call.port)
            swaps.start()
            try:
                load = steady()
            finally:
                swaps.stopped.set()
                swaps.join()
            if swaps.refused or not swaps.count:
                raise MeasurementFailed(f"a swap was refused: {swaps.refused}")
            counts.append(swaps.count)
            return load

        series = Series(plan, {"swapping": swapping, "steady": steady})
        line = series.line("swap", f"p99 from the due time at {RATE} requests/s, while swapped every {EVERY_S:g} s",
                           "us", "swapping", "steady", lambda load: load.p99_us)
    line.notes.append(f"swaps: {sum(counts)}; no request failed")
    return [line]
