"""The arithmetic of the table, on made-up samples. Run with: .deps/venv-test/bin/python -m pytest bench"""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from harness import table  # noqa: E402
from harness.compare import Line, Plan, Series, Spread  # noqa: E402
from harness.errors import MeasurementFailed  # noqa: E402


@pytest.fixture
def plan(tmp_path):
    said = []
    return Plan(3, 1.0, 0, 0, tmp_path, said.append)


def test_contenders_take_turns_and_ratios_are_of_one_turn(plan):
    order, ours, theirs = [], iter([2.0, 8.0, 3.0]), iter([1.0, 2.0, 3.0])

    def take(name, values):
        order.append(name)
        return next(values)

    series = Series(plan, {"a": lambda: take("a", ours), "b": lambda: take("b", theirs)})
    line = series.line("row", "what", "unit", "a", "b", float, target=">= 2")
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert line.ratio == Spread(1.0, 2.0, 4.0, 3)
    assert line.met


def test_a_contender_that_fails_leaves_no_figure_but_the_reason(plan):
    turns = iter([1.0])

    def fails_in_the_second_turn():
        try:
            return next(turns)
        except StopIteration:
            raise MeasurementFailed("it fell\nover") from None

    series = Series(plan, {"a": fails_in_the_second_turn, "b": lambda: 2.0})
    line = series.line("row", "what", "unit", "a", "b", float, target=">= 0.1")
    assert (line.ours, line.ratio, line.met) == (None, None, None)
    assert line.theirs == Spread(2.0, 2.0, 2.0, 3)
    assert line.notes == ["a not measured: it fell over"]
    assert "it fell over" in table.render([line], {"steal": 0, "others": 0})


@pytest.mark.parametrize("target, ratio, met", [
    (">= 12 (then 14)", 12.0, True), (">= 12 (then 14)", 11.9, False),
    ("<= 1.3", 1.3, True), ("<= 1.3", 1.31, False),
    ("1 ± 0.03", 0.98, True), ("1 ± 0.03", 1.04, False), ("1 ± 0.03", 0.96, False),
    ("", 5.0, None),
])
def test_target_is_held_against_the_median(target, ratio, met):
    assert Line("row", "what", "unit", ratio=Spread(0.0, ratio, 99.0, 3), target=target).met is met
