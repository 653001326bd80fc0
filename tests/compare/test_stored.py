"""`mettle compare` of results that real loads wrote: a model against itself, and against results that say otherwise."""

import json

import pytest
from support import process
from support.loading import load


@pytest.fixture(scope="module")
def stored(digits, tmp_path_factory):
    """Eight short runs against one server."""
    folder = tmp_path_factory.mktemp("stored")
    files = []
    for turn in range(8):
        files.append(folder / f"{turn}.json")
        load(folder, digits.url, "-u", "1", "-t", "1s", "-o", files[-1])
    return files


def changed(files, folder, change):
    made = []
    for file in files:
        result = json.loads(file.read_text())
        change(result)
        made.append(folder / f"changed-{file.name}")
        made[-1].write_text(json.dumps(result))
    return made


def compare(a, b, *flags):
    return process.mettle("compare", *a, "--new", *b, *flags)


def test_runs_against_themselves_are_no_regression(stored):
    # Not four against the next four: the host changes in between, which is what --ab is for.
    ended = compare(stored, stored, "--force")
    assert ended.code in (0, 3), ended.stderr + ended.stdout
    assert "p50" in ended.stdout and "throughput" in ended.stdout


def twins(stored, folder, name, factor=1.0):
    """Eight runs whose latency is known: one real result with a spread of 1 %."""
    made = []
    for turn in range(8):
        result = json.loads(stored[0].read_text())
        for key, value in result["latency_ms"].items():
            result["latency_ms"][key] = factor * value * (1 + 0.01 * (turn % 4) / 3)
        made.append(folder / f"{name}-{turn}.json")
        made[-1].write_text(json.dumps(result))
    return made


def test_the_same_latency_passes(stored, tmp_path):
    ended = compare(twins(stored, tmp_path, "a"), twins(stored, tmp_path, "b"), "--force")
    assert ended.code == 0 and ended.stdout.startswith("pass"), ended


def test_a_tenth_slower_is_a_regression(stored, tmp_path):
    ended = compare(twins(stored, tmp_path, "a"), twins(stored, tmp_path, "b", 1.1), "--force")
    assert ended.code == 1 and ended.stdout.startswith("regression"), ended


def test_two_runs_decide_nothing(stored):
    ended = compare(stored[:2], stored[:2], "--force")
    assert ended.code == 3 and "2 more runs" in ended.stdout, ended.stdout + ended.stderr
    assert compare(stored[:2], stored[:2], "--force", "--inconclusive", "pass").code == 0


def test_unlike_runs_are_refused_with_what_differs(stored, tmp_path):
    def other_load(result):
        result["load"]["users"] = 9
        result["validity"] = {"verdict": "VALID", "reasons": []}

    first = changed(stored[:1], tmp_path, lambda result: result["validity"].update(verdict="VALID"))[0]
    first = first.rename(tmp_path / "first.json")
    ended = compare([first], changed(stored[:1], tmp_path, other_load))
    assert ended.code == 2, ended.stdout
    assert "load.users is 1 in one and 9 in the other" in ended.stderr


@pytest.mark.parametrize("text, said", [
    ("{", "no JSON"), ("{}", 'no "schema"'), ('{"schema":"mettle.run/7"}', "'mettle.run/7'")])
def test_what_is_no_result_is_refused(stored, tmp_path, text, said):
    (tmp_path / "bad.json").write_text(text)
    ended = compare([tmp_path / "bad.json"], stored)
    assert ended.code == 2 and said in ended.stderr and "bad.json" in ended.stderr
