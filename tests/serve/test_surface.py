"""Where a server is reached and by which protocols: --protocols, --metrics-port, --uds, --root-path, proxies."""

import http.client
import os
import socket
import stat

import pytest

from support import paths
from support.http import Reply, ask, read_reply
from support.process import Process, mettle
from support.samples import INFER, assert_right, body
from support.waiting import until

NGINX = paths.DEPS / "nginx" / "usr" / "sbin" / "nginx"


def ask_unix(path, target, method="GET", sent=None, headers=None) -> Reply:
    connection = http.client.HTTPConnection("localhost", timeout=20)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(str(path))
    try:
        connection.request(method, target, sent, headers or {})
        return read_reply(connection.getresponse())
    finally:
        connection.close()


class UnixServer(Process):
    """`mettle serve` on a Unix socket alone."""

    def __init__(self, path, *arguments):
        super().__init__([paths.METTLE, "serve", paths.DIGITS, "--uds", path, *arguments])
        try:
            self.wait_for("Stop: Ctrl-C")
        except AssertionError:
            self.reap()
            raise


@pytest.fixture
def serve_unix():
    started = []

    def start(*arguments):
        started.append(UnixServer(*arguments))
        return started[-1]

    yield start
    for server in started:
        server.reap()


# ---- Protocols

PROTOCOLS = {"v2": ("GET", "/v2/models/digits"), "tfs": ("GET", "/v1/models/digits"), "torchserve": ("GET", "/models/digits"),
             "predict": ("POST", "/predict/digits"), "invocations": ("POST", "/invocations")}


@pytest.mark.parametrize("on", PROTOCOLS)
def test_one_protocol_alone(serve, on):
    server = serve(paths.DIGITS, "--protocols", on)
    for name, (method, path) in PROTOCOLS.items():
        reply = ask(server.url + path, method, json={} if method == "POST" else None)
        if name == on:
            assert reply.status in (200, 400, 422), reply
        else:
            assert reply.status == 404
            said = f"the protocol '{name}' is switched off on this server: its --protocols are {on}"
            assert said in reply.json().values()
    assert ask(server.url + "/health/ready").status == 200


@pytest.mark.parametrize("given, said", [("v3", "there is no protocol 'v3': they are v2, tfs, "), ("", "--protocols"),
                                         ("v2,,tfs", "there is no protocol ''")])
def test_protocols_that_are_none(given, said):
    run = mettle("serve", paths.DIGITS, "--protocols", given)
    assert run.code == 2 and said in run.stderr, run


# ---- A port for metrics

def test_metrics_have_a_port_of_their_own(serve):
    server = serve(paths.DIGITS, "--metrics-port", "0")
    metrics = server.wait_for(r"Metrics: (http://[\d.:]+)/metrics").group(1)
    assert metrics != server.url
    assert ask(server.url + INFER, "POST", body()).status == 200
    page = ask(metrics + "/metrics")
    assert page.status == 200 and b'mettle_requests_total{model="digits"' in page.body
    assert ask(metrics + "/health/ready").status == 200 and ask(metrics + "/health/live").status == 200
    assert ask(metrics + INFER, "POST", body()).status in (404, 413)
    assert ask(server.url + "/metrics").status == 404
    assert ask(server.url + "/health/ready").status == 200


def test_the_port_of_the_models_is_no_other_one():
    run = mettle("serve", paths.DIGITS, "--port", "8123", "--metrics-port", "8123")
    assert run.code == 2 and "choose another" in run.stderr, run


# ---- Unix sockets

def test_a_unix_socket_instead_of_a_port(serve_unix, tmp_path):
    path = tmp_path / "mettle.sock"
    server = serve_unix(path, "--uds-mode", "600", "--access-log")
    assert f"unix:{path}" in server.stdout
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert_right(ask_unix(path, INFER, "POST", body(3)), 3)
    with pytest.raises(AssertionError, match="taken by a running program"):
        serve_unix(path)
    assert_right(ask_unix(path, INFER, "POST", body(2)), 2)
    assert server.stop() == 0 and not path.exists()
    assert f'unix "POST {INFER}" 200' in server.stderr


def test_a_dead_servers_socket_is_taken_over(serve_unix, tmp_path):
    path = tmp_path / "mettle.sock"
    first = serve_unix(path)
    first.reap()  # Killed: its file stays.
    assert path.exists()
    serve_unix(path)
    assert_right(ask_unix(path, INFER, "POST", body()))


def test_a_file_that_is_no_socket_stays(tmp_path):
    path = tmp_path / "precious"
    path.write_text("data")
    run = mettle("serve", paths.DIGITS, "--uds", path)
    assert run.code == 2 and "is there and no socket" in run.stderr and path.read_text() == "data"


