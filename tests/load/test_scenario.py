"""Scenarios in YAML on a server that knows what right clients send: what is sent, judged, counted and refused."""

import re
from collections import Counter

import pytest

from support.playground import Playground
from support.scenarios import run, tasks


@pytest.fixture
def playground():
    playground = Playground()
    yield playground
    playground.close()


def test_mistakes_are_said_before_anything_is_sent(playground, tmp_path):
    done = run(tmp_path, """
tasks:
  a:
    - get: /items
      chekcs: [status == 200]
    - get: /items/${idd}
    - {get: /, checks: [latency < 200]}
data: {rows: none.csv}
""", "-H", playground.url)
    assert done.code == 2
    for line in (":5:7: a GET request has no key 'chekcs'; did you mean 'checks'?",
                 ":6:21: there is no variable 'idd'",
                 ":7:33: a time is compared with a time",
                 ":8:14: file: "):
        assert line in done.stderr, done.stderr
    assert playground.counts == Counter()


def test_what_would_run_can_be_asked_for(playground, tmp_path):
    text = """
target: http://127.0.0.1:1
users:
  A: {weight: 3, tasks: {x: {weight: 3, get: /x}, y: get /y}}
  B: {tasks: {z: get /z}}
  C: {fixed_count: 2, tasks: {z: get /z}}
"""
    checked = run(tmp_path, text, "--check")
    assert checked.code == 0 and ": ok\n" in checked.stdout
    ratios = run(tmp_path, text, "--show-task-ratio")
    assert re.search(r"75\.0%  A\n +75\.0%  x\n +25\.0%  y\n +25\.0%  B\n", ratios.stdout), ratios.stdout
    assert run(tmp_path, text, "-l").stdout.split() == ["A", "B", "C"]


def test_wrong_answers_are_failures_that_say_why(playground, tmp_path):
    done = run(tmp_path, """
sequential: true
tasks:
  - {get: /items, name: right, checks: {json: {/count: 3}}}
  - {get: /items, name: wrong, checks: {json: {/count: 4}}}
  - {get: /none, name: missing, checks: {status: 404}}
  - {get: /none, name: gone}
  - {get: /items, name: empty, extract: {x: json:/nothing}}
""", "-H", playground.url, "-i", 50)
    assert done.failed
    by_name = {task["name"]: task for task in done.result["tasks"]}
    assert {name: task["failures"] for name, task in by_name.items()} == {
        "right": 0, "wrong": 10, "missing": 0, "gone": 10, "empty": 10}
    details = {failure["task"]: (failure["kind"], failure["detail"]) for failure in done.result["failures"]}
    assert details == {"wrong": ("validation", "check failed: json /count is 4; it was 3"),
                       "gone": ("status", "404 Not Found"),
                       "empty": ("validation", "nothing to extract at json:/nothing")}


def test_the_first_request_stops_a_scenario_that_is_wrong(playground, tmp_path):
    done = run(tmp_path, "tasks: [get /none]", "-H", playground.url, "-i", 50)
    assert done.code == 2 and "GET /none got 404" in done.stderr and "checks: {status: 404}" in done.stderr
    assert playground.counts["GET /none"] == 1
    done = run(tmp_path, "tasks: [get /items]", "-H", playground.url, "-i", 5)
    assert 'first request: GET /items -> 200 OK' in done.stderr


def test_weights_fixed_counts_and_chains_are_kept(playground, tmp_path):
    done = run(tmp_path, """
load: {users: 9, iterations: 900}
users:
  A: {weight: 3, wait: pacing:25ms, tasks: {a: get /a, b: {weight: 4, get: /b}}}
  B: {weight: 1, wait: pacing:25ms, tasks: {c: get /c}}
  One: {fixed_count: 1, wait: 20ms, markov: {x: y, y: [z], z: {x: 1}}, tasks: {x: get /x, y: get /y, z: get /z}}
defaults: {checks: {status: 404}}
""", "-H", playground.url)
    assert done.passed, done
    counts = {path: playground.counts[f"GET /{path}"] for path in "abcxyz"}
    assert counts["c"] / (counts["a"] + counts["b"]) == pytest.approx(1 / 3, rel=0.25)
    assert counts["b"] / counts["a"] == pytest.approx(4, rel=0.4)
    assert counts["x"] - 1 <= counts["y"] <= counts["x"] and counts["z"] <= counts["y"]


