"""What is kept of runs, and `mettle runs`; a full disk does not cost the verdict."""

import json
import os

import pytest
from support import paths
from support.loading import load
from support.process import Ended, mettle


@pytest.fixture(scope="module")
def kept(digits, tmp_path_factory):
    """A history with four loads; gives its folder and their ids, newest first."""
    folder = tmp_path_factory.mktemp("kept")
    history = folder / "history"
    for _ in range(4):
        ended = load(folder, digits.url, "-u", "1", "-t", "300ms", "--history", history)
        assert "kept as 2" in ended.stderr, ended
    return history, [entry["id"] for entry in listed(history)]


def listed(history):
    return json.loads(mettle("runs", "--json", "-n", "1000", "--history", history).stdout)


def test_loads_are_listed_and_shown(kept, tmp_path):
    history, ids = kept
    assert len(ids) == 4 and sorted(ids, reverse=True) == ids
    shown = mettle("runs", "show", ids[0], "--history", history)
    assert shown.code == 0 and "digits at http://" in shown.stdout and "p50" in shown.stdout, shown
    mettle("runs", "show", ids[0], "--to", tmp_path / "report.html", "--history", history)
    assert "mettle.run/1" in (tmp_path / "report.html").read_text()


def test_a_tag_is_a_baseline(kept):
    history, ids = kept
    assert mettle("runs", "tag", "v1", *ids, "--history", history).code == 0
    ended = mettle("compare", "@v1", "--new", *ids, "--force", "--history", history)
    assert ended.code in (0, 3) and "4 runs of the baseline, 4 new ones" in ended.stdout, ended
    assert any(entry["verb"] == "compare" for entry in listed(history))
    assert "@v1" in mettle("runs", "--history", history).stdout


def test_runs_are_handed_on_with_their_tags(kept, tmp_path):
    history, ids = kept
    mettle("runs", "tag", "handed", ids[0], "--history", history)
    assert mettle("runs", "export", "@handed", "--to", tmp_path / "out", "--history", history).code == 0
    ended = mettle("runs", "import", tmp_path / "out", "--history", tmp_path / "other")
    assert ended.stdout.split() == [ids[0]], ended
    assert "handed" in listed(tmp_path / "other")[0]["tags"]


def test_a_damaged_index_is_made_anew(kept):
    history, ids = kept
    (history / "index.sqlite").write_bytes(os.urandom(5000))
    assert set(ids) <= {entry["id"] for entry in listed(history)}


def test_a_history_that_cannot_be_written_does_not_cost_the_verdict(digits, tmp_path):
    (tmp_path / "file").write_text("no folder")
    ended = load(tmp_path, digits.url, "-u", "1", "-t", "200ms", "--history", tmp_path / "file")
    assert ended.passed and "was not kept" in ended.stderr, ended


def test_a_full_disk_does_not_cost_the_verdict(digits, tmp_path):
    full = ["sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh"]  # No file may grow: writing fails.
    ended = Ended([*full, paths.METTLE, "compare", "--ab", digits.url, digits.url, "-t", "100ms", "--warmup", "0",
                   "--runs", "1", "-o", tmp_path / "r.json", "--history", tmp_path / "history"], within=60)
    assert ended.code == 3 and ended.stdout.startswith("inconclusive"), ended
    assert "r.json could not be written" in ended.stderr and "was not kept" in ended.stderr, ended


def test_nothing_is_kept_when_asked_for(digits, tmp_path):
    load(tmp_path, digits.url, "-u", "1", "-t", "200ms", "--history", tmp_path / "history", "--no-history")
    assert not (tmp_path / "history").exists()


@pytest.mark.parametrize("arguments, said", [
    (["shew"], "none of list, show"), (["show"], "give the id"), (["show", "nope"], "no kept run 'nope'"),
    (["show", "@nope"], "has the tag"), (["tag", "v1"], "TAG ID"), (["export", "@v1"], "--to DIR"),
    (["import", "/nowhere.json"], "cannot be read")])
def test_what_makes_no_sense_is_told(kept, arguments, said):
    ended = mettle("runs", *arguments, "--history", kept[0])
    assert ended.code == 2 and said in ended.stderr, ended
