"""Clients that are slow, vanish or come in crowds; nothing of them may stay behind."""

import threading

import pytest

from support import paths, samples
from support.http import ask
from support.samples import INFER, assert_right
from support.waiting import until
from support.wire import Wire, get, post

BODY = samples.body()
WHOLE = post(INFER, BODY)


@pytest.mark.parametrize("part", [b"P", WHOLE[:20], WHOLE[:60]], ids=["a byte", "half a line", "half a head"])
def test_a_slow_head_is_408(serve, part):
    server = serve(paths.DIGITS, "--head-timeout", "300ms")
    with Wire(server.port) as wire:
        reply = wire.send(part).reply()
        assert reply.status == 408 and reply.headers["connection"] == "close" and "in time" in reply.error
        assert wire.ends()


def test_a_head_that_drips_is_408_all_the_same(serve):
    """The limit is for the whole head: a byte now and then does not renew it."""
    server = serve(paths.DIGITS, "--head-timeout", "300ms")
    with Wire(server.port) as wire:
        stop = threading.Event()
        drip = threading.Thread(target=lambda: [wire.send(WHOLE[at:at + 1]) for at in range(60) if not stop.wait(0.05)])
        drip.start()
        try:
            assert wire.reply().status == 408
        finally:
            stop.set()
            drip.join()


@pytest.mark.parametrize("part", [
    WHOLE[:-1], post(INFER, b"", "Content-Length: 100"), post(INFER, b"5\r\nab", "Transfer-Encoding: chunked"),
    post(INFER, b"", "Transfer-Encoding: chunked")], ids=["all but a byte", "none", "half a chunk", "no chunk"])
def test_a_slow_body_is_408(serve, part):
    server = serve(paths.DIGITS, "--body-timeout", "300ms")
    with Wire(server.port) as wire:
        reply = wire.send(part).reply()
        assert reply.status == 408 and reply.headers["connection"] == "close"
        assert wire.ends()


def test_an_idle_connection_is_closed(serve):
    server = serve(paths.DIGITS, "--idle-timeout", "300ms", "--head-timeout", "300ms")
    with Wire(server.port) as silent, Wire(server.port) as used:
        assert used.send(get("/health/live")).reply().status == 200
        assert used.ends()
        assert silent.ends()


def test_one_connection_too_many_is_503(serve):
    server = serve(paths.DIGITS, "--max-connections", "3")
    wires = [Wire(server.port) for _ in range(3)]
    for wire in wires:
        assert wire.send(get("/health/live")).reply().status == 200
    with Wire(server.port) as surplus:
        reply = surplus.send(get("/health/live")).reply()
        assert reply.status == 503 and "3 connections" in reply.error
        assert surplus.ends()
    wires.pop().socket.close()
    until(lambda: ask(server.url + "/health/live").status == 200, "room for another")
    for wire in wires:
        wire.socket.close()


def test_a_full_queue_is_503_with_the_time_to_come_again(serve):
    server = serve(paths.DATA / "slow", "--lane", "worker", "--workers", "1", "--max-queue", "1")
    # A run of half a second or more, so that the steps below happen while it lasts.
    body = b'{"inputs":[{"name":"iterations","shape":[1],"datatype":"INT64","data":[200000]}]}'
    idle_cpu_s = server.cpu_seconds()
    with Wire(server.port) as first, Wire(server.port) as second:
        first.send(post("/v2/models/slow/infer", body))
        until(lambda: server.cpu_seconds() > idle_cpu_s + 0.1, "the first to run")
        second.send(post("/v2/models/slow/infer", body))
        until(lambda: metric(server, "mettle_queue_depth") == 1, "the second to wait")
        reply = ask(server.url + "/v2/models/slow/infer", "POST", body)
        assert reply.status == 503 and reply.error
        assert reply.headers["retry-after"].isdigit() and reply.headers["retry-after-ms"].isdigit()
        assert first.reply().status == second.reply().status == 200
    assert metric(server, "mettle_requests_total", 'reason="queue_full"') == 1


def metric(server, name: str, label: str = "") -> float:
    lines = ask(server.url + "/metrics").body.decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name) and label in line)


def vanish_in_the_head(port):
    with Wire(port) as wire:
        wire.send(WHOLE[:30])


def vanish_in_the_body(port):
    with Wire(port) as wire:
        wire.send(WHOLE[:-30])


def reset_in_the_body(port):
    Wire(port).send(WHOLE[:-30]).reset()


def reset_before_the_answer(port):
    Wire(port).send(WHOLE * 3).reset()


def half_close_in_the_body(port):
    with Wire(port) as wire:
        wire.send(WHOLE[:-30]).no_more()
        assert wire.rest() == b""


def never_read_a_large_answer(port):
    data, headers = samples.binary(5000)
    Wire(port).send(post(INFER, data, *(f"{name}: {value}" for name, value in headers.items()))).reset()


def send_rubbish(port):
    with Wire(port) as wire:
        wire.send(b"rubbish\r\n\r\n").no_more()
        wire.rest()


def send_a_wrong_body(port):
    with Wire(port) as wire:
        wire.send(post(INFER, b"[" * 50_000, "Connection: close")).reply()


def come_and_go(port):
    Wire(port).socket.close()


RUDE = [vanish_in_the_head, vanish_in_the_body, reset_in_the_body, reset_before_the_answer, half_close_in_the_body,
        never_read_a_large_answer, send_rubbish, send_a_wrong_body, come_and_go]


@pytest.mark.parametrize("lane", ["inline", "worker"])
@pytest.mark.parametrize("rude", RUDE, ids=lambda rude: rude.__name__)
def test_the_server_outlives_it_and_keeps_no_socket(serve, lane, rude):
    server = serve(paths.DIGITS, "--lane", lane)
    assert_right(ask(server.url + INFER, "POST", BODY))
    before = until(lambda: server.open_files(), "descriptors")
    for _ in range(15):
        rude(server.port)
    until(lambda: server.open_files() <= before, f"{before} open descriptors, not {server.open_files()}", within=5)
    assert_right(ask(server.url + INFER, "POST", BODY))


@pytest.mark.plain_build
def test_memory_stays_flat(serve):
    server = serve()

    def rounds(count):
        for _ in range(count):
            for rude in RUDE:
                if rude is not never_read_a_large_answer:  # Its buffers are kept, for the next large answer.
                    rude(server.port)
        assert ask(server.url + "/health/live").status == 200
        return server.resident_bytes()

    settled = rounds(50)
    assert rounds(400) < settled + 2 * 2**20
    assert_right(ask(server.url + INFER, "POST", BODY))


def test_many_at_once_are_all_answered_right(serve):
    server = serve(paths.DIGITS, "--threads", "2")
    wires = [Wire(server.port) for _ in range(200)]
    for index, wire in enumerate(wires):
        wire.send(post(INFER, samples.body(1 + index % 7)))
    for index, wire in enumerate(wires):
        assert_right(wire.reply(), 1 + index % 7)
        wire.socket.close()
