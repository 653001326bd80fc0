"""SIGTERM: readiness falls at once, what is in flight is finished, the exit code is 0."""

import json
import signal
import threading

import pytest

from support import paths, samples
from support.http import ask
from support.samples import INFER, assert_right, output
from support.waiting import until
from support.wire import Wire, get, post

SLOW = "/v2/models/slow/infer"


def slow_body(iterations: int) -> bytes:
    return json.dumps({"inputs": [{"name": "iterations", "shape": [1], "datatype": "INT64", "data": [iterations]}]}).encode()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_server_ends_with_0(serve, number):
    server = serve()
    with Wire(server.port) as wire:
        assert wire.send(get("/health/live")).reply().status == 200
        assert server.stop(number, within=5) == 0
        assert wire.ends()  # The idle connection was closed, not reset.


def test_during_the_delay_it_serves_on_but_is_not_ready(serve):
    server = serve(paths.DIGITS, "--drain-delay", "2s")
    assert ask(server.url + "/health/ready").status == 200
    server.send_signal()
    until(lambda: ask(server.url + "/health/ready").status == 503, "readiness to fall", within=1)
    assert ask(server.url + "/v2/health/ready").status == 503
    assert ask(server.url + "/v2/models/digits/ready").status == 503
    assert ask(server.url + "/health/live").status == 200
    reply = ask(server.url + INFER, "POST", samples.body())
    assert_right(reply)
    assert reply.headers["connection"] == "close"  # So that clients look for another server.
    assert "mettle_ready 0" in ask(server.url + "/metrics").body.decode()
    assert server.wait(within=5) == 0


def test_ready_status_may_be_as_tritons(serve):
    server = serve(paths.DIGITS, "--drain-delay", "2s", "--ready-status", "400")
    server.send_signal()
    until(lambda: ask(server.url + "/v2/health/ready").status == 400, "readiness to fall", within=1)
    assert ask(server.url + "/health/ready").status == 503


def test_a_second_signal_cuts_the_delay_short(serve):
    server = serve(paths.DIGITS, "--drain-delay", "60s")
    server.send_signal()
    until(lambda: ask(server.url + "/health/ready").status == 503, "readiness to fall", within=1)
    assert server.stop(within=5) == 0


@pytest.mark.parametrize("lane", ["inline", "worker"])
def test_what_is_in_flight_is_answered(serve, lane):
    server = serve(paths.DATA / "slow", "--lane", lane)
    with Wire(server.port) as wire:
        before = server.cpu_seconds()  # The inline lane may be too busy to be asked.
        wire.send(post(SLOW, slow_body(60_000)))
        until(lambda: server.cpu_seconds() > before + 0.04, "the model to run")
        server.send_signal()
        server.wait_for("stopping", where="stderr")
        reply = wire.reply()
        assert reply.status == 200 and reply.headers["connection"] == "close"
        assert output(reply.json(), "largest")["data"] == [0]
        assert wire.ends()
    assert server.wait(within=5) == 0


def test_requests_in_the_queue_are_answered_too(serve):
    server = serve(paths.DATA / "slow", "--lane", "worker", "--workers", "1")
    replies = []
    clients = [threading.Thread(target=lambda: replies.append(ask(server.url + SLOW, "POST", slow_body(10_000))))
               for _ in range(5)]
    for client in clients:
        client.start()
    until(lambda: in_flight(server) == 5, "five requests to be in flight")
    server.send_signal()
    for client in clients:
        client.join()
    assert [reply.status for reply in replies] == [200] * 5
    assert server.wait(within=5) == 0


def test_what_does_not_finish_in_time_is_cut_off(serve):
    server = serve(paths.DIGITS, "--drain-timeout", "200ms")
    with Wire(server.port) as wire:
        wire.send(post(INFER, samples.body(100))[:-10])
        assert ask(server.url + "/health/ready").status == 200
        assert server.stop(within=5) == 0
        wire.rest()
    assert "cut off" in server.stderr


def in_flight(server) -> int:
    text = ask(server.url + "/metrics").body.decode()
    return sum(int(float(line.rsplit(" ", 1)[1])) for line in text.splitlines() if line.startswith("mettle_in_flight{"))
