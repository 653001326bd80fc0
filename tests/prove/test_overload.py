"""Beyond the capacity: what a planted service does there is named; one that sheds well passes."""

import json

import pytest

from support.process import mettle

pytestmark = pytest.mark.timeout(150)


def overload(planted, folder, *way):
    """A run with a verdict; a machine too busy to say anything is given two more chances."""
    for _ in range(3):
        server = planted("too_much", *way)
        done = mettle("prove", "plain+" + server.url + "/x", "--profile", "quick", "--budget", "60s", "--slo", "p99<80ms",
                      "--stages-only", "capacity,overload", "-o", folder / "report.json", within=110)
        result = json.loads((folder / "report.json").read_text())
        stage = next(stage for stage in result["stages"] if stage["name"] == "overload")
        log = server.log()
        if stage["verdict"] in ("pass", "fail"):
            break
    return done, stage, log


def test_one_that_sheds_is_graceful(planted, tmp_path):
    done, stage, log = overload(planted, tmp_path, "--way", "shed")
    assert stage["verdict"] == "pass", stage
    evidence = stage["evidence"]
    assert evidence["grade"] == "graceful" and log["refused"] > 100
    assert evidence["refusals_seen"] == evidence["with_retry_after"] > 0
    assert not evidence["remarks"], evidence
    assert all(level["refused"] > 0 and level["wrong"] == level["broken"] == 0 for level in evidence["levels"])


def test_one_that_queues_everything_is_named(planted, tmp_path):
    done, stage, log = overload(planted, tmp_path, "--way", "queue")
    assert done.code == 1 and stage["verdict"] == "fail", (done, stage)
    assert stage["evidence"]["grade"] == "collapsed"
    assert stage["reasons"][0].startswith("unbounded queue: "), stage["reasons"]
    assert log["most_waiting"] > 100 and log["refused"] == 0


def test_one_that_refuses_without_a_word_passes_with_a_remark(planted, tmp_path):
    done, stage, log = overload(planted, tmp_path, "--way", "silent")
    assert stage["verdict"] == "pass", stage
    assert any("Retry-After" in remark for remark in stage["evidence"]["remarks"]), stage


def test_one_that_says_500_fails(planted, tmp_path):
    done, stage, log = overload(planted, tmp_path, "--way", "errors")
    assert done.code == 1 and stage["verdict"] == "fail", (done, stage)
    assert any("neither 429 nor 503" in reason for reason in stage["reasons"]), stage["reasons"]


def test_one_that_does_not_come_back_is_metastable(planted, tmp_path):
    done, stage, log = overload(planted, tmp_path, "--way", "stuck")
    assert done.code == 1 and stage["verdict"] == "fail", (done, stage)
    assert any(reason.startswith("metastable: ") for reason in stage["reasons"]), stage["reasons"]
