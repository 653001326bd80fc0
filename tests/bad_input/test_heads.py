"""Heads that are no HTTP or too much of it: the status says which, the connection closes, the server goes on."""

import pytest

from support import paths, samples
from support.http import ask
from support.samples import INFER, assert_right
from support.wire import Wire, chunked, get, post

BODY = samples.body()


def raw(*lines: str | bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join(line.encode() if isinstance(line, str) else line for line in [*lines, "", ""]) + body


LIVE = "GET /v2/health/live HTTP/1.1"
INFER_LINE = f"POST {INFER} HTTP/1.1"
REFUSED = {
    "rubbish": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03rubbish\r\n\r\n", 400),  # A TLS client, say.
    "zeros": (bytes(64) + b"\r\n\r\n", 400),
    "no method": (raw(" / HTTP/1.1", "Host: x"), 400),
    "no target": (raw("GET  HTTP/1.1", "Host: x"), 400),
    "no version": (raw("GET /", "Host: x"), 400),
    "version 0.9": (raw("GET / HTTP/0.9", "Host: x"), 505),
    "version 2.0": (raw("GET / HTTP/2.0", "Host: x"), 505),
    "version of words": (raw("GET / HTTP/one", "Host: x"), 505),
    "HTTP/2's preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
    "a target without a slash": (raw("GET v2 HTTP/1.1", "Host: x"), 400),
    "a space in the target": (raw("GET /a b HTTP/1.1", "Host: x"), 505),
    "a control in the target": (raw(b"GET /\x01 HTTP/1.1", "Host: x"), 400),
    "no host": (raw(LIVE), 400),
    "a header without a colon": (raw(LIVE, "Host: x", "colonless"), 400),
    "a header without a name": (raw(LIVE, "Host: x", ": value"), 400),
    "a space before the colon": (raw(LIVE, "Host: x", "Name : value"), 400),
    "a folded header": (raw(LIVE, "Host: x", "A: b", " c"), 400),
    "a zero in a header": (raw(LIVE, "Host: x", b"A: b\0c"), 400),
    "a bare line feed": (b"GET / HTTP/1.1\nHost: x\n\n", (400, 505)),
    "a bare carriage return": (raw(LIVE, "Host: x", b"A: b\rC: d"), 400),
    "101 headers": (raw(LIVE, "Host: x", *(f"H{n}: v" for n in range(101))), 431),
    "a header too long": (raw(LIVE, "Host: x", "A: " + "b" * 20_000), 431),
    "a target too long": (raw("GET /" + "a" * 20_000 + " HTTP/1.1", "Host: x"), 431),
    "a head without an end": (b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 5000, 431),
    "a length twice": (raw(INFER_LINE, "Host: x", "Content-Length: 2", "Content-Length: 3", body=b"{}"), 400),
    "a length in a list": (raw(INFER_LINE, "Host: x", "Content-Length: 2, 3", body=b"{}"), 400),
    "a length negative": (raw(INFER_LINE, "Host: x", "Content-Length: -2", body=b"{}"), 400),
    "a length with a plus": (raw(INFER_LINE, "Host: x", "Content-Length: +2", body=b"{}"), 400),
    "a length in hex": (raw(INFER_LINE, "Host: x", "Content-Length: 0x2", body=b"{}"), 400),
    "a length of a word": (raw(INFER_LINE, "Host: x", "Content-Length: two", body=b"{}"), 400),
    "a length of nothing": (raw(INFER_LINE, "Host: x", "Content-Length:", body=b"{}"), 400),
    "a length beyond 64 bits": (raw(INFER_LINE, "Host: x", "Content-Length: " + "9" * 30), 400),
    "a length beyond the limit": (raw(INFER_LINE, "Host: x", "Content-Length: 100000000000"), 413),
    "a length and chunks": (raw(INFER_LINE, "Host: x", "Content-Length: 5", "Transfer-Encoding: chunked",
                                body=b"0\r\n\r\n"), (400, 501)),
    "chunks and a length": (raw(INFER_LINE, "Host: x", "Transfer-Encoding: chunked", "Content-Length: 5",
                                body=b"0\r\n\r\n"), (400, 501)),
    "gzip as transfer encoding": (raw(INFER_LINE, "Host: x", "Transfer-Encoding: gzip, chunked", body=b"0\r\n\r\n"), (400, 501)),
    "an unknown transfer encoding": (raw(INFER_LINE, "Host: x", "Transfer-Encoding: xchunked", body=b"0\r\n\r\n"), (400, 501)),
    "chunked twice": (raw(INFER_LINE, "Host: x", "Transfer-Encoding: chunked, chunked", body=b"0\r\n\r\n"), (400, 501)),
    "a chunk of no number": (post(INFER, b"xyz\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 400),
    "a chunk of negative size": (post(INFER, b"-2\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 400),
    "a chunk shorter than its data": (post(INFER, b"1\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 400),
    "a chunk longer than its data": (post(INFER, b"3\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 400),
    "a chunk beyond 64 bits": (post(INFER, b"1" + b"0" * 20 + b"\r\n{}\r\n0\r\n\r\n", "Transfer-Encoding: chunked"), 400),
    "a chunk beyond the limit": (post(INFER, b"FFFFFFFFFF\r\n", "Transfer-Encoding: chunked"), (400, 413)),
    "a chunk line without end": (post(INFER, b"1;" + b"x" * 100_000, "Transfer-Encoding: chunked"), 400),
    "an endless trailer": (post(INFER, b"0\r\n" + b"A: b\r\n" * 50_000, "Transfer-Encoding: chunked"), (400, 431)),
}


@pytest.mark.parametrize("what", REFUSED)
def test_is_refused_with_a_sentence_and_closed(digits, what):
    data, statuses = REFUSED[what]
    with Wire(digits.port) as wire:
        try:
            wire.send(data)
        except ConnectionError:  # It may close while we still send.
            pass
        reply = wire.reply()
        assert reply.status in (statuses if isinstance(statuses, tuple) else (statuses,)), reply.body
        assert len(reply.error) > 10
        assert reply.headers["connection"] == "close"
        wire.no_more()
        assert wire.rest() == b""
    assert_right(ask(digits.url + INFER, "POST", BODY))


@pytest.mark.parametrize("tail", [b"rubbish\r\n\r\n", b"\x00\x01\x02\r\n\r\n", b"POST", b"{}" * 1000 + b"\r\n\r\n"])
def test_rubbish_behind_a_right_request_does_not_spoil_its_answer(digits, tail):
    with Wire(digits.port) as wire:
        wire.send(post(INFER, BODY) + tail).no_more()
        assert_right(wire.reply())
        rest = wire.rest()
        assert rest == b"" or rest.startswith(b"HTTP/1.1 4") or rest.startswith(b"HTTP/1.1 505")
    assert_right(ask(digits.url + INFER, "POST", BODY))


def test_a_body_larger_than_its_length_is_the_next_request(digits):
    """What smuggling lives on: bytes behind Content-Length never belong to the body."""
    with Wire(digits.port) as wire:
        wire.send(post(INFER, BODY + get("/v2/health/live"), f"Content-Length: {len(BODY)}"))
        assert_right(wire.reply())
        assert wire.reply().json() == {"live": True}


def test_empty_lines_before_a_request_are_passed_over(digits):
    with Wire(digits.port) as wire:
        for _ in range(3):
            wire.send(b"\r\n" + get("/v2/health/live"))
            assert wire.reply().status == 200


def test_a_get_with_a_body_is_read_to_its_end(digits):
    with Wire(digits.port) as wire:
        wire.send(raw(LIVE, "Host: x", "Content-Length: 5", body=b"hello") + get("/v2"))
        assert wire.reply().json() == {"live": True}
        assert wire.reply().json()["name"] == "mettle"


@pytest.mark.parametrize("how", ["length", "chunks", "asking first"])
def test_a_body_above_max_body_is_413(serve, how):
    server = serve(paths.DIGITS, "--max-body", "1KiB")
    body = samples.body(10)
    assert len(body) > 1024
    data = {
        "length": post(INFER, body),
        "chunks": post(INFER, chunked(*(body[at:at + 100] for at in range(0, len(body), 100))), "Transfer-Encoding: chunked"),
        "asking first": post(INFER, b"", f"Content-Length: {len(body)}", "Expect: 100-continue"),
    }[how]
    with Wire(server.port) as wire:
        wire.send(data)
        reply = wire.reply()
        assert reply.status == 413 and "KiB" in reply.error
        assert wire.ends()
    assert_right(ask(server.url + INFER, "POST", BODY))


def test_as_many_headers_as_allowed_are_fine(digits):
    with Wire(digits.port) as wire:
        wire.send(raw(LIVE, "Host: x", *(f"H{n}: v" for n in range(99))))
        assert wire.reply().status == 200


def test_a_head_of_nearly_the_limit_is_fine(digits):
    with Wire(digits.port) as wire:
        wire.send(raw(LIVE, "Host: x", "A: " + "b" * 15_000))
        assert wire.reply().status == 200