def test_a_unix_socket_beside_a_port(serve, tmp_path):
    path = tmp_path / "mettle.sock"
    server = serve(paths.DIGITS, "--uds", path, "--port", "0", "--threads", "2")
    assert_right(ask_unix(path, INFER, "POST", body(2)), 2)
    assert_right(ask(server.url + INFER, "POST", body(3)), 3)


# ---- Behind a proxy

@pytest.fixture
def nginx(tmp_path):
    """Gives a function that starts nginx with some locations; each `{port}` in them is of nginx's own."""
    if not NGINX.exists():
        pytest.skip("nginx is not unpacked: tools/setup/setup.sh bench")
    started = []

    def start(locations: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        folder = tmp_path / f"nginx{len(started)}"
        folder.mkdir()
        temporary = "".join(f"{name}_temp_path {folder}/{name};" for name in
                            ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        user = "user root;" if os.getuid() == 0 else ""
        (folder / "nginx.conf").write_text(f"""
            {user} daemon off; master_process off; pid {folder}/pid; error_log {folder}/error.log;
            events {{ worker_connections 64; }}
            http {{ access_log off; {temporary} server {{ listen 127.0.0.1:{port}; {locations} }} }}""")
        started.append(Process([NGINX, "-p", folder, "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"]))

        def answers():
            assert started[-1].returncode is None, started[-1].describe()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0

        until(answers, "nginx", 20)
        return f"http://127.0.0.1:{port}"

    yield start
    for process in started:
        process.reap()


FORWARDED = """proxy_set_header X-Forwarded-For $http_x_test_client;
               proxy_set_header X-Forwarded-Proto https; proxy_set_header X-Forwarded-Host api.example.com;"""


@pytest.mark.parametrize("target", ["/", ""], ids=["strips the prefix", "does not"])
def test_a_prefix_that_the_proxy_strips_or_not(serve, nginx, target):
    server = serve(paths.DIGITS, "--root-path", "/models")
    front = nginx(f"location /models/ {{ proxy_pass {server.url}{target}; }}") + "/models"
    assert_right(ask(front + INFER, "POST", body(2)), 2)
    document = ask(front + "/openapi.json").json()
    assert document["servers"] == [{"url": "/models"}]
    assert ask(front + "/").json()["models"][0]["infer"] == f"/models{INFER}"
    assert ask(front + "/docs").status in (200, 404)


def test_what_the_proxy_says_of_its_client_is_used(serve, nginx, tmp_path):
    path = tmp_path / "mettle.sock"
    server = serve(paths.DIGITS, "--uds", path, "--port", "0", "--access-log")
    front = nginx(f"location / {{ proxy_pass {server.url}; {FORWARDED} }}"
                  f"location /unix/ {{ proxy_pass http://unix:{path}:/; {FORWARDED}"
                  "proxy_set_header X-Forwarded-Prefix /unix; }")
    client = {"X-Test-Client": "6.6.6.6, 192.0.2.7"}
    assert ask(front + "/openapi.json", headers=client).json()["servers"] == [{"url": "https://api.example.com"}]
    document = ask(front + "/unix/openapi.json", headers=client).json()
    assert document["servers"] == [{"url": "https://api.example.com/unix"}]
    until(lambda: server.stderr.count('192.0.2.7 "GET /openapi.json" 200') == 2, "two lines of the access log")


def test_strangers_are_not_believed(serve):
    server = serve(paths.DIGITS, "--forwarded-allow-ips", "10.0.0.0/8", "--access-log")
    reply = ask(server.url + "/openapi.json", headers={"X-Forwarded-For": "192.0.2.7", "X-Forwarded-Prefix": "/x"})
    assert "servers" not in reply.json()
    until(lambda: '"GET /openapi.json"' in server.stderr, "the access log")
    assert "192.0.2.7" not in server.stderr


@pytest.mark.parametrize("flags, said", [
    (("--forwarded-allow-ips", "localhost"), "'localhost' is no address"),
    (("--root-path", "models"), "'models' is no path"),
    (("--uds-mode", "9"), "'9' is no file mode"),
    (("--uds-mode", "600"), "is about the socket of --uds"),
    (("--uds", "x" * 200), "at most 107 bytes")])
def test_flags_that_are_wrong(flags, said):
    run = mettle("serve", paths.DIGITS, *flags)
    assert run.code == 2 and said in run.stderr, run


# ---- GET /

def test_the_index_is_json_and_a_list_for_browsers(serve):
    server = serve(paths.DIGITS)
    index = ask(server.url + "/").json()
    model = index["models"][0]
    assert (index["server"], model["name"], model["predict"]) == ("mettle", "digits", "/predict/digits")
    for path in (index["openapi"], index["ready"], index["metrics"]):
        assert ask(server.url + path).status == 200
    page = ask(server.url + "/", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert b"<b>digits</b>" in page.body and b'<a href="/openapi.json">' in page.body
