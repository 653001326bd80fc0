"""Answers at once, but stands still for --pause seconds once, --begin seconds after its first request of the load."""

import argparse
import time

from base import PlantedServer, now, ok

GOOD = ok()


class Pausing(PlantedServer):
    def __init__(self, begin: float, pause: float):
        super().__init__()
        self._begin, self._pause, self._first = begin, pause, None
        self.log["paused_s"] = None

    def answer(self, head, body, connection):
        if self.log["requests"] < 10:  # What asks before the load begins.
            return GOOD
        self._first = self._first or now()
        if self.log["paused_s"] is None and now() - self._first >= self._begin:
            began = now()
            time.sleep(self._pause)
            self.log["paused_s"] = now() - began
        return GOOD


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("--begin", type=float, default=1.0)
    flags.add_argument("--pause", type=float, default=1.4)
    given = flags.parse_args()
    Pausing(given.begin, given.pause).run()
