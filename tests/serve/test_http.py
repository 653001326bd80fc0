"""HTTP/1.1 as clients and proxies speak it: methods, connections, bodies, ids."""

import subprocess

import pytest

from support import paths, samples
from support.http import ask
from support.samples import INFER, assert_right
from support.wire import Wire, chunked, get, post


@pytest.fixture(scope="module")
def serve_one_thread(serve_for_module):
    return serve_for_module(paths.DIGITS, "--threads", "1")


def test_head_gives_gets_headers_without_its_body(digits):
    plain = ask(digits.url + "/v2/models/digits")
    head = ask(digits.url + "/v2/models/digits", "HEAD")
    assert head.status == 200 and head.body == b""
    assert head.headers["content-length"] == str(len(plain.body))


@pytest.mark.parametrize("path, body", [
    ("/nonsense", {"detail": "Not Found"}), ("/v2/nonsense", {"error": "Not Found"}),
    ("/v2/models/digits/nonsense", {"error": "Not Found"}), ("/v2/models/", {"error": "Not Found"})])
def test_unknown_paths_are_404_in_the_form_of_their_protocol(digits, path, body):
    reply = ask(digits.url + path)
    assert (reply.status, reply.json()) == (404, body)


@pytest.mark.parametrize("method, path, allowed", [
    ("GET", INFER, "POST"), ("POST", "/v2/health/live", "GET"), ("DELETE", "/v2/models/digits", "GET"),
    ("PUT", "/metrics", "GET")])
def test_a_wrong_method_is_405_and_says_which_would_do(digits, method, path, allowed):
    reply = ask(digits.url + path, method)
    assert reply.status == 405
    assert allowed in reply.headers["allow"]
    assert list(reply.json().values()) == ["Method Not Allowed"]


def test_a_query_and_percent_encoding_do_not_hide_the_route(digits):
    assert ask(digits.url + "/v2/health/live?verbose=1").status == 200
    assert ask(digits.url + "/v2/models/%64igits").status == 200


def test_the_absolute_form_of_proxies_is_understood(digits):
    with Wire(digits.port) as wire:
        wire.send("GET http://example.com/v2/health/live HTTP/1.1\r\nHost: example.com\r\n\r\n")
        assert wire.reply().status == 200


def test_a_connection_is_kept(digits):
    with Wire(digits.port) as wire:
        for count in range(1, 20):
            assert_right(wire.send(post(INFER, samples.body(count))).reply(), count)


def test_pipelined_requests_are_answered_in_their_order(digits):
    requests = [get("/v2/health/live"), post(INFER, samples.body(3)), get("/nonsense"), get("/v2/models/digits")]
    with Wire(digits.port) as wire:
        wire.send(b"".join(requests * 25))
        for _ in range(25):
            assert wire.reply().json() == {"live": True}
            assert_right(wire.reply(), 3)
            assert wire.reply().status == 404
            assert wire.reply().json()["name"] == "digits"


WHOLE = post(INFER, samples.body(2), "X-One: 1", "X-Two: 2")
HEAD_SIZE = WHOLE.index(b"\r\n\r\n") + 4


@pytest.mark.parametrize("at", [1, 10, 45, 60, 75, *range(HEAD_SIZE - 5, HEAD_SIZE + 2), len(WHOLE) - 1])
def test_a_request_may_come_in_pieces(serve_one_thread, at):
    """The first piece has surely been read before the second is sent: another client was served in between."""
    server = serve_one_thread
    with Wire(server.port) as wire:
        wire.send(WHOLE[:at])
        assert ask(server.url + "/health/live").status == 200
        wire.send(WHOLE[at:])
        assert_right(wire.reply(), 2)
        assert_right(wire.send(WHOLE).reply(), 2)


def test_a_request_may_come_byte_by_byte(serve_one_thread):
    with Wire(serve_one_thread.port) as wire:
        for at in range(HEAD_SIZE + 10):
            wire.send(WHOLE[at:at + 1])
            if at % 8 == 0:
                assert ask(serve_one_thread.url + "/health/live").status == 200
        assert_right(wire.send(WHOLE[HEAD_SIZE + 10:]).reply(), 2)


def test_connection_close_is_obeyed(digits):
    with Wire(digits.port) as wire:
        reply = wire.send(get("/v2/health/live", "Connection: close")).reply()
        assert reply.status == 200 and reply.headers["connection"] == "close"
        assert wire.ends()


