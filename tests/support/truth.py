"""What a server logged beside what the tester reports."""

import statistics
from dataclasses import dataclass, field

import pytest

RESOLUTION = 0.001  # The histograms keep three digits.
# From the server's log to the client's stamps: two ways over loopback, and two threads to wake. It is 0.1 ms on a quiet
# machine; a lost time slice, which a tail is sure to see, costs more.
USUAL_MS, TAIL_MS = 2.0, 10.0


def rank(values: list[float], share: float, off: int) -> float:
    """The value at a quantile's place, or `off` places from it: definitions differ by one."""
    ordered = sorted(values)
    at = round(share * len(ordered)) - 1 + off
    return ordered[min(max(at, 0), len(ordered) - 1)]


def compare_times(reported: dict, times_ms: list[float], at_most=True) -> list[str]:
    """What is out of place. The tester's clock starts before the server's and stops after it, so that each of its times
    is at least the server's, and with them each quantile and the mean: that holds on the busiest machine. `at_most`:
    nor are they more than the allowance beyond."""
    wrong = []

    def within(name: str, low: float, high: float, allowance_ms: float):
        value = reported[name]
        too_long = at_most and value > high * (1 + RESOLUTION) + allowance_ms
        if value < low * (1 - RESOLUTION) - 0.002 or too_long:
            wrong.append(f"{name} is {value:.3f} ms where the server says {low:.3f} to {high:.3f} ms")

    for name, share in (("p50", 0.5), ("p90", 0.9), ("p99", 0.99), ("max", 1.0)):
        allowance_ms = USUAL_MS if name == "p50" else TAIL_MS
        within(name, rank(times_ms, share, -1), rank(times_ms, share, 1), allowance_ms)
    mean = statistics.fmean(times_ms)
    within("mean", mean, mean, USUAL_MS)
    return wrong


def expect_agreement(attempt):
    """`attempt()` gives a run and what was wrong with it. One of three has to be VALID with nothing wrong; a machine that
    is too busy for a single VALID run is no defect of the program's."""
    seen = []
    for _ in range(3):
        run, wrong = attempt()
        if run.valid and not wrong:
            return
        seen.append((run.valid, wrong or run.result["validity"]["reasons"]))
    if not any(valid for valid, _ in seen):
        pytest.skip(f"the machine was too busy for a valid run: {seen}")
    pytest.fail(f"three times: {seen}")


@dataclass
class Table:
    """Printed at the end of the run once it is in `tables`, whatever became of the tests."""

    rows: list[tuple] = field(default_factory=list)

    def add(self, planted: str, truth: dict, result: dict, failures: dict):
        served, told = truth.get("times_ms") or [0.0], result["service_ms"]
        by_kind = " ".join(f"{kind} {count}" for kind, count in failures.items()) or "none"
        self.rows.append((planted, truth["requests"], result["totals"]["requests"], by_kind, truth.get("bytes_out", ""),
                          result["totals"]["bytes_received"], *(self._pair(rank(served, share, 0), told.get(name, 0))
                                                                for name, share in (("p50", .5), ("p99", .99), ("max", 1)))))

    @staticmethod
    def _pair(served: float, told: float) -> str:
        return f"{served:.2f} {told:.2f}"

    def text(self) -> str:
        head = ("planted", "served", "reported", "failures", "bytes sent", "reported", "p50 ms", "p99 ms", "max ms")
        rows = [head, *((str(cell) for cell in row) for row in self.rows)]
        rows = [tuple(row) for row in rows]
        widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
        return "\n".join("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows)


tables: list[Table] = []
