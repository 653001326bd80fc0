"""What a run leaves: Locust's CSV files, JSON, HTML, Markdown, JUnit; also after Ctrl-C."""

import csv
import json
import signal
import subprocess
import sys
import xml.etree.ElementTree as xml

import pytest

from support import paths
from support.loading import load, read
from support.process import Process
from support.waiting import until

PERCENTILES = ["50%", "66%", "75%", "80%", "90%", "95%", "98%", "99%", "99.9%", "99.99%", "100%"]
COLUMNS = {  # Locust 2.47's own, locust/stats.py.
    "stats": ["Type", "Name", "Request Count", "Failure Count", "Median Response Time", "Average Response Time",
              "Min Response Time", "Max Response Time", "Average Content Size", "Requests/s", "Failures/s", *PERCENTILES],
    "stats_history": ["Timestamp", "User Count", "Type", "Name", "Requests/s", "Failures/s", *PERCENTILES,
                      "Total Request Count", "Total Failure Count", "Total Median Response Time",
                      "Total Average Response Time", "Total Min Response Time", "Total Max Response Time",
                      "Total Average Content Size"],
    "failures": ["Method", "Name", "Error", "Occurrences", "First Seen", "Last Seen"],
    "exceptions": ["Count", "Message", "Traceback", "Nodes"],
}


def rows(prefix, name):
    with open(f"{prefix}_{name}.csv", newline="") as file:
        reader = csv.DictReader(file)
        return reader.fieldnames, list(reader)


@pytest.fixture(scope="module")
def prefix(serve_for_module, tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv")
    run = load(folder, "v2+" + serve_for_module(paths.DIGITS).url, "-u", "2", "-t", "3s", "--csv", folder / "out")
    assert run.passed, run
    return folder / "out"


@pytest.mark.parametrize("name", COLUMNS)
def test_csv_columns_are_locusts(prefix, name):
    assert rows(prefix, name)[0] == COLUMNS[name]


def test_columns_are_those_of_locust_itself():
    script = """
import json
from locust import env, stats
columns = stats.StatsCSV(env.Environment(), stats.PERCENTILES_TO_REPORT)
print(json.dumps([columns.requests_csv_columns, columns.failures_columns, columns.exceptions_columns]))
"""
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=60)
    assert json.loads(done.stdout) == [COLUMNS["stats"], COLUMNS["failures"], COLUMNS["exceptions"]], done.stderr


def test_csv_numbers_are_those_of_the_result(prefix):
    result = read(prefix.parent / "run.json")
    task, total = rows(prefix, "stats")[1]
    assert (task["Type"], task["Name"]) == ("POST", "digits") and total["Name"] == "Aggregated"
    assert int(total["Request Count"]) == int(task["Request Count"]) == result["totals"]["requests"]
    assert float(total["50%"]) == pytest.approx(result["latency_ms"]["p50"], rel=0.01)
    assert float(total["99%"]) == pytest.approx(result["latency_ms"]["p99"], rel=0.01)
    assert float(total["Requests/s"]) == pytest.approx(result["totals"]["rps"], rel=0.02)


def test_csv_history_has_a_row_a_second(prefix):
    _, history = rows(prefix, "stats_history")
    assert len(history) >= 2
    counts = [int(row["Total Request Count"]) for row in history]
    assert counts == sorted(counts)
    assert {row["Name"] for row in history} == {"Aggregated"}


def test_csv_failures_are_counted(planted, tmp_path):
    server = planted("faulty", "error_500", "--after", "10", "--every", "10")
    load(tmp_path, f"plain+{server.url}/x", "-i", "100", "--csv", tmp_path / "out")
    _, failures = rows(tmp_path / "out", "failures")
    assert len(failures) == 1 and "500" in failures[0]["Error"]
    assert int(failures[0]["Occurrences"]) == server.log()["faults"]


def test_every_kind_of_file_at_once(digits, tmp_path):
    names = ("two.json", "report.html", "report.md", "report.xml", "three.json")
    run = load(tmp_path, "v2+" + digits.url, "-i", "100", *(part for name in names for part in ("-o", tmp_path / name)))
    assert run.passed, run
    assert read(tmp_path / "two.json") == read(tmp_path / "three.json") == run.result
    assert "digits" in (tmp_path / "report.html").read_text()
    assert "digits" in (tmp_path / "report.md").read_text()
    assert list(xml.parse(tmp_path / "report.xml").getroot().iter("testcase"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_stopping_ends_a_run_as_if_its_time_were_up(digits, tmp_path, number):
    run = Process([paths.METTLE, "load", "v2+" + digits.url, "--rate", "200", "-t", "60s", "--headless",
                   "-o", tmp_path / "run.json", "--csv", tmp_path / "out"])
    try:
        history = tmp_path / "out_stats_history.csv"
        until(lambda: history.exists() and len(history.read_text().splitlines()) > 1, "a row of the history")
        code = run.stop(number, within=10)
        result = read(tmp_path / "run.json")
        assert code == (0 if result["validity"]["verdict"] == "VALID" else 3), run.describe()
        assert result["duration_s"] < 20 and result["totals"]["requests"] > 50 and result["totals"]["failures"] == 0
        assert int(rows(tmp_path / "out", "stats")[1][-1]["Request Count"]) == result["totals"]["requests"]
    finally:
        run.reap()
