"""What a load shows and writes besides its result: percentiles, thresholds, request log, metrics, messages."""

import json
import re
import subprocess
import xml.etree.ElementTree as xml

import hdrh.histogram
import hdrh.log
import pytest
from prometheus_client.parser import text_string_to_metric_families

from support import paths
from support.http import ask
from support.loading import load, read
from support.process import Process, mettle
from support.waiting import until

PROMTOOL = paths.DEPS / "prometheus/usr/bin/promtool"


@pytest.fixture
def server(planted):
    return planted("noting")


def test_percentiles_are_those_that_were_asked_for(server, tmp_path):
    run = load(tmp_path, f"plain+{server.url}/", "-i", "200", "--percentiles", "50,75,99.95", "-o", tmp_path / "run.md")
    assert run.passed, run
    assert {"p50", "p75", "p9995", "p99"} <= run.result["latency_ms"].keys()
    assert "p75" in run.result["tasks"][0]["latency_ms"]
    assert re.search(r"50% +75% +99\.95% +# reqs", run.stdout), run
    assert "| p50 ms | p75 ms | p99.95 ms |" in (tmp_path / "run.md").read_text()


def test_thresholds_are_listed_everywhere(server, tmp_path):
    run = load(tmp_path, f"plain+{server.url}/", "-i", "50", "--fail-if", "requests>=50", "--fail-if", "p99>30s",
               "-o", tmp_path / "run.md", "-o", tmp_path / "run.xml")
    assert run.failed, run
    assert re.search(r"FAIL +requests>=50 +requests of 50", run.stdout) and re.search(r"pass +p99>30s", run.stdout), run
    assert [(each["expression"], each["passed"]) for each in run.result["thresholds"]] == [
        ("requests>=50", False), ("p99>30s", True)]
    assert "| **fail** | requests>=50 |" in (tmp_path / "run.md").read_text()
    cases = {case.get("name"): case.find("failure") is not None for case in xml.parse(tmp_path / "run.xml").iter("testcase")}
    assert cases["not requests>=50"] and not cases["not p99>30s"]


def test_an_own_metric_that_nothing_measures_is_no_metric(server):
    done = mettle("load", f"plain+{server.url}/", "-i", "1", "--fail-if", "ttft_p99>1s", within=10)
    assert done.code == 2 and "ttft_p99" in done.stderr, done


def test_the_request_log_has_what_the_server_saw(server, tmp_path):
    log = tmp_path / "log.jsonl"
    run = load(tmp_path, f"plain+{server.url}/x?y=1", "-i", "300", "-u", "3", "--request-log", log)
    assert run.passed, run
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert len(lines) == 300 == run.result["totals"]["requests"]
    assert "request log: 300 requests" in run.stderr
    for line in lines:
        assert (line["method"], line["status"], line["outcome"]) == ("GET", 200, "ok")
        assert 0 <= line["due_s"] <= line["sent_s"] <= line["first_byte_s"] <= line["done_s"]
        assert line["latency_ms"] == pytest.approx(1e3 * (line["done_s"] - line["due_s"]), abs=0.002)
        assert line["phases_ms"]["network"] >= 0
    assert sum(line["bytes_received"] for line in lines) == run.result["totals"]["bytes_received"]
    slowest = sorted((line["latency_ms"] for line in lines), reverse=True)[:10]
    assert [each["latency_ms"] for each in run.result["slowest"]] == slowest


def test_the_request_log_may_be_a_sample(server, tmp_path):
    log = tmp_path / "log.jsonl"
    run = load(tmp_path, f"plain+{server.url}/", "-i", "2000", "-u", "4", "--request-log", f"{log},sample=10%",
               "--slowest", "0")
    assert run.passed, run
    assert 120 < len(log.read_text().splitlines()) < 280
    assert run.result["slowest"] == []


