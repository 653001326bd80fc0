"""`mettle compare --ab` and `--ab-cmd`: two services measured now, in pairs of runs."""

import json
import signal
import subprocess
import xml.etree.ElementTree

import jsonschema
import pytest
from support import paths
from support.process import Process, mettle
from support.waiting import until

pytestmark = pytest.mark.timeout(150)

SHORT = ("-t", "400ms", "--warmup", "50ms", "-u", "2")


def simulated(serve, p50):
    return serve("--simulate", f"slow=lognormal(p50={p50},p99=20ms)")


def read(file):
    result = json.loads(file.read_text())
    schema = json.loads((paths.SCHEMAS / "compare.json").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(result)
    return result


def metric(result, name):
    return next(each for each in result["metrics"] if each["name"] == name)


@pytest.mark.parametrize("how", [[], ["--turns"]])
def test_ten_times_as_slow_is_a_regression_in_every_form(serve, tmp_path, how):
    # Ten times: a busy machine's own noise is some ms.
    a, b = simulated(serve, "4ms"), serve("--simulate", "slow=lognormal(p50=40ms,p99=60ms)")
    files = [tmp_path / f"result{form}" for form in (".json", ".md", ".xml", ".html")]
    for _ in range(3):  # On a machine that is busy enough eight pairs may not decide it; they never pass it.
        ended = mettle("compare", "--ab", a.url, b.url, *SHORT, "--runs", "8", *how,
                       *[part for file in files for part in ("-o", file)], within=120)
        assert ended.code in (1, 3), ended
        if ended.code == 1:
            break
    assert ended.code == 1 and ended.stdout.startswith("regression"), ended
    result = read(files[0])
    assert result["verdict"] == "regression" and result["method"] == ("turns" if how else "at_once")
    assert metric(result, "p50")["verdict"] == "regression" and metric(result, "p50")["ratio"] > 2
    assert len(metric(result, "p50")["a"]) == len(metric(result, "p50")["b"]) == result["pairs"] == 8
    assert sum(look["alpha"] for look in result["looks"]) <= 0.0201
    assert result["a"]["target"]["model"] == "slow" and result["load"]["users"] == 2
    assert files[1].read_text().startswith("### regression") and "| p50 |" in files[1].read_text()
    suite = xml.etree.ElementTree.parse(files[2]).getroot()
    assert int(suite.get("failures")) >= 1 and len(suite) == len(result["metrics"])
    assert "mettle.compare/1" in files[3].read_text()


def test_commands_are_started_anew_and_none_is_left(tmp_path):
    mark = f"same-{tmp_path.name}"
    command = f"{paths.METTLE} serve --port {{port}} --simulate '{mark}=lognormal(p50=4ms,p99=8ms)'"
    ended = mettle("compare", "--ab-cmd", command, command, *SHORT, "--runs", "4", "-o", tmp_path / "r.json", within=120)
    assert ended.code in (0, 3), ended  # Four pairs decide little on a busy machine; to blame it is rare.
    result = read(tmp_path / "r.json")
    for name in ("p50", "p99", "throughput", "error_rate", "memory", "cold_start"):
        assert len(metric(result, name)["a"]) == result["pairs"], ended
    assert len(set(metric(result, "cold_start")["a"])) > 1  # Each run has a start of its own.
    assert any("the commands ran on CPUs" in note for note in result["notes"])
    assert not subprocess.run(["pgrep", "-f", mark], capture_output=True, text=True).stdout


def test_a_recorded_law_of_arrivals_is_sent_to_both(serve, tmp_path):
    a = simulated(serve, "2ms")
    ended = mettle("compare", "--ab", a.url, a.url, "--rate", "100", "--arrivals", "poisson", "-t", "500ms", "--warmup",
                   "0", "--runs", "4", "-o", tmp_path / "r.json", within=60)
    assert ended.code in (0, 1, 3), ended  # Four pairs of half a second decide nothing; this is about what was sent.
    load = read(tmp_path / "r.json")["load"]
    assert load["rate_rps"] == 100 and load["arrivals"] == "poisson" and load["run_s"] == 0.5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_user_who_has_seen_enough_gets_the_report_so_far(serve, tmp_path, number):
    a = simulated(serve, "2ms")
    running = Process([paths.METTLE, "compare", "--ab", a.url, a.url, "-t", "500ms", "-o", tmp_path / "r.json"])
    try:
        running.wait_for("comparing", where="stderr")
        running.send_signal(number)
        assert running.wait(30) == 3, running.describe()
        result = read(tmp_path / "r.json")
        assert result["interrupted"] and "ended by the user" in result["reasons"], running.describe()
    finally:
        running.reap()


def test_no_command_outlives_a_comparison_that_is_killed(tmp_path):
    mark = f"killed-{tmp_path.name}"
    command = f"{paths.METTLE} serve --port {{port}} --simulate '{mark}=constant(2ms)'"
    running = Process([paths.METTLE, "compare", "--ab-cmd", command, command, "-t", "500ms"])
    try:
        running.wait_for("comparing", where="stderr", within=60)
        running.send_signal(signal.SIGKILL)
        running.wait()
        until(lambda: not subprocess.run(["pgrep", "-f", mark], capture_output=True).stdout, "the services' end")
    finally:
        running.reap()


def test_a_service_that_goes_away_is_told_with_what_was_seen(serve, tmp_path):
    a, b = serve("--simulate", "slow=lognormal(p50=2ms,p99=5ms)"), None
    b = Process([paths.METTLE, "serve", "--simulate", "slow=lognormal(p50=2ms,p99=5ms)", "--port", "0"])
    try:
        url = b.wait_for(r"http://[\d.]+:\d+").group(0)
        running = Process([paths.METTLE, "compare", "--ab", a.url, url, "-t", "500ms", "-o", tmp_path / "r.json"])
        try:
            running.wait_for("comparing", where="stderr")
            b.send_signal(signal.SIGKILL)
            assert running.wait(60) == 4, running.describe()
            assert "B went away" in running.stdout, running.describe()
            assert read(tmp_path / "r.json")["verdict"] == "inconclusive"
        finally:
            running.reap()
    finally:
        b.reap()


def test_a_user_who_does_not_wait_for_a_slow_start_gets_no_verdict(tmp_path):
    mark = f"never-{tmp_path.name}"
    running = Process([paths.METTLE, "compare", "--ab-cmd", f"sleep 60 # {{port}} {mark}; true", "sleep 60 # {port}"])
    try:
        until(lambda: subprocess.run(["pgrep", "-f", mark + ";"], capture_output=True).stdout, "the command's start")
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 3, running.describe()
    finally:
        running.reap()


def test_unlike_services_are_refused(serve):
    ended = mettle("compare", "--ab", serve(paths.DIGITS).url, serve(paths.WINE).url, *SHORT)
    assert ended.code == 2 and "--force" in ended.stderr and "digits" in ended.stderr, ended


def test_nobody_there_is_unreachable(refusing_port, digits):
    ended = mettle("compare", "--ab", digits.url, f"http://127.0.0.1:{refusing_port}", *SHORT)
    assert ended.code == 4, ended


@pytest.mark.parametrize("arguments, said", [
    (["--ab-cmd", "exit 7 # {port}", "true {port}"], "exit code 7"),
    (["--ab-cmd", "sleep 1", "sleep 1"], "{port}"),
    (["--ab", "http://127.0.0.1:1"], "--ab"),
    (["--ab", "http://127.0.0.1:1", "http://127.0.0.1:2", "--new", "a.json"], "give one of them"),
    (["a.json", "--new", "b.json", "--runs", "5"], "--runs is about runs that are measured now"),
    (["--ab", "http://127.0.0.1:1", "http://127.0.0.1:2", "--pid", "1"], "there is no flag --pid"),
    ([], "what is to be compared?"),
    (["--ab", "http://127.0.0.1:1", "http://127.0.0.1:2", "--runs", "0"], "--runs"),
    (["--ab", "http://127.0.0.1:1", "http://127.0.0.1:2", "-o", "r.doc"], "says no form"),
])
def test_what_makes_no_sense_is_told(arguments, said):
    ended = mettle("compare", *arguments)
    assert ended.code == 2 and said in ended.stderr, ended


def test_a_budget_that_holds_no_verdict_says_what_would(digits):
    ended = mettle("compare", "--ab", digits.url, digits.url, "--budget", "5s", "-t", "2s")
    assert ended.code == 2 and "a verdict needs at least 4: give --budget" in ended.stderr, ended