def test_data_go_round_and_are_written_by_their_types(playground, tmp_path):
    (tmp_path / "rows.csv").write_text('id,name\n7,"a, ""b"" & c"\n007,d\n')
    done = run(tmp_path, """
data: {rows: rows.csv}
tasks:
  - post: /none
    name: r
    params: {q: "${rows.name}"}
    json: {id: "${rows.id}", text: "${text(rows.id)}", say: "it is ${rows.name}"}
    checks: {status: 404}
""", "-H", playground.url, "-i", 4)
    assert done.passed, done
    sent = Counter((path, body) for method, path, _, body in playground.seen if method == "POST")
    assert sent == {
        ("/none?q=a%2C%20%22b%22%20%26%20c", rb'{"id":7,"text":"7","say":"it is a, \"b\" & c"}'): 2,
        ("/none?q=d", b'{"id":"007","text":"007","say":"it is d"}'): 2}


def test_setup_is_for_all_and_teardown_comes_after(playground, tmp_path):
    text = """
setup: [{post: /albums, json: {}, extract: {album: json:/id}}]
teardown: [{delete: "/albums/${album}"}]
users:
  A: {tasks: [{put: "/albums/${album}/cover", name: cover, body: x}]}
  B: {tasks: [{put: "/albums/${album}/back", name: back, body: x}]}
"""
    done = run(tmp_path, text, "-H", playground.url, "-u", 4, "-i", 40)
    assert done.passed, done
    assert playground.counts["POST /albums"] == playground.counts["DELETE /albums/[id]"] == 1
    assert playground.seen[0][0] == "POST" and playground.seen[-1][0] == "DELETE"
    assert playground.albums == {} and {name for _, name in tasks(done)} == {"cover", "back"}
    playground.status["/albums"] = 500
    done = run(tmp_path, text, "-H", playground.url, "-u", 4, "-i", 40)
    assert done.code == 2 and "setup: POST /albums got 500" in done.stderr
    assert playground.counts["PUT /albums/[id]/cover"] + playground.counts["PUT /albums/[id]/back"] == 40


def test_own_metrics_are_in_the_result(playground, tmp_path):
    done = run(tmp_path, """
tasks:
  - steps:
      - get: /
      - {metric: pages, value: 2}
      - {metric: hits, kind: rate, value: header:X-Cache == "HIT"}
      - {metric: length, kind: trend, value: length(body), unit: bytes}
""", "-H", playground.url, "-i", 30)
    assert done.passed, done
    metrics = done.result["metrics"]
    assert metrics["pages"]["sum"] == 60
    assert metrics["hits"]["count"] == 30 and metrics["hits"]["share"] == 1
    assert metrics["length"]["p50"] == pytest.approx(13, rel=1e-3) and metrics["length"]["unit"] == "bytes"


def test_flags_win_over_the_file(playground, tmp_path):
    text = """
target: http://127.0.0.1:9
load: {rate: 5, iterations: 1000}
wait: 10s
tasks: [get /items]
fail_if: [p50>0ms]
"""
    done = run(tmp_path, text, "-H", playground.url, "-u", 3, "-i", 30, "--wait", "1ms", "--header", "X-Mine: 1",
               "--fail-if", "failures>0")
    assert done.passed, done
    assert done.result["load"]["kind"] == "closed" and done.result["load"]["users"] == 3
    assert all(headers["X-Mine"] == "1" for _, _, headers, _ in playground.seen)
    failed = run(tmp_path, text, "-H", playground.url, "-i", 5)
    assert failed.failed and failed.result["load"]["kind"] == "open"


def test_a_user_that_cannot_go_on_is_counted_as_an_exception(playground, tmp_path):
    done = run(tmp_path, """
sequential: true
tasks:
  a: {get: /items, extract: {id: {from: json:/none, default: ""}}}
  b: [{if: id == "", then: {fail: "no id in ${status}"}}]
""", "-H", playground.url, "-i", 10)
    assert done.result["exceptions"] == [{"where": "User", "message": "b: no id in 200", "count": 5}]


def test_other_hosts_redirects_and_https_are_as_the_scenario_says(playground, tmp_path):
    other = Playground()
    try:
        done = run(tmp_path, f"""
hosts: {playground.url}
variables: {{where: {playground.url}}}
tasks:
  - steps:
      - get: {other.url}/items
      - {{get: "${{where}}/items/1", name: item}}
      - {{get: /form}}
      - {{post: /form, form: {{csrf: "x"}}, checks: {{status: 403}}}}
""", "-H", playground.url, "-i", 5)
        assert done.passed, done
        assert other.counts == {"GET /items": 5} and playground.counts["GET /items/[id]"] == 5
    finally:
        other.close()
