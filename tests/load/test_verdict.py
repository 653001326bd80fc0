"""--fail-if and the exit code."""

import re

import pytest

from support.loading import load


@pytest.fixture
def sent(digits, tmp_path):
    return lambda *flags: load(tmp_path, "v2+" + digits.url, "-i", "200", *flags)


@pytest.mark.parametrize("expression", [
    "p99<1h", "p50 > 0us", "service_mean>0.1us", "requests>=200", "rps>1", "error_rate<0.1%", "failures<=0", "digits:max>1us"])
def test_an_expression_that_is_true_fails_the_run(sent, expression):
    run = sent("--fail-if", expression)
    assert run.failed, run
    assert f"--fail-if '{re.split('[ <>=]', expression)[0]}" in run.stdout and "is true" in run.stdout


@pytest.mark.parametrize("expression", ["p99>1h", "requests<200", "error_rate>0", "wrong_answers>0", "failures>0"])
def test_an_expression_that_is_false_does_not(sent, expression):
    run = sent("--fail-if", expression)
    assert run.passed, run


def test_one_true_of_several_is_enough(sent):
    assert sent("--fail-if", "p99>1h", "--fail-if", "requests>100").failed


@pytest.mark.parametrize("flags, code", [([], 1), (["--fail-if", "error_rate>50%"], 0), (["--fail-if", "failures>2"], 1)])
def test_failures_fail_a_run_unless_expressions_decide(planted, tmp_path, flags, code):
    server = planted("faulty", "error_500", "--after", "10", "--every", "20")
    run = load(tmp_path, f"plain+{server.url}/x", "-i", "200", *flags)
    assert run.code == code or (code == 0 and run.passed), run
    assert run.failures() == {"status": server.log()["faults"]}


@pytest.mark.parametrize("expression", ["p99", "p99<", "p99<20 potatoes", "q99<20ms", "p99=20ms", "nobody:p99<1ms", "error_rate<20ms"])
def test_an_expression_that_cannot_be_meant_is_2(sent, expression):
    run = sent("--fail-if", expression)
    assert run.code == 2, run
    assert run.result is None
