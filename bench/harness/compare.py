"""Interleaved repeats and what is made of them: paired ratios with their spread."""

import dataclasses
import pathlib
import statistics
import time
from collections.abc import Callable

from .errors import MeasurementFailed, Unavailable
from .machine import Noise

MAX_STEAL = 0.02
MAX_OTHERS = 0.05


@dataclasses.dataclass
class Spread:
    min: float
    median: float
    max: float
    n: int

    @staticmethod
    def of(values: list[float]) -> "Spread":
        return Spread(min(values), statistics.median(values), max(values), len(values))


@dataclasses.dataclass
class Line:
    """One line of the table. A ratio is ours over theirs, pair by pair; its target reads ">= 12", "<= 1.3", "1 ± 0.03"."""

    row: str
    what: str
    unit: str
    ours: Spread | None = None
    theirs: Spread | None = None
    ratio: Spread | None = None
    target: str = ""  # may end with what comes after it, in brackets
    notes: list = dataclasses.field(default_factory=list)  # how to read it; what could not be measured and why
    noise: dict = dataclasses.field(default_factory=dict)

    @property
    def noisy(self) -> bool:
        """Others had so much of the two cores that the figures are not to be quoted."""
        return self.noise.get("steal", 0) > MAX_STEAL or self.noise.get("others", 0) > MAX_OTHERS

    @property
    def met(self) -> bool | None:
        if self.ratio is None or not self.target:
            return None
        first, second, third = (self.target + " _").split()[:3]
        if second == "±":
            return abs(self.ratio.median - float(first)) <= float(third)
        side, limit = first, second
        return self.ratio.median >= float(limit) if side == ">=" else self.ratio.median <= float(limit)


@dataclasses.dataclass
class Plan:
    """How thoroughly, where, and into which folder."""

    repeats: int
    seconds: float
    server_cpu: int
    client_cpu: int
    scratch: pathlib.Path
    say: Callable[[str], None]


class Series:
    """The samples of several contenders, taken in turn: A B C A B C ... A pair is two of one turn."""

    def __init__(self, plan: Plan, contenders: dict[str, Callable[[], object]], repeats: int | None = None):
        self.samples: dict[str, list] = {name: [] for name in contenders}
        self.missing: dict[str, str] = {}
        noise = Noise((plan.server_cpu, plan.client_cpu))
        repeats = repeats or plan.repeats
        for turn in range(1, repeats + 1):
            for name, measure in contenders.items():
                if name in self.missing:
                    continue
                begin = time.monotonic()
                try:
                    sample = measure()
                except (Unavailable, MeasurementFailed, OSError) as error:
                    reason = " ".join(str(error).split())
                    self.missing[name] = f"{name} not measured: {reason}"
                    plan.say(f"    {turn}/{repeats} {self.missing[name]}")
                    continue
                self.samples[name].append(sample)
                plan.say(f"    {turn}/{repeats} {name}: {describe(sample)} ({time.monotonic() - begin:.1f} s)")
        self.noise = noise.read()

    def values(self, name: str, pick: Callable[[object], float]) -> list[float]:
        return [] if name in self.missing else [pick(s) for s in self.samples.get(name, [])]

    def line(self, row: str, what: str, unit: str, ours: str, theirs: str, pick: Callable[[object], float], *,
             pick_theirs: Callable[[object], float] | None = None, target: str = "", note: str = "") -> Line:
        a, b = self.values(ours, pick), self.values(theirs, pick_theirs or pick)
        return self.line_of(row, what, unit, a, b, target=target, notes=[note] if note else [], needs=(ours, theirs))

    def line_of(self, row: str, what: str, unit: str, ours: list[float], theirs: list[float], *, target: str = "",
                notes: list[str], needs: tuple) -> Line:
        """A line from values already picked; `needs` names the contenders that they come from."""
        reasons = [self.missing[n] for n in dict.fromkeys(needs) if n in self.missing]
        ratios = [x / y for x, y in zip(ours, theirs)]
        return Line(row, what, unit, Spread.of(ours) if ours else None, Spread.of(theirs) if theirs else None,
                    Spread.of(ratios) if ratios else None, target, notes + reasons, self.noise)


def describe(sample) -> str:
    if isinstance(sample, float):
        return f"{sample:.4g}"
    if hasattr(sample, "rps"):
        parts = [f"{sample.rps:,.0f} requests/s"]
        parts += [f"p50 {sample.p50_us:.0f} µs"] if sample.p50_us is not None else []
        parts += [f"client {sample.cpu_us_a_request:.2f} µs CPU a request"] if sample.cpu_s is not None else []
        parts += [f"server {sample.server_cpu_us:.1f} µs"] if sample.server_cpu_us is not None else []
        return ", ".join(parts)
    return str(sample)
