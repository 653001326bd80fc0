"""What may happen in the middle of a run: prove goes on to its end, says what happened, and its exit code is the right one."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from support import paths
from support.process import mettle

pytestmark = pytest.mark.timeout(120)


def prove(folder, *arguments, stages="correctness,steady", env=None):
    file = folder / "prove.json"
    run = mettle("prove", *arguments, "--profile", "quick", "--stages-only", stages, "--expect", "100rps", "--no-history",
                 "-o", file, within=100, env=env)
    return run, json.loads(file.read_text()) if file.exists() else None


def stage(result, name="correctness"):
    return next(stage for stage in result["stages"] if stage["name"] == name)


# Into what the service turns, which stage must fail, and words that say what happened.
TURNS = {
    "restarts": ("correctness", "connect"),
    "model": ("correctness", "version 1 at the start, and has 2 now"),
    "redirects": ("correctness", "307"),
    "busy": ("correctness", "were refused, so no answer could be checked"),
    "auth": ("correctness", "401"),
    "other": ("correctness", "no longer speaks V2"),
}


@pytest.mark.parametrize("into", TURNS)
def test_what_it_turned_into_is_said(planted, tmp_path, into):
    failing, words = TURNS[into]
    run, result = prove(tmp_path, "v2+" + planted("turning", "--into", into).url)
    assert run.code == 1 and result["verdict"] == "NOT READY", run
    assert stage(result, failing)["verdict"] == "fail", run
    assert any(words in reason for reason in result["reasons"]), run


def test_nothing_is_said_of_one_that_stays_as_it_is(planted, tmp_path):
    run, result = prove(tmp_path, "v2+" + planted("turning", "--into", "model", "--after", "1000000000").url,
                        stages="correctness")
    assert run.code == 0 and not result["reasons"], run


def test_a_target_that_dies_is_gone_for_good(planted, tmp_path):
    run, result = prove(tmp_path, "v2+" + planted("turning", "--into", "dies", "--after", "1000").url)
    assert run.code == 4 and result["verdict"] == "NOT READY", run
    assert "went away and did not come back" in run.stdout


def command(into, after):
    return " ".join(map(str, (sys.executable, paths.TESTS / "planted" / "turning.py", "--port {port} --into", into,
                              "--after", after)))


def test_a_server_of_proves_own_that_dies_is_started_again_and_that_is_its_failure(tmp_path):
    # One life lasts for what is learned and for a few answers, the next for the rest of the steady stage.
    script = tmp_path / "first_life.sh"
    script.write_text(f"#!/bin/sh\nafter=1000000000\n[ -e {tmp_path}/lived ] || after=200\ntouch {tmp_path}/lived\n"
                      f"exec {sys.executable} {paths.TESTS}/planted/turning.py --port $1 --into dies --after $after\n")
    run, result = prove(tmp_path, "v2+http://127.0.0.1:{port}", "--cmd", f"sh {script} {{port}}")
    assert run.code == 1 and result["verdict"] == "NOT READY", run
    assert "exit code 3" in stage(result)["reasons"][0] and "started it again, once" in stage(result)["reasons"][0], run
    assert stage(result, "steady")["verdict"] in ("pass", "invalid"), run


def test_one_that_dies_again_is_left(tmp_path):
    run, result = prove(tmp_path, "v2+http://127.0.0.1:{port}", "--cmd", command("dies", 200))
    assert run.code == 4 and result["verdict"] == "NOT READY", run
    assert sum("ended with" in reason for reason in result["reasons"]) == 2, run


@pytest.mark.parametrize("into, words", [("auth", "--header 'Authorization"), ("busy", "limits even one client"),
                                         ("redirects", "prove /elsewhere instead")])
def test_what_is_so_from_the_first_answer_on_stops_before_the_stages(planted, tmp_path, into, words):
    run, result = prove(tmp_path, "v2+" + planted("turning", "--into", into, "--after", "1").url)
    assert run.code == 2 and words in run.stderr and result is None, run


def test_a_full_disk_at_the_end_does_not_cost_the_verdict(planted, tmp_path):
    (tmp_path / "prove.json.part").symlink_to("/dev/full")
    run, result = prove(tmp_path, "v2+" + planted("turning", "--into", "model", "--after", "1000000000").url,
                        stages="correctness")
    assert run.code == 0 and "READY" in run.stdout and result is None, run
    assert "prove.json could not be written" in run.stderr


@pytest.mark.skipif(not shutil.which("cc"), reason="needs a C compiler")
def test_a_wall_clock_that_jumps_changes_nothing(planted, tmp_path):
    library = tmp_path / "jumping_clock.so"
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, paths.TESTS / "support" / "jumping_clock.c"], check=True)
    binary = os.environ.get("METTLE", "")
    if "asan" in binary or "tsan" in binary:
        pytest.skip("a sanitizer wants to be the first library")
    run, result = prove(tmp_path, "v2+" + planted("turning", "--into", "model", "--after", "1000000000").url,
                        env={"LD_PRELOAD": str(library)})
    assert run.code in (0, 3), run  # 3: a machine too busy to say.
    assert stage(result)["verdict"] == "pass"
    assert result["duration_s"] < 100 and all(0 <= each["duration_s"] < 100 for each in result["stages"])
    latency = stage(result, "steady")["evidence"]["latency_ms"]
    assert 0 < latency["min"] <= latency["max"] < 20_000
