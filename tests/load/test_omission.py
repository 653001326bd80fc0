"""Coordinated omission and Little's law on servers that arithmetic knows. See test_pause.py for the long pause."""

import statistics

import pytest

from support.loading import load
from support.truth import compare_times, expect_agreement


def one_at_a_time(planted, tmp_path, *flags):
    """Eight requests to a server that takes half a second for each, one after the other."""
    server = planted("one_at_a_time", "--seconds", "0.5")
    run = load(tmp_path, f"plain+{server.url}/x", *flags, "-i", 8, "--fail-if", "failures>0")
    truth = server.log()
    assert run.code in (0, 3), run
    assert run.result["totals"]["requests"] == len(truth["times_ms"]) == 8
    return run, statistics.fmean(truth["times_ms"])


def expect_the_queue(run, service_ms: float):
    """Arrival i comes at 100 i and is done at service (i + 1): it took service + i (service - 100)."""
    latencies = [service_ms + number * (service_ms - 100) for number in range(8)]
    reported = run.result["latency_ms"]
    assert reported["max"] == pytest.approx(latencies[-1], rel=0.01)
    assert reported["p99"] == pytest.approx(latencies[-1], rel=0.01)
    assert reported["min"] == pytest.approx(latencies[0], rel=0.03)
    assert reported["mean"] == pytest.approx(statistics.fmean(latencies), rel=0.01)
    assert latencies[3] * 0.99 <= reported["p50"] <= latencies[4] * 1.01


def test_ten_a_second_at_a_server_of_two_a_second(planted, tmp_path):
    run, service_ms = one_at_a_time(planted, tmp_path, "--rate", 10, "--arrivals", "constant")
    expect_the_queue(run, service_ms)
    assert run.valid or "late" in str(run.result["validity"]["reasons"]), "the generator did as it was asked"


def test_one_connection_hides_nothing_and_is_said(planted, tmp_path):
    """The queue is in the tester now instead of the server. The latencies are the same, from the due time; but the load
    was not the one that was asked for, and the run says so."""
    run, service_ms = one_at_a_time(planted, tmp_path, "--rate", 10, "--arrivals", "constant", "--max-connections", 1)
    expect_the_queue(run, service_ms)
    assert run.result["service_ms"]["max"] == pytest.approx(service_ms, rel=0.05)
    assert run.code == 3 and not run.valid
    assert any("connection" in reason for reason in run.result["validity"]["reasons"]), run.result["validity"]


def test_a_closed_loop_asks_less_and_sees_no_queue(planted, tmp_path):
    run, service_ms = one_at_a_time(planted, tmp_path, "-u", 1)
    assert run.result["latency_ms"]["max"] == pytest.approx(service_ms, rel=0.03)
    assert run.result["latency_ms"]["mean"] == pytest.approx(service_ms, rel=0.03)


def test_littles_law_holds_for_users(planted, tmp_path):
    """N users without a pause: N = throughput x latency, whatever the machine does."""
    server = planted("moves", "sleep_20_ms")
    run = load(tmp_path, f"plain+{server.url}/x", "-u", 10, "-t", "2s")
    truth = server.log()
    assert run.passed, run
    result = run.result
    busy_s = result["totals"]["requests"] * result["latency_ms"]["mean"] / 1000
    assert busy_s / result["duration_s"] == pytest.approx(10, rel=0.02)
    assert compare_times(result["service_ms"], truth["times_ms"], at_most=False) == []


def test_littles_law_holds_for_arrivals(planted, tmp_path):
    """200 a second that stay 20 ms: four are there on average, and the server counted the same."""
    def attempt():
        server = planted("moves", "sleep_20_ms")
        run = load(tmp_path, f"plain+{server.url}/x", "--rate", 200, "--arrivals", "poisson", "-t", "3s")
        truth = server.log()
        assert run.passed, run
        result = run.result
        there_at_server = sum(truth["times_ms"]) / 1000 / 3
        there = result["totals"]["requests"] * result["latency_ms"]["mean"] / 1000 / 3
        assert there >= there_at_server
        assert there_at_server == pytest.approx(4, rel=0.2)  # Poisson: 600 arrivals, give or take 25.
        wrong = compare_times(result["latency_ms"], truth["times_ms"])
        return run, wrong + ([] if there == pytest.approx(there_at_server, rel=0.1) else [there, there_at_server])

    expect_agreement(attempt)
