"""`mettle serve --simulate`: models that only take time, with answers that anyone can check."""

import concurrent.futures
import json
import subprocess

import pytest

from support import paths
from support.http import ask
from support.process import mettle


def infer(server, model, rows):
    data = [value for row in rows for value in row]
    return ask(f"{server.url}/v2/models/{model}/infer", "POST", json={
        "inputs": [{"name": "x", "shape": [len(rows), len(rows[0])], "datatype": "FP32", "data": data}]})


def outputs(reply):
    assert reply.status == 200, reply.body
    return {entry["name"]: entry["data"] for entry in reply.json()["outputs"]}


def infer_ms(reply):
    parts = dict(part.strip().split(";", 1) for part in reply.headers["server-timing"].split(","))
    return float(parts["infer"].split("dur=")[1].split(";")[0])


@pytest.fixture(scope="module")
def server(serve_for_module):
    return serve_for_module("--simulate", "quick=constant(1ms),batch=0.1", "--simulate", "slow=constant(40ms)",
                            "--simulate", "flaky=constant(0),fail=20%", "--workers", "2")


def test_answers_can_be_checked_while_others_are_asked(server):
    def question(number):
        rows = [[number, 1, 2, 3], [number + 0.5, 0, 0, 0]]
        return outputs(infer(server, "quick", rows)), number

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for answer, number in pool.map(question, range(200)):
            assert answer == {"sum": [number + 6, number + 0.5], "first": [number, number + 0.5]}


def test_a_run_takes_no_less_than_its_law_says_and_rows_add_up(server):
    assert infer_ms(infer(server, "slow", [[0, 0, 0, 0]])) >= 40
    assert infer_ms(infer(server, "slow", [[0, 0, 0, 0]] * 3)) >= 120


def test_requests_fail_by_their_number(server, serve):
    def failures(of, count):
        return [infer(of, "flaky", [[1, 2, 3, 4]]).status == 500 for _ in range(count)]

    failed = failures(server, 200)
    assert 15 <= sum(failed) <= 70
    assert failures(serve("--simulate", "flaky=constant(0),fail=20%"), 50) == failed[:50]


def test_an_slo_refuses_what_would_come_too_late(serve):
    server = serve("--simulate", "slow=constant(50ms)", "--workers", 1, "--slo", "p99<120ms")
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(lambda _: infer(server, "slow", [[0, 0, 0, 0]]).status, range(24)))
    assert {200, 503} <= set(statuses) <= {200, 503, 504}


def test_load_finds_its_signature_and_its_rate(server, tmp_path):
    ended = mettle("load", server.url, "--model", "quick", "--rate", "100", "-t", "2s", "--headless",
                   "-o", tmp_path / "run.json")
    assert ended.code in (0, 3), ended.describe()
    result = json.loads((tmp_path / "run.json").read_text())
    assert result["totals"]["failures"] == 0 and result["service_ms"]["min"] >= 1


@pytest.mark.parametrize("arguments, expected", [
    ([], "MODEL"),
    (["--simulate", "m=lognormall(1ms,2ms)"], "column 3: there is no law 'lognormall': did you mean 'lognormal'?"),
    (["--simulate", "m=file(/no/such.csv)"], "/no/such.csv: No such file"),
    (["--simulate", "m=constant(0)", "--simulate", "m=constant(0)"], "two models are named 'm'"),
])
def test_bad_usage_ends_with_2_and_says_why(arguments, expected):
    ended = subprocess.run([paths.METTLE, "serve", "--port", "0", *arguments], capture_output=True, text=True,
                           timeout=20)
    assert ended.returncode == 2
    assert expected in ended.stderr + ended.stdout
