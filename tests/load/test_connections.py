"""How the target is reached: credentials, certificates of both sides, a proxy, a new connection each time."""

import base64
import json
import subprocess

import pytest

from support import paths, waiting
from support.loading import load
from support.plant import Planted
from support.playground import Playground


@pytest.fixture
def plant():
    started = []

    def start(*arguments):
        started.append(Planted(*arguments))
        return started[-1]

    yield start
    for planted in started:
        planted.reap()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """server.pem and client.pem, with their keys, by their own authorities."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments):
        subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True, cwd=folder)

    for name, subject in (("server", "/CN=localhost"), ("client", "/CN=tester")):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", subject, "-addext",
                "subjectAltName=IP:127.0.0.1,DNS:localhost", "-keyout", f"{name}.key", "-out", f"{name}.crt")
        (folder / f"{name}.pem").write_text((folder / f"{name}.crt").read_text() + (folder / f"{name}.key").read_text())
    return folder


def secure(url: str) -> str:
    return "plain+" + url.replace("http://127.0.0.1", "https://localhost")


def test_a_certificate_of_ones_own_authority_is_trusted_when_told(plant, tmp_path, certificates):
    server = plant("secure", "--cert", certificates / "server.pem")
    run = load(tmp_path, secure(server.url), "-i", "20", "--cacert", certificates / "server.crt")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    refused = load(tmp_path, secure(server.url), "-i", "1")
    assert refused.code == 4 and "certificate was not accepted" in refused.stderr, refused
    assert load(tmp_path, secure(server.url), "-i", "20", "--insecure").passed
    assert server.log()["requests"] >= 42


def test_a_client_shows_its_certificate(plant, tmp_path, certificates):
    server = plant("secure", "--cert", certificates / "server.pem", "--client-ca", certificates / "client.crt")
    trusted = ["--cacert", certificates / "server.crt"]
    run = load(tmp_path, secure(server.url), "-u", "2", "-i", "20", *trusted, "--cert", certificates / "client.crt",
               "--key", certificates / "client.key")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    assert load(tmp_path, secure(server.url), "-i", "5", *trusted, "--cert", certificates / "client.pem").passed
    assert load(tmp_path, secure(server.url), "-i", "5", *trusted).code == 4
    assert server.log()["subjects"] == ["tester"]


def test_credentials_are_sent_with_every_request(plant, tmp_path):
    basic = "Basic " + base64.b64encode(b"me:p@ss").decode()
    for flags, authorization, key in (
            (["--bearer", "abc"], "Bearer abc", None), (["--bearer", "env:TOKEN"], "Bearer from the env", None),
            (["--basic", "me:p@ss"], basic, None), (["--api-key", "k"], None, "k")):
        server = plant("secure")
        run = load(tmp_path, "plain+" + server.url, "-i", "10", *flags, env={"TOKEN": "from the env"})
        log = server.log()
        assert run.passed and log["requests"] == 11, run
        assert log["authorization"] == [authorization] and log["keys"] == [key]
    server = plant("secure")
    run = load(tmp_path, "plain+" + server.url.replace("http://", "http://me:p%40ss@"), "-i", "10")
    assert run.passed and "p@ss" not in run.output and "p%40ss" not in run.output, run
    assert server.log()["authorization"] == [basic]


def test_fresh_connections_are_as_many_as_requests(plant, tmp_path):
    server = plant("secure")
    run = load(tmp_path, "plain+" + server.url, "-u", "2", "-i", "30", "--fresh-connections")
    log = server.log()
    assert run.passed and log["requests"] == 31 and log["connections"] == 31, (run, log)
    kept = plant("secure")
    assert load(tmp_path, "plain+" + kept.url, "-u", "2", "-i", "30").passed
    assert kept.log()["connections"] <= 3


def test_a_proxy_gets_whole_urls_in_clear_and_tunnels_for_https(plant, tmp_path, certificates):
    proxy, server = plant("proxy"), plant("secure")
    run = load(tmp_path, f"plain+{server.url}/x", "-u", "2", "-i", "20", "--proxy", proxy.url)
    assert run.passed and run.result["totals"]["failures"] == 0, run
    assert set(server.log()["targets"]) <= {"/x", f"{server.url}/x"}
    hidden = plant("secure", "--cert", certificates / "server.pem")
    run = load(tmp_path, secure(hidden.url), "-u", "2", "-i", "20", "--proxy", proxy.url,
               "--cacert", certificates / "server.crt")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    refused = load(tmp_path, "plain+https://localhost:1", "-i", "1", "--proxy", proxy.url)
    assert refused.code == 4 and "the proxy refused: HTTP/1.1 403 Not There" in refused.stderr, refused
    log = proxy.log()
    assert set(log["targets"]) == {f"{server.url}/x"}
    assert f"localhost:{hidden.port}" in log["tunnels"]


def test_a_scenario_and_its_websockets_go_through_the_proxy(plant, tmp_path):
    """Each request by a connection of its own: this proxy reads the head of the first one only."""
    proxy, server = plant("proxy"), plant("fastapi_talk")
    file = tmp_path / "talk.yaml"
    file.write_text("""
setup:
  - get: /whole?setup
tasks:
  talk:
    - get: /whole
    - get: /whole?user=${user}
    - ws_open: /talk
    - ws_say: hello
      checks: {body_contains: "echo: hello"}
    - ws_close
