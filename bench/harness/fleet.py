"""The servers of one row: all started, those that can't start remembered with the reason, all stopped at the end."""

import contextlib
from collections.abc import Callable

from .compare import Plan
from .errors import MeasurementFailed, Unavailable
from .process import Server


class Fleet(contextlib.ExitStack):
    def __init__(self, plan: Plan, **factories: Callable):
        """factories: name -> function(cpu, scratch) that gives a Server."""
        super().__init__()
        self._servers: dict[str, Server] = {}
        self._reasons: dict[str, Exception] = {}
        try:
            for name, make in factories.items():
                try:
                    self._servers[name] = self.enter_context(make(plan.server_cpu, plan.scratch))
                except (Unavailable, MeasurementFailed) as error:
                    self._reasons[name] = error
        except BaseException:
            self.close()
            raise

    def __getitem__(self, name: str) -> Server:
        """Raises the reason why it is not there."""
        if name in self._reasons:
            raise self._reasons[name]
        return self._servers[name]
