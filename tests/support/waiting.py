"""Waiting for something to become true, with a deadline: the only place that sleeps."""

import time

# A sanitized server on a busy machine starts several times slower.
PATIENCE_S = 20.0


def until(probe, what: str, within: float = PATIENCE_S, every: float = 0.005):
    """The first true value of `probe()`; fails, saying `what`, when there is none in time."""
    end = time.monotonic() + within
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"waited {within:g} s for {what}, in vain")
        time.sleep(every)
