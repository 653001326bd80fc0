"""Streams of server-sent events as steps of a scenario, from a real FastAPI app that says what it sent."""

import subprocess

import pytest

from support import loading, paths
from support.loading import load
from support.playground import Playground

# examples/load/ticks says the same in two ways.
WAYS = {"C++": [paths.METTLE.parent / "ticks"],
        "YAML": [paths.METTLE, "load", "-f", paths.ROOT / "examples/load/ticks.yaml"]}


@pytest.fixture
def server(planted):
    return planted("fastapi_talk")


def run(tmp_path, server, steps, *flags, **options):
    file = tmp_path / "stream.yaml"
    file.write_text(f"tasks:\n  listen:\n{steps}")
    return load(tmp_path, "-f", file, "-H", server.url, *flags, **options)


def metrics(result):
    return result["metrics"]


def test_a_stream_to_its_end_is_counted_and_timed(server, tmp_path):
    ended = run(tmp_path, server, """
    - get: /ticks?count=4&gap_ms=20
      name: ticks
      sse: true
      checks: [events == 5, 'body == "[DONE]"']
""", "-u", 2, "-i", 10)
    assert ended.result["totals"]["failures"] == 0, ended.result["failures"]
    log = server.log()
    assert log["streams"] == ended.result["totals"]["requests"] == 10
    found = metrics(ended.result)
    assert found["events"]["sum"] == log["events"] + 10  # Each stream's [DONE] is one, too.
    assert found["first_event"]["count"] == 10 and found["inter_event"]["count"] == 40
    # The server sleeps for 20 ms after each of the four, and all that time is somewhere in the parts.
    latency = ended.result["latency_ms"]
    assert latency["min"] >= 80
    parts = found["first_event"]["mean"] + 4 * found["inter_event"]["mean"]
    assert 0.9 * latency["mean"] < parts < 1.01 * latency["mean"]


@pytest.mark.parametrize("how, events", [("{count: 3}", 3), ('{until: \'{"tick": 2}\'}', 2)])
def test_enough_is_enough(server, tmp_path, how, events):
    """The server would go on for minutes."""
    ended = run(tmp_path, server, f"""
    - get: /ticks?count=100000&gap_ms=2
      name: ticks
      sse: {how}
      checks: [events == {events}, json:/tick == {events}]
""", "-i", 5, within=20)
    assert ended.result["totals"]["requests"] == 5 and ended.result["totals"]["failures"] == 0, ended.result["failures"]


def test_a_stream_may_be_listened_to_for_a_time(server, tmp_path):
    ended = run(tmp_path, server, """
    - {get: "/ticks?count=100000&gap_ms=20", name: ticks, sse: {for: 300ms}, checks: [events > 1]}
""", "-i", 3, within=20)
    assert ended.result["totals"]["failures"] == 0, ended.result["failures"]
    assert ended.result["latency_ms"]["min"] >= 299


def test_without_it_the_timeout_fails_the_stream(server, tmp_path):
    ended = run(tmp_path, server, """
    - {get: "/ticks?count=100000&gap_ms=20", name: ticks, sse: true, timeout: 200ms}
""", "-i", 2, within=20)
    assert ended.failed and ended.failures() == {"timeout": 2}


@pytest.mark.parametrize("path, how, detail", [
    ("/ticks?count=2", "{count: 9}", "the stream ended before 9 events"),
    ("/ticks?count=2", "{until: bye}", "the stream ended without an event 'bye'"),
    ("/whole", "true", "it is no stream of events: its Content-Type is 'application/json'"),
])
def test_what_is_missing_is_a_failure_that_says_so(server, tmp_path, path, how, detail):
    ended = run(tmp_path, server, f"""
    - {{get: "{path}", sse: {how}}}
""", "-i", 2)
    assert ended.failed
    assert {(failure["kind"], failure["detail"]) for failure in ended.result["failures"]} == {("validation", detail)}


def test_a_redirect_is_followed_to_the_stream(server, tmp_path):
    ended = run(tmp_path, server, """
    - {get: /moved, sse: true, checks: [events == 4]}
""", "-i", 2)
    assert ended.result["totals"]["failures"] == 0, ended.result["failures"]


@pytest.mark.parametrize("how, mistake", [
    ("{count: 0}", "stream.yaml:3:43: count"),
    ("{for: 0s}", "a stream is read for longer than 0"),
    ("{untli: x}", "did you mean 'until'?"),
    ("5", "sse"),
])
def test_mistakes_have_places(server, tmp_path, how, mistake):
    ended = run(tmp_path, server, f"    - {{get: /ticks, name: t, sse: {how}}}\n")
    assert ended.code == 2 and mistake in ended.stderr, ended.stderr
    assert server.log()["streams"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_both_ways_to_write_a_stream_hear_the_same(way, tmp_path):
    playground = Playground()
    file = tmp_path / "run.json"
    try:
        done = subprocess.run([*map(str, WAYS[way]), "-H", playground.url, "-u", "3", "-i", "60", "-o", file],
                              capture_output=True, text=True, timeout=60)
    finally:
        playground.close()
    result = loading.read(file)
    assert result["totals"]["requests"] == 60 and result["totals"]["failures"] == 0, (done, result["failures"])
    assert result["exceptions"] == []
    counts = {task["name"]: task["requests"] for task in result["tasks"] if task["method"] == "GET"}
    assert set(counts) == {"ticks", "the first ticks", "ticks for a time"} and min(counts.values()) > 3
    found = metrics(result)
    for_a_time = found["events"]["sum"] - 5 * counts["ticks"] - 3 * counts["the first ticks"]
    assert counts["ticks for a time"] <= for_a_time <= 21 * counts["ticks for a time"]  # One in 5 ms at most.
    assert found["first_event"]["count"] == 60
    assert found["inter_event"]["count"] == found["events"]["sum"] - 60
    assert found["first_event"]["unit"] == found["inter_event"]["unit"] == "ms"
