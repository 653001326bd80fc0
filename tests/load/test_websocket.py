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
