"""`prove --cmd`: a server that prove starts, watches and stops, and commands that are no good."""

import json
import socket
import subprocess
import sys

import pytest

from support import paths
from support.process import mettle

pytestmark = pytest.mark.timeout(120)

UVICORN = f"{sys.executable} -m uvicorn --log-level warning --app-dir {paths.ROOT / 'examples' / 'fastapi'} app:app"
# Answers every request at once; how it behaves otherwise is up to the test.
PLAIN = "-m http.server --bind 127.0.0.1"


def prove(folder, *arguments, within=100):
    file = folder / "report.json"
    done = mettle("prove", *arguments, "--profile", "quick", "-o", file, within=within)
    return done, json.loads(file.read_text()) if file.exists() and file.stat().st_size else None


def stage(result, name):
    return next(each for each in result["stages"] if each["name"] == name)


def processes_with(text: str) -> str:
    return subprocess.run(["pgrep", "-af", text], capture_output=True, text=True).stdout


@pytest.mark.parametrize("workers", [1, 2])
def test_a_fastapi_app_is_started_proved_and_stopped(tmp_path, workers):
    command = f"{UVICORN} --port {{port}} --workers {workers}"
    done, result = prove(tmp_path, "--cmd", command, "--stages-only", "cold_start,correctness,steady")
    assert result, done
    for name in ("cold_start", "correctness"):
        assert stage(result, name)["verdict"] == "pass", done
    assert len(stage(result, "cold_start")["evidence"]["repeats"]) >= 2  # Fewer where the budget would not hold them.
    phases = stage(result, "steady")["evidence"].get("phases_ms", {})
    assert {"parse", "pre", "infer", "post", "write"} <= set(phases), phases  # From mettle_timing.py.
    assert 0 < phases["infer"]["mean"] < phases["network"]["mean"] + phases["parse"]["mean"] + phases["write"]["mean"] + 50
    assert not processes_with(f"app:app --port {result['target']['url'].rsplit(':', 1)[1].split('/')[0]}")


def test_its_url_may_be_given_beside_it(tmp_path):
    done, result = prove(tmp_path, "plain+http://127.0.0.1:{port}/", "--cmd", f"{sys.executable} {PLAIN} {{port}}",
                         "--stages-only", "cold_start")
    assert done.code == 0, done
    assert result["target"]["protocol"] == "plain"


def test_a_command_with_a_port_of_its_own_is_not_started_beside_itself(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done, result = prove(tmp_path, f"plain+http://127.0.0.1:{port}/", "--cmd", f"{sys.executable} {PLAIN} {port}",
                         "--stages-only", "cold_start,correctness")
    assert done.code == 0, done
    assert stage(result, "cold_start")["verdict"] == "skipped" and "{port}" in stage(result, "cold_start")["answer"]
    assert stage(result, "correctness")["verdict"] == "pass"


def test_a_server_that_ignores_sigterm_is_killed_and_it_is_said(tmp_path):
    script = tmp_path / "stubborn.py"
    script.write_text("import http.server, signal, sys\n"
                      "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
                      "http.server.ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), "
                      "http.server.SimpleHTTPRequestHandler).serve_forever()\n")
    done, result = prove(tmp_path, "plain+http://127.0.0.1:{port}/", "--cmd", f"{sys.executable} {script} {{port}}",
                         "--stages-only", "cold_start")
    assert "ignores SIGTERM" in stage(result, "cold_start")["answer"], done
    assert not processes_with(str(script))


@pytest.mark.parametrize("command, words", [
    ("exit 3 # {port}", "ended with exit code 3 before it listened"),
    ("echo the model is missing; exit 1 # {port}", "the model is missing"),
    ("no-such-program --port {port}", "not found"),
    (f"{sys.executable} {PLAIN} {{port}} &", "went into the background"),
    ("uvicorn app:app", "where {port} goes"),
    (" ", "is empty"),
])
def test_a_command_that_is_no_good_is_2(tmp_path, command, words):
    done, result = prove(tmp_path, "--cmd", command)
    assert done.code == 2 and result is None, done
    assert words in done.stderr, done


def test_a_command_that_listens_elsewhere_is_told_so(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    done, _ = prove(tmp_path, "--cmd", f": {{port}}; exec {sys.executable} {PLAIN} {port}")
    assert done.code == 2, done
    assert f"listens on port {port} instead of" in done.stderr


def test_a_port_that_is_taken_is_told_before_anything_starts(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done, _ = prove(tmp_path, f"plain+http://127.0.0.1:{port}/", "--cmd", "sleep 100")
    assert done.code == 2 and f"port {port} is taken" in done.stderr, done


@pytest.mark.parametrize("arguments, words", [
    ((paths.DIGITS, "--cmd", "serve {port}"), "is a model, and --cmd starts another server"),
    (("http://example.com/predict", "--cmd", "serve {port}"), "not on this machine"),
    ((), "TARGET is missing: a URL, a model"),
])
def test_targets_that_contradict_the_command_are_2(tmp_path, arguments, words):
    done, _ = prove(tmp_path, *arguments)
    assert done.code == 2 and words in done.stderr, done