def test_failed_requests_are_in_the_log_too(planted, tmp_path):
    server = planted("faulty", "error_500", "--after", "10", "--every", "10")
    log = tmp_path / "log.jsonl"
    load(tmp_path, f"plain+{server.url}/x", "-i", "100", "--request-log", log)
    failed = [line for line in map(json.loads, log.read_text().splitlines()) if line["outcome"] != "ok"]
    assert len(failed) == server.log()["faults"] and {line["status"] for line in failed} == {500}


def test_prometheus_reads_the_generators_own_numbers(server, tmp_path):
    run = Process([paths.METTLE, "load", f"plain+{server.url}/", "-u", "2", "--wait", "5ms", "-t", "30s", "--headless",
                   "--metrics-port", "0", "-o", tmp_path / "run.json"])
    try:
        url = run.wait_for(r"metrics: (http://\S+)", where="stderr").group(1)

        def with_requests():
            reply = ask(url)
            assert reply.status == 200 and reply.headers["content-type"].startswith("text/plain; version=0.0.4")
            body = reply.body.decode()
            return body if re.search(r"mettle_load_requests_total\{.*\} [1-9]", body) else None

        text = until(with_requests, "requests among the metrics")
        assert ask(url.replace("/metrics", "/other")).status == 404
    finally:
        run.stop()
        run.reap()
    checked = subprocess.run([PROMTOOL, "check", "metrics"], input=text, capture_output=True, text=True, timeout=20)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    families = {family.name: family for family in text_string_to_metric_families(text)}
    requests = families["mettle_load_requests"].samples[0]
    assert requests.labels == {"task": "/", "method": "GET"} and requests.value > 0
    counts = [s.value for s in families["mettle_load_latency_seconds"].samples if s.name.endswith("_count")]
    assert counts == [requests.value]
    assert families["mettle_load_users"].samples[0].value == 2
    assert {"mettle_load_requests_in_flight", "mettle_load_send_lag_seconds", "mettle_load_failures"} <= families.keys()


def test_a_taken_metrics_port_is_said_before_the_load(server):
    done = mettle("load", f"plain+{server.url}/", "-i", "1", "--metrics-port", server.port, within=10)
    assert done.code == 2 and str(server.port) in done.stderr, done
    assert server.log()["requests"] == 0


def test_messages_go_to_the_log_file(server, tmp_path):
    log = tmp_path / "load.log"
    run = load(tmp_path, f"plain+{server.url}/", "-i", "20", "--logfile", log, "--only-summary")
    assert run.passed and "target:" not in run.stderr, run
    text = log.read_text()
    assert re.search(r"^\d{4}-\d\d-\d\dT\S+ info target: ", text, re.M) and "first request:" in text


def test_a_log_level_leaves_messages_out(server, tmp_path):
    run = load(tmp_path, f"plain+{server.url}/", "-i", "20", "-L", "WARNING", "--only-summary")
    assert run.passed and run.stderr == "", run
    assert mettle("load", server.url, "-L", "LOUD", within=10).code == 2


def test_tasks_are_listed_without_a_load(server):
    done = mettle("load", f"plain+{server.url}/a", "--list", within=10)
    assert (done.code, done.stdout) == (0, "GET /a\n"), done
    done = mettle("load", f"plain+{server.url}/a", "--show-task-ratio-json", within=10)
    assert json.loads(done.stdout)["total"] == {"User": {"ratio": 1.0, "tasks": {"/a": {"ratio": 1.0}}}}
    assert server.log()["requests"] == 0


@pytest.mark.parametrize("flag, hint", [("--master", "--workers"), ("--web-port", "web page"), ("--otel", "Prometheus"),
                                        ("--percentiles=0", "percentile"), ("--request-log=x,sample=2", "sample=1%"),
                                        ("--metrics-port=70000", "65535"), ("--slowest=-1", "10000")])
def test_flags_that_cannot_be_honoured_get_a_sentence(flag, hint):
    done = mettle("load", "http://127.0.0.1:1", flag, within=10)
    assert done.code == 2 and hint in done.stderr, done