""")
    run = load(tmp_path, "-f", file, "-H", server.url, "-i", "5", "--proxy", proxy.url, "--fresh-connections")
    assert run.passed and run.result["totals"]["failures"] == 0, (run, run.result and run.result["failures"])
    log, seen = proxy.log(), server.log()
    assert {f"{server.url}/whole?setup", f"{server.url}/whole", f"{server.url}/whole?user=0"} <= set(log["targets"])
    assert set(log["tunnels"]) == {server.url.removeprefix("http://")}
    assert seen["opened"] == len(log["tunnels"]) == 5 and seen["questions"] == 5


@pytest.mark.parametrize("flags, words", [
    (["--bearer", "env:NOT_SET_ANYWHERE"], "no variable 'NOT_SET_ANYWHERE'"),
    (["--basic", "nobody"], "write USER:PASSWORD"),
    (["--bearer", "a", "--header", "Authorization: b"], "give one of them"),
    (["--cacert", "/no/file.pem"], "/no/file.pem holds no certificates"),
    (["--cert", "/no/file.pem"], "/no/file.pem holds no certificate"),
    (["--key", "/no/file.pem"], "--key is about --cert"),
    (["--proxy", "https://h"], "is no http://host:port"),
    (["--cacert", "x", "--insecure"], "give one"),
])
def test_what_is_wrong_is_said_before_anything_is_sent(tmp_path, flags, words):
    run = load(tmp_path, "plain+http://127.0.0.1:1", "-i", "1", *flags)
    assert run.code == 2 and words in run.stderr, run


def test_a_programs_requests_are_sent_as_they_are(plant, tmp_path):
    server = plant("secure")
    lines = "".join(f'{{"url": "{server.url}/item/{number}", "name": "item", "headers": {{"X-API-Key": "k{number}"}}}}\n'
                    for number in range(4)) + '{"url": "/other"}\n'
    (tmp_path / "requests.jsonl").write_text(lines)
    run = load(tmp_path, "--requests", tmp_path / "requests.jsonl", "-u", "1", "-i", "200")
    assert run.passed, run
    tasks = {task["name"]: task["requests"] for task in run.result["tasks"]}
    assert set(tasks) == {"item", "/other"} and 130 <= tasks["item"] <= 185
    run = load(tmp_path, server.url, "--requests", "-", stdin=lines.encode())
    assert run.passed and run.result["totals"]["requests"] == 5, run  # Each once, then it is over.
    log = server.log()
    assert set(log["targets"]) == {*(f"/item/{number}" for number in range(4)), "/other"}
    assert set(log["keys"]) == {"k0", "k1", "k2", "k3", None}


def test_a_wrong_line_is_said_before_anything_is_sent(tmp_path):
    (tmp_path / "requests.jsonl").write_text('{"url": "/"}\n{"url": "/", "bdy": 1}\n')
    run = load(tmp_path, "http://127.0.0.1:1", "--requests", tmp_path / "requests.jsonl")
    assert run.code == 2 and "requests.jsonl:2: there is no 'bdy'" in run.stderr, run


class Program:
    """Whoever writes requests while they are sent."""

    def __init__(self, folder, *flags):
        self.file = folder / "run.json"
        self.process = subprocess.Popen([paths.METTLE, "load", "--requests", "-", "-o", self.file, *map(str, flags)],
                                        stdin=subprocess.PIPE, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                        text=True)

    def write(self, *lines):
        for line in lines:
            self.process.stdin.write(line if isinstance(line, str) else json.dumps(line) + "\n")
        self.process.stdin.flush()

    def end(self):
        _, stderr = self.process.communicate(timeout=30)
        return self.process.returncode, stderr, json.loads(self.file.read_text())


def test_a_program_computes_its_requests_from_what_has_happened(tmp_path):
    """It writes the next request only when the last one has come: nothing waits for the end of its input."""
    server = Playground()
    try:
        program = Program(tmp_path, server.url, "-u", 3)
        for number in range(1, 6):
            program.write({"method": "GET", "url": f"/items/{number}", "name": "item"})
            waiting.until(lambda: len(server.seen) == number, "the request")
        program.write({"url": "/login", "body": {"user": "anna"}})
        code, stderr, result = program.end()
        assert code in (0, 3), stderr
        assert [path for _, path, *_ in server.seen] == [*(f"/items/{number}" for number in range(1, 6)), "/login"]
        assert {(task["name"], task["requests"]) for task in result["tasks"]} == {("item", 5), ("/login", 1)}
    finally:
        server.close()


def test_a_program_gives_arrivals_what_they_send(tmp_path):
    server = Playground()
    try:
        program = Program(tmp_path, server.url, "--rate", 100)
        program.write(*[{"url": f"/items/{number}", "name": "item"} for number in range(1, 41)])
        code, stderr, result = program.end()
        assert code in (0, 3), stderr
        assert result["totals"]["requests"] == 40 and result["duration_s"] < 10
    finally:
        server.close()


def test_a_mistake_in_the_stream_ends_it_with_its_line(tmp_path):
    server = Playground()
    try:
        program = Program(tmp_path, server.url)
        program.write({"url": "/items/1"}, {"url": "/items/2"})
        waiting.until(lambda: len(server.seen) == 2, "two requests")
        program.write('{"url": "/items/3", "bdy": 1}\n', {"url": "/items/4"})
        code, stderr, result = program.end()
        assert code == 2 and "standard input:3: there is no 'bdy'" in stderr, stderr
        assert result["totals"]["requests"] == len(server.seen) == 2
    finally:
        server.close()
