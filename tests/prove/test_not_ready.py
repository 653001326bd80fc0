"""Services that are not ready: the verdict says so, names the stage, and the exit code is 1."""

import json

import pytest

from support import paths
from support.process import mettle

pytestmark = pytest.mark.timeout(80)


def prove(folder, *arguments, within=60):
    done = mettle("prove", *arguments, "-o", folder / "report.json", within=within)
    file = folder / "report.json"
    return done, json.loads(file.read_text()) if file.exists() and file.stat().st_size else None


def verdicts(result) -> dict[str, str]:
    return {stage["name"]: stage["verdict"] for stage in result["stages"]}


def test_a_server_that_mixes_up_answers_fails_correctness(planted, tmp_path):
    server = planted("lying", "--every", "50")
    done, result = prove(tmp_path, "v2+" + server.url, "--profile", "quick", "--stages-only", "correctness")
    assert server.log()["lies"] > 0
    assert done.code == 1, done
    assert result["verdict"] == "NOT READY" and "NOT READY" in done.stdout
    assert verdicts(result)["correctness"] == "fail"
    assert any("correctness" in reason or "wrong" in reason for reason in result["reasons"])
    evidence = next(stage for stage in result["stages"] if stage["name"] == "correctness")["evidence"]
    assert sum(level["wrong"] for level in evidence["levels"]) > 0 and evidence["examples"]
    assert evidence["levels"][0]["wrong"] == 0  # Alone it is right.


def test_a_lie_is_counted_as_often_as_it_was_told(planted, tmp_path):
    server = planted("lying", "--every", "20")
    done, result = prove(tmp_path, "v2+" + server.url, "--profile", "quick", "--stages-only", "correctness")
    lies = server.log()["lies"]
    evidence = next(stage for stage in result["stages"] if stage["name"] == "correctness")["evidence"]
    found = sum(level["wrong"] for level in evidence["levels"])
    assert lies > 20 and abs(found - lies) <= 2 + 0.02 * lies, (found, lies)


def test_an_honest_server_of_another_make_passes(planted, tmp_path):
    server = planted("lying", "--every", "1000000000")
    done, result = prove(tmp_path, "v2+" + server.url, "--profile", "quick", "--stages-only", "correctness")
    assert done.code == 0, done
    assert verdicts(result)["correctness"] == "pass"


def test_a_capacity_that_was_expected_and_is_not_there(tmp_path):
    done, result = prove(tmp_path, paths.DIGITS, "--profile", "quick", "--expect", "400000rps", "--stages-only", "steady")
    assert done.code in (1, 3), done  # No generator reaches that: a fail of the service needs more than its own lag.
    assert result["verdict"] in ("NOT READY", "INVALID")


def test_an_slo_that_nobody_can_hold(tmp_path):
    done, result = prove(tmp_path, paths.DIGITS, "--profile", "quick", "--slo", "p99<1us", "--stages-only", "steady")
    if done.code == 3:  # A machine too busy to say.
        assert result["verdict"] == "INVALID" and verdicts(result)["steady"] == "invalid"
        return
    assert done.code == 1, done
    assert result["verdict"] == "NOT READY" and verdicts(result)["steady"] == "fail"
    assert any("p99" in reason for reason in result["reasons"])
    assert not result["assumed"]


def test_an_slo_that_nobody_gave_is_assumed_and_said(planted, tmp_path):
    server = planted("lying", "--every", "1000000000")
    done, result = prove(tmp_path, "v2+" + server.url, "--profile", "quick", "--stages-only", "steady", "--expect", "200rps")
    assert any("error_rate<0.1%" in line for line in result["assumed"]) and any("p99" in line for line in result["assumed"])
    assert "assumed" in done.stdout.lower()
    assert {"p99", "error_rate"} <= {line.split("<")[0] for line in result["slo"]}


def test_a_target_that_refuses_is_4(refusing_port):
    done = mettle("prove", f"http://127.0.0.1:{refusing_port}", "--profile", "quick")
    assert done.code == 4, done
    assert "refused" in done.stderr.lower() and len(done.stderr) < 1000


def test_a_model_that_cannot_be_served_is_2_and_says_why():
    done = mettle("prove", paths.DATA / "bad/sequence_output.onnx", "--profile", "quick")
    assert done.code == 2, done
    assert "seq(tensor(float))" in done.stderr


def test_a_repository_says_which_models_there_are(repository):
    done = mettle("prove", repository, "--profile", "quick")
    assert done.code == 2, done
    assert "--model" in done.stderr and "digits" in done.stderr and "wine" in done.stderr


@pytest.mark.parametrize("arguments, hint", [
    (["nowhere.onnx"], "nowhere.onnx"),
    ([], "TARGET"),
    ([paths.DIGITS, "--profile", "sloppy"], "sloppy"),
    ([paths.DIGITS, "--stages-only", "luck"], "luck"),
    ([paths.DIGITS, "--slo", "p99"], "p99"),
    ([paths.DIGITS, "--slo", "p99<20 potatoes"], "potatoes"),
    ([paths.DIGITS, "--slo", "q99<20ms"], "q99"),
    ([paths.DIGITS, "--expect", "0"], "--expect"),
    ([paths.DIGITS, "--expect", "-5rps"], "--expect"),
    ([paths.DIGITS, "--budget", "1s"], "budget"),
    ([paths.DIGITS, "-b", "0"], "--batch"),
    ([paths.DIGITS, "-o", "report.pdf"], ".pdf"),
    ([paths.DIGITS, "-o", "/proc/nowhere/report.json"], "/proc/nowhere/report.json"),
    ([paths.DIGITS, "--header", "colonless"], "colonless"),
    ([paths.DIGITS, "--no-such-flag"], "--no-such-flag"),
    (["ftp://127.0.0.1"], "ftp"),
    (["http://127.0.0.1:99999"], "99999"),
], ids=lambda value: value if isinstance(value, str) else None)
def test_what_cannot_be_meant_is_2_at_once(arguments, hint):
    done = mettle("prove", *arguments, within=10)
    assert done.code == 2, done
    assert hint in done.stderr, done