def test_flags_of_locust_that_say_what_is_so_anyway_are_taken(server, tmp_path):
    run = load(tmp_path, f"plain+{server.url}/", "-i", "5", "--print-stats", "--skip-log", "--autostart", "--autoquit", "0",
               "-u", "2", "-r", "1000", "--html", tmp_path / "r_{u}_{r}.html")
    assert run.passed, run
    assert (tmp_path / "r_2_1000.html").exists()


def test_lists_come_from_the_file_and_from_the_environment(server, tmp_path):
    config = tmp_path / "load.yaml"
    config.write_text(f"iterations: 30\nfail_if: ['requests>29', 'p50>30s']\noutput:\n  - {tmp_path}/a.md\n  - {tmp_path}/b.md\n")
    run = load(tmp_path, f"plain+{server.url}/", "--config", config)
    assert run.failed and len(run.result["thresholds"]) == 2, run
    run = load(tmp_path, f"plain+{server.url}/", "--config", config, env={"METTLE_FAIL_IF": "p99>20s\np50>30s\nrequests>99"})
    assert run.passed, run
    assert [each["expression"] for each in run.result["thresholds"]] == ["p99>20s", "p50>30s", "requests>99"]


def test_hdrhistogram_reads_the_log_and_says_the_same(server, tmp_path):
    run = load(tmp_path, f"plain+{server.url}/", "-i", "3000", "-u", "4", "-o", tmp_path / "run.hlog")
    assert run.passed, run
    lines = (tmp_path / "run.hlog").read_text().splitlines()
    tagged = {line.split(",")[0]: line.split(",")[-1] for line in lines if line.startswith("Tag=")}
    for tag, key in (("Tag=latency_us", "latency_ms"), ("Tag=service_us", "service_ms")):
        histogram = hdrh.histogram.HdrHistogram.decode(tagged[tag])
        mine = run.result[key]
        assert histogram.get_total_count() == mine["count"] == 3000
        for name, percent in (("p50", 50), ("p90", 90), ("p99", 99), ("p999", 99.9)):
            assert histogram.get_value_at_percentile(percent) / 1e3 == pytest.approx(mine[name], rel=0.001)
        assert histogram.get_mean_value() / 1e3 == pytest.approx(mine["mean"], rel=0.002)


def test_hdrhistograms_own_reader_reads_the_log_line_by_line(server, tmp_path):
    run = load(tmp_path, f"plain+{server.url}/", "-i", "200", "-o", tmp_path / "run.hlog")
    assert run.passed, run
    reader = hdrh.log.HistogramLogReader(str(tmp_path / "run.hlog"), hdrh.histogram.HdrHistogram(1, 3_600_000_000, 3))
    counts = []
    while (interval := reader.get_next_interval_histogram()) is not None:
        counts.append(interval.get_total_count())
    assert counts and set(counts) == {200}


def test_the_distribution_is_that_of_hdrhistogram(server, tmp_path):
    run = load(tmp_path, f"plain+{server.url}/", "-i", "2000", "-o", tmp_path / "run.hlog", "-o", tmp_path / "run.hgrm")
    assert run.passed, run
    line = next(line for line in (tmp_path / "run.hlog").read_text().splitlines() if line.startswith("Tag=latency_us"))
    theirs = hdrh.histogram.HdrHistogram.decode(line.split(",")[-1])
    text = (tmp_path / "run.hgrm").read_text()
    assert text.split()[:4] == ["Value", "Percentile", "TotalCount", "1/(1-Percentile)"]
    table = [[float(number) for number in row.split()] for row in text.splitlines()[2:] if not row.startswith("#")]
    assert [row[1] for row in table[:7]] == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.55] and table[-1][1:] == [1, 2000]
    for value_ms, share, count, *inverse in table:
        assert count >= share * 2000
        assert value_ms == pytest.approx(theirs.get_value_at_percentile(100 * count / 2000) / 1e3, rel=0.001)
        assert inverse == ([] if share == 1 else [pytest.approx(1 / (1 - share), abs=0.01)])
    assert f"Total count    = {2000:12}]" in text
