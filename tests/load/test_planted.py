"""Targets with a planted fault: what is reported is what was planted."""

import pytest

from support.loading import load

KINDS = {  # Fault: the kinds of failure that say it.
    "garbage": {"protocol"}, "wrong_status_line": {"protocol"}, "half": {"closed"}, "half_head": {"closed"},
    "close_without_a_word": {"closed"}, "reset": {"closed"}, "error_500": {"status"}, "refuse_503": {"status"},
    "endless": {"protocol"},
}


@pytest.mark.parametrize("fault", KINDS)
def test_each_fault_is_counted_under_its_kind(planted, tmp_path, fault):
    server = planted("faulty", fault, "--after", "20", "--every", "10")
    run = load(tmp_path, f"plain+{server.url}/x", "-u", "2", "-i", "300")
    truth = server.log()
    assert run.code == 1, run
    assert run.result["totals"]["requests"] == 300
    assert run.failures().keys() == KINDS[fault], run.result["failures"]
    assert run.result["totals"]["failures"] == sum(run.failures().values()) == truth["faults"]


def test_silence_is_a_timeout(planted, tmp_path):
    server = planted("faulty", "hang", "--after", "20", "--every", "10")
    run = load(tmp_path, f"plain+{server.url}/x", "-u", "4", "-i", "100", "--timeout", "300ms")
    assert run.code == 1, run
    assert run.failures() == {"timeout": server.log()["faults"]}
    assert run.result["latency_ms"]["max"] < 300  # Failures are not among the successes' times.


def test_quantiles_of_a_dying_server_do_not_look_fast(planted, tmp_path):
    """A tenth fails at once. Among all attempts a failed one is infinitely slow, so p95 cannot hold."""
    server = planted("faulty", "close_without_a_word", "--after", "20", "--every", "10")
    run = load(tmp_path, f"plain+{server.url}/x", "-i", "300", "--fail-if", "p95>1s")
    assert run.code == 1, run


def test_a_target_that_refuses_is_4(refusing_port, tmp_path):
    for url in (f"http://127.0.0.1:{refusing_port}", f"v2+http://127.0.0.1:{refusing_port}", f"plain+http://127.0.0.1:{refusing_port}/x"):
        run = load(tmp_path, url, "-u", "2", "-t", "5s")
        assert run.code == 4, run
        assert "refused" in run.stderr.lower() and "Traceback" not in run.stderr


def test_a_host_that_does_not_exist_is_4(tmp_path):
    run = load(tmp_path, "http://nowhere.invalid:8000", "-u", "2", "-t", "5s")
    assert run.code == 4, run
    assert "nowhere.invalid" in run.stderr


def test_a_target_that_goes_away_for_good_is_4(planted, tmp_path):
    server = planted("faulty", "stop", "--after", "200")
    run = load(tmp_path, f"plain+{server.url}/x", "-u", "2", "--wait", "1ms", "-t", "7s")
    assert server.returncode is not None
    assert run.code == 4, run
    assert run.failures().get("connect", 0) > 0


@pytest.mark.parametrize("fault", ["garbage", "half", "close_without_a_word", "hang"])
def test_a_target_that_never_answers_rightly_is_no_pass(planted, tmp_path, fault):
    server = planted("faulty", fault, "--after", "0")
    run = load(tmp_path, f"plain+{server.url}/x", "-u", "2", "-t", "2s", "--timeout", "300ms")
    assert run.code in (1, 2, 4), run
    assert run.stderr and len(run.stderr) < 3000


def test_answers_that_are_not_the_models_are_failures(planted, tmp_path):
    """Well-formed HTTP, and not what V2 promises."""
    server = planted("faulty", "none")
    run = load(tmp_path, f"v2+{server.url}", "-u", "2", "-t", "2s")
    assert run.code in (1, 2), run
