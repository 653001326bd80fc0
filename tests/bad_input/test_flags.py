"""Command lines that cannot be meant: exit code 2, before anything is bound or sent, and a hint."""

import pytest

from support import paths
from support.process import mettle

SERVE = ["serve", str(paths.DIGITS)]
WRONG = {
    "no model": (["serve"], "MODEL"),
    "unknown flag": ([*SERVE, "--prot", "8000"], "--prot"),
    "port a word": ([*SERVE, "--port", "http"], "--port"),
    "port too large": ([*SERVE, "--port", "65536"], "65535"),
    "port negative": ([*SERVE, "--port", "-1"], "--port"),
    "host unknown": ([*SERVE, "--port", "0", "--host", "nowhere.invalid"], "nowhere.invalid"),
    "host of another machine": ([*SERVE, "--port", "0", "--host", "203.0.113.1"], "203.0.113.1"),
    "no threads": ([*SERVE, "--threads", "0"], "--threads"),
    "too many threads": ([*SERVE, "--threads", "100000"], "--threads"),
    "no workers": ([*SERVE, "--workers", "0"], "--workers"),
    "no queue": ([*SERVE, "--max-queue", "0"], "--max-queue"),
    "body without a unit we know": ([*SERVE, "--max-body", "10 potatoes"], "potatoes"),
    "body negative": ([*SERVE, "--max-body", "-1"], "--max-body"),
    "body beyond all memory": ([*SERVE, "--max-body", "9999999999TiB"], "--max-body"),
    "timeout a word": ([*SERVE, "--head-timeout", "soon"], "soon"),
    "timeout negative": ([*SERVE, "--drain-timeout", "-5s"], "--drain-timeout"),
    "timeout of a century": ([*SERVE, "--idle-timeout", "40000d"], "longer than a year"),
    "lane unknown": ([*SERVE, "--lane", "fast"], "--lane"),
    "log format unknown": ([*SERVE, "--log-format", "xml"], "--log-format"),
    "ready status unknown": ([*SERVE, "--ready-status", "200"], "--ready-status"),
    "flag without its value": ([*SERVE, "--port"], "--port"),
    "no verb": ([], "Usage"),
    "unknown verb": (["sevre"], "'sevre'"),
    "a verb cut short": (["ser"], "Did you mean 'serve'?"),
}


@pytest.mark.parametrize("what", WRONG)
def test_is_refused_with_2_and_a_hint(what):
    command, hint = WRONG[what]
    done = mettle(*command)
    assert done.code == 2, done
    assert hint in done.stderr, done
    assert done.stdout == "", done


@pytest.mark.parametrize("given, meant", [("--pport", "--port"), ("--acces-log", "--access-log"), ("--drain-dely", "--drain-delay")])
def test_a_misspelt_flag_gets_the_one_that_was_meant(given, meant):
    done = mettle(*SERVE, given)
    assert done.code == 2
    assert f"did you mean {meant}" in done.stderr.lower(), done