def test_http_1_0_closes_unless_asked_not_to(digits):
    with Wire(digits.port) as wire:
        assert wire.send(get("/v2/health/live", version="1.0")).reply().status == 200
        assert wire.ends()
    with Wire(digits.port) as wire:
        for _ in range(2):
            reply = wire.send(get("/v2/health/live", "Connection: keep-alive", version="1.0")).reply()
            assert reply.headers["connection"] == "keep-alive"


def test_a_client_may_close_its_half_and_still_read_the_answer(digits):
    with Wire(digits.port) as wire:
        wire.send(post(INFER, samples.body())).no_more()
        assert_right(wire.reply())
        assert wire.ends()


@pytest.mark.parametrize("size", [1, 7, 1000, 65536])
def test_chunked_bodies(digits, size):
    body = samples.body(40)
    pieces = [body[at:at + size] for at in range(0, len(body), size)]
    with Wire(digits.port) as wire:
        wire.send(post(INFER, chunked(*pieces), "Transfer-Encoding: chunked") + get("/v2/health/live"))
        assert_right(wire.reply(), 40)
        assert wire.reply().json() == {"live": True}  # The next request begins right behind the chunks.


def test_chunk_extensions_and_trailers_are_skipped(digits):
    body = samples.body()
    encoded = b'%x;name="value"\r\n%s\r\n0\r\nX-Checksum: 7\r\n\r\n' % (len(body), body)
    with Wire(digits.port) as wire:
        wire.send(post(INFER, encoded, "Transfer-Encoding: chunked"))
        assert_right(wire.reply())


def test_the_go_ahead_is_given_to_who_waits_for_it(digits):
    body = samples.body(100)
    with Wire(digits.port) as wire:
        head, rest = post(INFER, body, "Expect: 100-continue").split(b"\r\n\r\n", 1)
        wire.send(head + b"\r\n\r\n")
        assert wire.reply().status == 100
        assert_right(wire.send(rest).reply(), 100)


def test_curl_sends_two_megabytes_after_the_go_ahead(digits, tmp_path):
    body = tmp_path / "body.json"
    body.write_bytes(samples.body(5000))
    assert body.stat().st_size > 1_000_000  # Above this curl asks first.
    done = subprocess.run(["curl", "-sv", "-H", "Expect: 100-continue", "--data-binary", f"@{body}", digits.url + INFER],
                          capture_output=True, text=True, timeout=20)
    assert "100 Continue" in done.stderr and "200 OK" in done.stderr
    assert done.stdout.startswith('{"model_name":"digits"')


def test_a_large_answer_is_complete_though_the_client_reads_slowly(digits):
    count = 20_000  # Some megabytes of probabilities: more than the socket's buffers hold.
    data, headers = samples.binary(count)
    with Wire(digits.port) as wire:
        wire.send(post(INFER, data, *(f"{name}: {value}" for name, value in headers.items())))
        wire.send(get("/v2/health/live"))
        assert_right(wire.reply(), count)
        assert wire.reply().json() == {"live": True}


@pytest.mark.parametrize("id", ["abc-123", "x" * 128, "~!@#"])
def test_the_clients_request_id_comes_back(digits, id):
    assert ask(digits.url + INFER, "POST", samples.body(), {"x-request-id": id}).headers["x-request-id"] == id


@pytest.mark.parametrize("id", ["x" * 129, "with space", "tab\tbed", "gr\xfcn"])
def test_an_unfit_request_id_is_replaced(digits, id):
    reply = ask(digits.url + INFER, "POST", samples.body(), {"x-request-id": id})
    assert reply.status == 200 and reply.headers["x-request-id"] not in ("", id)


def test_made_up_request_ids_differ_and_errors_have_one_too(digits):
    replies = [ask(digits.url + INFER, "POST", body) for body in [samples.body(), samples.body(), b"{}", b"{}"]]
    assert [reply.status for reply in replies] == [200, 200, 400, 400]
    assert len({reply.headers["x-request-id"] for reply in replies}) == 4


def test_every_answer_has_a_date_and_one_length(digits):
    for path in ("/", "/v2", "/metrics", "/nonsense"):
        reply = ask(digits.url + path)
        assert "date" in reply.headers and int(reply.headers["content-length"]) == len(reply.body)
