"""/metrics: valid for Prometheus' own tools, and its numbers are those of what was sent."""

import subprocess

import pytest
from prometheus_client.openmetrics import parser as openmetrics
from prometheus_client.parser import text_string_to_metric_families

from support import paths, samples
from support.http import ask
from support.samples import INFER
from support.wire import Wire

PROMTOOL = paths.DEPS / "prometheus/usr/bin/promtool"
GOOD, ROWS, BAD = 25, 4, 6


@pytest.fixture(scope="module")
def server(serve_for_module):
    """Has answered GOOD right requests of ROWS rows, BAD wrong ones, and refused what was no request."""
    server = serve_for_module(paths.DIGITS, paths.WINE)
    for _ in range(GOOD):
        assert ask(server.url + INFER, "POST", samples.body(ROWS)).status == 200
    for _ in range(BAD):
        assert ask(server.url + INFER, "POST", b"[]").status == 400
    with Wire(server.port) as wire:
        assert wire.send(b"rubbish\r\n\r\n").reply().status == 400
    return server


@pytest.fixture(scope="module")
def text(server):
    reply = ask(server.url + "/metrics")
    assert reply.headers["content-type"].startswith("text/plain; version=0.0.4")
    return reply.body.decode()


@pytest.fixture(scope="module")
def families(text):
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(families, name, family=None, **labels):
    found = [sample.value for sample in families[family or name.removesuffix("_total")].samples
             if sample.name == name and labels.items() <= sample.labels.items()]
    assert len(found) == 1, (name, labels, found)
    return found[0]


def test_promtool_has_nothing_to_say(text):
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_requests_are_counted_by_outcome(families):
    def count(**labels):
        return value(families, "mettle_requests_total", model="digits", version="1", **labels)

    assert count(status="success") == GOOD
    assert count(status="failure", reason="invalid_request") == BAD
    assert count(status="failure", reason="internal") == 0
    assert count(status="refused", reason="queue_full") == 0


def test_rows_and_runs_are_counted(families):
    rows = value(families, "mettle_rows_total", model="digits")
    assert rows == GOOD * ROWS  # The warm-up is not in it.
    assert 0 < value(families, "mettle_runs_total", model="digits") <= GOOD


def test_a_model_that_was_not_asked_has_zeros(families):
    assert value(families, "mettle_requests_total", model="wine", status="success") == 0
    assert value(families, "mettle_infer_duration_seconds_count", "mettle_infer_duration_seconds", model="wine") == 0


def test_responses_are_counted_by_class(families):
    assert value(families, "mettle_http_responses_total", **{"class": "2xx"}) == GOOD
    assert value(families, "mettle_http_responses_total", **{"class": "4xx"}) == BAD + 1
    assert value(families, "mettle_http_refused_total") == 1


@pytest.mark.parametrize("name, count", [("request", GOOD + BAD), ("queue", GOOD), ("batch_wait", GOOD), ("infer", GOOD),
                                         ("write", GOOD)])
def test_histograms_are_whole(families, name, count):
    name = f"mettle_{name}_duration_seconds"
    samples_of = [sample for sample in families[name].samples if sample.labels["model"] == "digits"]
    buckets = [(float(sample.labels["le"]), sample.value) for sample in samples_of if sample.name.endswith("_bucket")]
    assert buckets == sorted(buckets) and buckets[-1][0] == float("inf")
    assert [total for _, total in buckets] == sorted(total for _, total in buckets)
    assert buckets[-1][1] == value(families, name + "_count", name, model="digits") == count
    total = value(families, name + "_sum", name, model="digits")
    at_most = sum(upper * (total_in - before) for (upper, total_in), before in
                  zip(buckets[:-1], [0, *(total for _, total in buckets)], strict=False))
    assert 0 <= total <= at_most or buckets[-2][1] < count


def test_v2_statistics_say_the_same(server, families):
    stats = ask(server.url + "/v2/models/digits/stats").json()["model_stats"][0]
    assert stats["inference_count"] == GOOD * ROWS
    assert stats["execution_count"] == value(families, "mettle_runs_total", model="digits")
    assert stats["inference_stats"]["success"]["count"] == GOOD
    assert stats["inference_stats"]["fail"]["count"] == BAD
    for v2, ours in (("queue", "queue"), ("compute_infer", "infer"), ("compute_output", "write")):
        seconds = value(families, f"mettle_{ours}_duration_seconds_sum", f"mettle_{ours}_duration_seconds", model="digits")
        assert stats["inference_stats"][v2]["ns"] / 1e9 == pytest.approx(seconds, rel=1e-3, abs=1e-7)
    runs = {size["batch_size"]: size["compute_infer"]["count"] for size in stats["batch_stats"]}
    for sample in families["mettle_runs_by_rows"].samples:
        if sample.labels["model"] == "digits" and sample.labels["up_to"] != "512":
            assert sample.value == sum(count for rows, count in runs.items() if rows <= int(sample.labels["up_to"]))
    assert sum(runs.values()) == stats["execution_count"]
    memory = value(families, "mettle_model_memory_bytes", model="digits")
    assert [used["byte_size"] for used in stats["memory_usage"]] == [memory] and memory > 0


def test_a_model_name_that_needs_escaping_stays_valid(serve, text):
    server = serve(paths.DIGITS, "--name", 'di"g\\its')
    text = ask(server.url + "/metrics").body.decode()
    done = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert value(families, "mettle_rows_total", model='di"g\\its') == 0


def test_open_metrics_has_request_ids_as_exemplars(server):
    """Read by the parser of OpenMetrics, which is strict about names, order and the end."""
    assert ask(server.url + INFER, "POST", samples.body(1), headers={"x-request-id": "find-me"}).status == 200
    reply = ask(server.url + "/metrics", headers={"accept": "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"})
    assert reply.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    families = {family.name: family for family in openmetrics.text_string_to_metric_families(reply.body.decode())}
    assert "mettle_requests" in families
    exemplars = [sample.exemplar for sample in families["mettle_request_duration_seconds"].samples if sample.exemplar]
    assert exemplars and all(exemplar.labels["request_id"] for exemplar in exemplars)
    assert all(0 < exemplar.value < 10 for exemplar in exemplars)
