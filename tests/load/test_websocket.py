"""WebSockets of users, on a real FastAPI app: examples/load/talker.cpp and talker.yaml, which say the same."""

import subprocess

import pytest

from support import loading, paths

TALKER = paths.METTLE.parent / "talker"


WAYS = {"C++": [TALKER], "YAML": [paths.METTLE, "load", "-f", paths.ROOT / "examples/load/talker.yaml"]}


@pytest.fixture(params=WAYS)
def way(request):
    return WAYS[request.param]


def run(way, tmp_path, url, *flags):
    result = tmp_path / "run.json"
    done = subprocess.run([*way, "-H", url, "-o", result, *map(str, flags)], capture_output=True, text=True,
                          timeout=60)
    return done, loading.read(result)


def test_what_was_said_arrived_and_was_answered(way, planted, tmp_path):
    server = planted("fastapi_talk")
    done, result = run(way, tmp_path, server.url, "-u", 4, "-i", 40)
    log = server.log()
    assert result["totals"]["failures"] == 0, result["failures"]
    tasks = {task["name"]: task for task in result["tasks"]}
    assert all(task["method"] == "WS" for task in tasks.values())
    assert log["opened"] == tasks["/talk"]["requests"] == 40
    assert log["questions"] == tasks["question"]["requests"] == 200
    assert log["stories"] == tasks["story"]["requests"] == 40
    assert log["closed"] == tasks["close"]["requests"] == 40 and set(log["codes"]) == {1000}
    assert tasks["story"]["bytes_received"] == 40 * 3 * len("part 1")
    assert done.returncode == 0 or result["validity"]["verdict"] == "INVALID", done.stderr


def test_a_server_without_one_says_so(way, planted, tmp_path):
    server = planted("faulty", "error_500", "--after", 0)
    done, result = run(way, tmp_path, server.url, "-u", 2, "-i", 10)
    assert done.returncode == 1
    assert ("status", "500 Internal Server Error") in {
        (failure["kind"], failure["detail"]) for failure in result["failures"]}
    opened = next(task for task in result["tasks"] if task["name"] == "/talk")
    assert opened["failures"] == opened["requests"] == 10


def scenario(tmp_path, text):
    file = tmp_path / "talk.yaml"
    file.write_text(text)
    return [paths.METTLE, "load", "-f", file]


def test_bytes_go_out_and_come_back(planted, tmp_path):
    server = planted("fastapi_talk")
    (tmp_path / "sound.bin").write_bytes(bytes(range(256)))
    way = scenario(tmp_path, """
tasks:
  talk:
    - ws_open: /talk
    - {ws_say: {base64: AQID}, name: short, checks: ['base64(body) == "AwIB"']}
    - {ws_say: {file: sound.bin}, name: sound, checks: [length(body) == 256]}
    - ws_close
""")
    _, result = run(way, tmp_path, server.url, "-u", 2, "-i", 20)
    assert result["totals"]["failures"] == 0, result["failures"]
    assert server.log()["bytes"] == 20 * (3 + 256)


def test_who_leaves_closes_what_it_left_open(planted, tmp_path):
    """The third user comes when the first has gone; its WebSocket is closed by then, not only at the end of the run."""
    server = planted("fastapi_talk")
    way = scenario(tmp_path, """
tasks:
  talk: [{ws_open: /talk}, {ws_say: hello, name: hello}, stop_user]
""")
    _, result = run(way, tmp_path, server.url, "-u", 3, "-r", 10, "-t", "2s", "--max-connections", 1)
    assert result["totals"]["failures"] == 0, result["failures"]
    log = server.log()
    assert log["opened"] == log["closed"] == 3 and set(log["codes"]) == {1001}


def test_an_arrival_leaves_no_socket_to_the_next(planted, tmp_path):
    server = planted("fastapi_talk")
    way = scenario(tmp_path, """
tasks:
  talk: [{ws_open: /talk}, {ws_say: hello, name: hello}]
""")
    _, result = run(way, tmp_path, server.url, "--rate", 50, "-t", "1s")
    assert result["totals"]["failures"] == 0 and result["exceptions"] == [], result["failures"]
    log = server.log()
    assert log["opened"] == log["closed"] >= 40
