"""The plan beforehand, and what Ctrl-C leaves."""

import json
import os
import signal

import pytest

from support import paths
from support.process import Process, mettle


def test_the_plan_names_the_stages_and_does_nothing(tmp_path):
    done = mettle("prove", paths.DIGITS, "--plan", "--profile", "quick", "-o", tmp_path / "report.json", within=5)
    assert done.code == 0, done
    for stage in ("cold", "correctness", "steady", "capacity"):
        assert stage in done.stdout
    assert not (tmp_path / "report.json").exists()


def test_a_url_has_no_cold_start_and_the_plan_says_so(digits):
    done = mettle("prove", digits.url, "--plan", "--profile", "quick")
    assert done.code == 0, done
    assert "skip" in done.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_with_3_and_the_report_so_far(tmp_path, number):
    run = Process([paths.METTLE, "prove", paths.DIGITS, "--profile", "quick", "-o", tmp_path / "report.json"], own_group=True)
    try:
        run.wait_for("(?i)correctness", where="stderr")
        children = descendants(run.pid)
        assert run.stop(number, within=15) == 3, run.describe()
        result = json.loads((tmp_path / "report.json").read_text())
        assert result["interrupted"] is True and result["verdict"] != "READY"
        assert [stage["name"] for stage in result["stages"]][0] == "cold_start"
        assert not [pid for pid in children if os.path.exists(f"/proc/{pid}")]  # Its server has ended too.
    finally:
        run.reap()


def descendants(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]
