"""Command lines of `load` that cannot be meant: 2, nothing sent, a hint."""

import pytest

from support.process import mettle

URL = "http://127.0.0.1:1"
WRONG = {
    "no target": (["--rate", "10"], "URL"),
    "unknown flag": ([URL, "--spwan-rate", "3"], "did you mean --spawn-rate"),
    "a header as host": (["-H", "Authorization: Bearer x"], "--header"),
    "users and a rate": ([URL, "-u", "5", "--rate", "10"], "--rate"),
    "spawn rate without users": ([URL, "--rate", "10", "-r", "5"], "--rate"),
    "wait in an open loop": ([URL, "--rate", "10", "--wait", "1s"], "--wait"),
    "arrivals in a closed loop": ([URL, "-u", "5", "--arrivals", "constant"], "--arrivals"),
    "rate 0": ([URL, "--rate", "0"], "--rate"),
    "rate negative": ([URL, "--rate", "-5"], "--rate"),
    "rate a word": ([URL, "--rate", "fast"], "fast"),
    "rate infinite": ([URL, "--rate", "inf"], "inf"),
    "no users": ([URL, "-u", "0"], "users"),
    "users negative": ([URL, "-u", "-3"], "users"),
    "users beyond reason": ([URL, "-u", "99999999999"], "users"),
    "spawn rate 0": ([URL, "-u", "5", "-r", "0"], "spawn"),
    "run time 0": ([URL, "-t", "0s"], "run-time"),
    "run time a word": ([URL, "-t", "soon"], "soon"),
    "iterations 0": ([URL, "-i", "0"], "iterations"),
    "batch 0": ([URL, "-b", "0"], "batch"),
    "timeout 0": ([URL, "--timeout", "0s"], "timeout"),
    "arrivals unknown": ([URL, "--rate", "5", "--arrivals", "whenever"], "whenever"),
    "wait unknown": ([URL, "-u", "5", "--wait", "a while"], "a while"),
    "wait backwards": ([URL, "-u", "5", "--wait", "3s..1s"], "3s..1s"),
    "body not there": ([URL, "--body", "/nowhere/body.json"], "/nowhere/body.json"),
    "header without a colon": ([URL, "--header", "colonless"], "colonless"),
    "file of an unknown kind": ([URL, "-o", "run.pdf"], ".pdf"),
    "file that cannot be written": ([URL, "-o", "/proc/nowhere/run.json"], "/proc/nowhere"),
    "fail-if": ([URL, "--fail-if", "p99"], "p99"),
    "scheme": (["ftp://127.0.0.1"], "ftp"),
    "protocol": (["v9+http://127.0.0.1"], "v9"),
    "port": (["http://127.0.0.1:99999"], "99999"),
    "shape without an input": ([URL, "--shape", "1,2"], "1,2"),
}


@pytest.mark.parametrize("what", WRONG)
def test_is_refused_with_2_and_a_hint(what):
    arguments, hint = WRONG[what]
    done = mettle("load", *arguments, "--headless", within=10)
    assert done.code == 2, done
    assert hint in done.stderr, done


def test_help_shows_groups_and_defaults():
    done = mettle("load", "--help")
    assert done.code == 0
    for flag in ("--rate", "--users", "--spawn-rate", "--run-time", "--fail-if", "--csv", "60s"):
        assert flag in done.stdout


@pytest.mark.parametrize("flag, variable, value", [("--rate", "METTLE_RATE", "0"), ("--users", "METTLE_USERS", "0")])
def test_flags_come_from_the_environment_too(flag, variable, value):
    done = mettle("load", URL, "--headless", env={variable: value}, within=10)
    assert done.code == 2, done
