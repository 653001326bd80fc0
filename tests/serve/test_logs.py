"""The access log, as text and as JSON."""

import json
import re

from support import paths, samples
from support.http import ask
from support.samples import INFER
from support.waiting import until
from support.wire import Wire, get


def test_text_has_a_line_for_each_request(serve):
    server = serve(paths.DIGITS, "--access-log")
    ask(server.url + INFER, "POST", samples.body())
    ask(server.url + "/nonsense?secret=1")
    until(lambda: server.stderr.count("127.0.0.1") == 2, "two lines")
    lines = sorted(server.stderr.splitlines(), key=lambda line: "nonsense" in line)  # Two threads wrote them.
    assert re.search(rf'info 127\.0\.0\.1:\d+ "POST {INFER}" 200 \d+ B [\d.]+ ms$', lines[0])
    assert re.search(r'"GET /nonsense" 404 22 B', lines[1])


def test_there_is_no_access_log_unless_asked_for(serve):
    server = serve()
    ask(server.url + INFER, "POST", samples.body())
    assert server.stop() == 0
    assert "POST" not in server.stderr


def test_every_line_is_json_when_asked_whatever_the_client_sends(serve):
    server = serve(paths.DIGITS, "--access-log", "--log-format", "json")
    for path in ["/v2", "/with%22quote", "/b\\ackslash"]:
        ask(server.url + path)
    with Wire(server.port) as wire:
        wire.send(b"GET /caf\xc3\xa9\xff HTTP/1.1\r\nHost: x\r\n\r\n").reply()
    with Wire(server.port) as wire:
        wire.send(get('/"quoted"')).reply()
    assert server.stop() == 0
    lines = [json.loads(line) for line in server.stderr.splitlines()]
    requests = [line for line in lines if line["message"] == "request"]
    # Threads of the server share the connections, so that lines may change places.
    paths_seen = {line["path"] for line in requests}
    assert len(requests) == 5
    assert {"/v2", "/with%22quote", "/b\\ackslash", '/"quoted"'} <= paths_seen
    assert all({"time", "level", "client", "method", "status", "bytes", "duration_ms"} <= set(line) for line in requests)
    assert lines[-1]["message"] == "stopped"


def test_a_request_cannot_forge_a_line_of_its_own(serve):
    server = serve(paths.DIGITS, "--access-log")
    with Wire(server.port) as wire:
        wire.send(b"GET /a\x0bb HTTP/1.1\r\nHost: x\r\n\r\n")
        wire.reply()
    ask(server.url + "/x%0d%0aforged")
    assert server.stop() == 0
    assert all(re.match(r"\d{4}-\d\d-\d\dT", line) for line in server.stderr.splitlines())


def test_levels(serve):
    server = serve(paths.DIGITS, "--log-level", "error")
    assert server.stop() == 0
    assert server.stderr == ""
