"""Starts the planted servers."""

import json
import signal
import sys

from . import paths
from .process import Process


class Planted(Process):
    def __init__(self, script: str, *arguments):
        super().__init__([sys.executable, paths.TESTS / "planted" / f"{script}.py", *arguments],
                         env={"PYTHONDONTWRITEBYTECODE": "1"})
        found = self.wait_for(r"http://127\.0\.0\.1:(\d+)")
        self.url, self.port = found.group(0), int(found.group(1))

    def log(self) -> dict:
        """Stops it and reads what it knows."""
        assert self.stop(signal.SIGTERM) == 0, self.describe()
        return json.loads(self.stdout.splitlines()[-1])
