"""Load on any HTTP endpoint: method, body and headers as given."""

import http.server
import threading

import pytest

from support import samples
from support.loading import load


@pytest.fixture
def recorder():
    """A server of Python's own that keeps what it was sent, and answers as `server.status` says."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.server.seen.append((self.command, self.path, dict(self.headers), body))
            reply = b'{"detail":"what the server says"}'
            self.send_response(self.server.status)
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = answer

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.status = [], 200
    server.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def loaded(recorder, path: str):
    """What came to `path`: protocols are asked for at others."""
    return [request for request in recorder.seen if request[1] == path]


def test_method_body_and_headers_arrive_as_given(recorder, tmp_path):
    body = tmp_path / "body.json"
    body.write_bytes(b'{"text":"gr\xc3\xbcn"}')
    run = load(tmp_path, f"plain+{recorder.url}/predict?k=3", "--method", "PUT", "--body", body,
               "--header", "Authorization: Bearer abc", "--header", "X-Two: 2: two", "-i", "30")
    assert run.passed, run
    requests = loaded(recorder, "/predict?k=3")
    assert 30 <= len(requests) <= 32
    for method, _, headers, received in requests:
        assert method == "PUT" and received == body.read_bytes()
        assert headers["Authorization"] == "Bearer abc" and headers["X-Two"] == "2: two"
        assert headers["Host"] == recorder.url.removeprefix("http://")


def test_a_path_alone_is_a_get(recorder, tmp_path):
    run = load(tmp_path, f"plain+{recorder.url}/items", "-i", "10")
    assert run.passed, run
    assert {request[0] for request in loaded(recorder, "/items")} == {"GET"}


def test_a_server_that_says_200_to_everything_is_plain_http(recorder, tmp_path):
    run = load(tmp_path, f"{recorder.url}/anything", "-i", "10")
    assert run.passed, run
    assert run.result["target"]["protocol"] == "plain"


def test_host_is_locusts_flag(recorder, tmp_path):
    run = load(tmp_path, "-H", f"plain+{recorder.url}/items", "-i", "10")
    assert run.passed, run
    assert len(loaded(recorder, "/items")) >= 10


@pytest.mark.parametrize("status, hint", [(401, "--header"), (403, "--header"), (404, "404"), (405, "--method"), (422, "--body")])
def test_a_first_answer_that_says_no_stops_before_the_load(recorder, tmp_path, status, hint):
    recorder.status = status
    run = load(tmp_path, f"plain+{recorder.url}/items", "-u", "5", "-t", "5s")
    assert run.code == 2, run
    assert str(status) in run.stderr and "what the server says" in run.stderr and hint in run.stderr
    assert len(loaded(recorder, "/items")) == 1


def test_our_own_server_takes_a_body_from_a_file(digits, tmp_path):
    body = tmp_path / "body.json"
    body.write_bytes(samples.body(4))
    run = load(tmp_path, f"plain+{digits.url}{samples.INFER}", "--method", "POST", "--body", body,
               "--header", "Content-Type: application/json", "--rate", "200", "-t", "1s")
    assert run.passed and run.result["totals"]["failures"] == 0, run
