"""When requests of an open load come: laws, bursts, stages, recorded moments, access logs; seen from the server."""

import statistics

import pytest

from support.loading import load
from support.process import mettle

URL = "http://127.0.0.1:1"


def seen(server) -> list[list]:
    """All but the first request, which is sent before the load."""
    return server.log()["seen"][1:]


def moments(server) -> list[float]:
    times = [request[0] for request in seen(server)]
    return [time - times[0] for time in times]


def test_gamma_arrivals_come_in_clusters(planted, tmp_path):
    server = planted("noting")
    run = load(tmp_path, f"plain+{server.url}/", "--rate", "400", "--arrivals", "gamma:3", "-t", "3s")
    assert run.passed, run
    assert run.result["load"]["arrivals"] == "gamma:3"
    times = moments(server)
    gaps = [after - before for before, after in zip(times, times[1:])]
    assert statistics.stdev(gaps) / statistics.mean(gaps) > 1.8


def test_bursts_have_their_silence(planted, tmp_path):
    server = planted("noting")
    run = load(tmp_path, f"plain+{server.url}/", "--rate", "100", "--arrivals", "burst:on=200ms,off=800ms", "-t", "2s")
    assert run.passed, run
    times = moments(server)
    assert len(times) == 200
    assert sum(time % 1 < 0.3 for time in times) >= 190
    assert sum(0.35 < time % 1 < 0.9 for time in times) <= 4


def test_stages_are_rates_of_an_open_load(planted, tmp_path):
    server = planted("noting")
    run = load(tmp_path, f"plain+{server.url}/", "--arrivals", "constant", "--stages", "1s:200,1s:=50")
    assert run.passed, run
    assert run.result["totals"]["requests"] == 150
    steps = run.result["steps"]
    assert [step["name"] for step in steps] == ["0 to 200 rps", "50 rps"]
    assert [step["requests"] for step in steps] == [pytest.approx(100, abs=6), pytest.approx(50, abs=6)]
    times = moments(server)
    assert sum(time < 0.5 for time in times) < sum(0.5 < time < 1 for time in times) / 2


def test_stages_begin_at_the_rate_that_is_given(planted, tmp_path):
    server = planted("noting")
    run = load(tmp_path, f"plain+{server.url}/", "--rate", "100", "--stages", "1s:300")
    assert run.passed, run
    assert run.result["totals"]["requests"] == 200


def test_a_trace_is_followed_with_its_payloads(planted, tmp_path):
    server = planted("noting")
    trace = tmp_path / "trace.jsonl"
    trace.write_text("\n".join(f'{{"t": {t}, "payload": {{"n": {n}}}}}' for n, t in enumerate((0.0, 0.1, 0.5, 0.5, 0.9))))
    run = load(tmp_path, f"{server.url}/score", "--arrivals", f"trace:{trace}")
    assert run.passed, run
    requests = seen(server)
    assert [request[1:] for request in requests] == [["POST", "/score", f'{{"n":{n}}}'] for n in range(5)]
    times = [request[0] - requests[0][0] for request in requests]
    assert times == pytest.approx([0, 0.1, 0.5, 0.5, 0.9], abs=0.2)


@pytest.mark.parametrize("workers", [1, 3])
def test_an_access_log_is_sent_again(planted, tmp_path, workers):
    server = planted("noting")
    log = tmp_path / "access.log"
    stamp = '127.0.0.1 - - [24/Nov/2026:12:00:{:02} +0000] "{} HTTP/1.1" 200 5 "-" "curl"\n'
    log.write_text(stamp.format(0, "GET /items/1") + stamp.format(1, "GET /items/2?full=1") +
                   stamp.format(1, "POST /buy") + stamp.format(3, "GET /health") + "garbage\n")
    run = load(tmp_path, server.url, "--arrivals", f"log:{log},speed=4", "--workers", workers)
    assert run.passed, run
    assert "1 POST" in run.stderr and "1 line without a request" in run.stderr
    requests = seen(server)
    assert [request[1:3] for request in requests] == [
        ["GET", "/items/1"], ["GET", "/items/2?full=1"], ["GET", "/health"]]
    times = [request[0] - requests[0][0] for request in requests]
    # The POST, which is left out, had the other half of its second.
    assert times == pytest.approx([0, 0.25, 0.75], abs=0.2)
    assert {task["name"]: task["requests"] for task in run.result["tasks"]} == {"/items/{id}": 2, "/health": 1}


WRONG = {
    "cv": (["--rate", "5", "--arrivals", "gamma:0"], "0.01 to 20"),
    "burst without off": (["--rate", "5", "--arrivals", "burst:on=1s"], "both on and off"),
    "no such file": (["--arrivals", "trace:/nowhere/t.txt"], "/nowhere/t.txt"),
    "a trace and a rate": (["--arrivals", "trace:/dev/null", "--rate", "5"], "no moment"),
    "bursts and stages": (["--arrivals", "burst:on=1s,off=1s", "--stages", "1s:5"], "bursts"),
    "stages of nothing": (["--arrivals", "poisson", "--stages", "5s:0"], "rate is 0"),
    "stages of users and a peak": (["--rate", "5", "--stages", "1s:50", "--max-rate", "20"], "--max-rate"),
}


@pytest.mark.parametrize("what", WRONG)
def test_is_refused_with_2_and_a_hint(what):
    arguments, hint = WRONG[what]
    done = mettle("load", URL, *arguments, "--headless", within=10)
    assert done.code == 2, done
    assert hint in done.stderr, done
