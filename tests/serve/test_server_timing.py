"""Server-Timing: the server's own account of where a request's time went."""

import re
import time

from support import paths, samples
from support.http import ask
from support.samples import INFER

PHASES = ["parse", "queue", "batch", "infer", "write"]


def phases(reply) -> dict[str, float]:
    parts = [re.fullmatch(r'(\w+);dur=([\d.]+)(?:;desc="(\d+)")?', part)
             for part in reply.headers["server-timing"].split(", ")]
    assert all(parts), reply.headers["server-timing"]
    return {part[1]: float(part[2]) for part in parts}


def test_an_answer_accounts_for_each_phase(digits):
    reply = ask(digits.url + INFER, "POST", samples.body(500))
    assert list(phases(reply)) == PHASES
    assert phases(reply)["parse"] > 0 and phases(reply)["infer"] > 0


def test_the_phases_sum_to_less_than_the_client_measured(digits):
    body = samples.body(2000)
    for _ in range(20):
        began = time.perf_counter()
        reply = ask(digits.url + INFER, "POST", body)
        took_ms = (time.perf_counter() - began) * 1000
        assert 0 < sum(phases(reply).values()) < took_ms


def test_the_time_of_the_run_is_the_time_of_the_run(serve):
    """A model that runs for as long as it is told: nearly all of what the client waits is `infer`."""
    server = serve(paths.DATA / "slow", "--lane", "worker")
    began = time.perf_counter()
    reply = ask(server.url + "/v2/models/slow/infer", "POST", json={"inputs": [
        {"name": "iterations", "shape": [1], "datatype": "INT64", "data": [10_000]}]})
    took_ms = (time.perf_counter() - began) * 1000
    infer = phases(reply)["infer"]
    assert 0.5 * took_ms < infer < took_ms


def test_a_refused_request_has_its_phases_too(digits):
    reply = ask(digits.url + INFER, "POST", b"{}")
    assert reply.status == 400
    assert list(phases(reply)) == PHASES and phases(reply)["infer"] == 0
