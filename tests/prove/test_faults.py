"""The short fault matrix: services with one planted fault each, and what prove says of them; and of a healthy one.

`make bench` repeats the matrix in its long form (bench/rows/faults.py). A verdict that a busy machine makes INVALID is tried
again, as a user would; what is wrong with a service must be named, and nothing else.
"""

import json
import sys

import pytest

from support import paths
from support.process import mettle

pytestmark = pytest.mark.timeout(170)

SERVICE = paths.TESTS / "planted" / "ailing.py"


def prove(folder, fault, stages, *flags, service=()):
    file = folder / "prove.json"
    command = " ".join(map(str, (sys.executable, SERVICE, "--fault", fault, "--port {port} --most 20", *service)))
    for _ in range(3):
        run = mettle("prove", "v2+http://127.0.0.1:{port}", "--cmd", command, "--profile", "quick", "--stages-only", stages,
                     *flags, "-o", file, within=120)
        if run.code != 3:
            break
    return run, json.loads(file.read_text())


# The fault, how it is looked for, the stage that must fail, and words that name it.
MATRIX = {
    "slow_start": (("cold_start", "--start-limit", "1s"), ("--start", "1.5"), "cold_start", "slow start"),
    "first_slow": (("cold_start",), ("--start", "1.5"), "cold_start", "ready before it is"),
    "mixed": (("correctness",), ("--seconds", "0.001"), "correctness", "answers wrong at concurrency 8"),
    "nan": (("correctness",), (), "correctness", "NaN"),
    "errors": (("correctness",), (), "correctness", "500"),
    "rare": (("correctness,steady", "--expect", "1500rps"), ("--seconds", "0", "--every", "1000"), None, "wrong"),
    "leak": (("soak", "--soak", "12s", "--expect", "150rps"), (), "soak", "memory leak"),
    "sockets": (("soak", "--soak", "20s", "--expect", "30rps"), (), "soak", "descriptor leak"),
}


@pytest.mark.parametrize("fault", MATRIX)
def test_what_is_wrong_is_named(tmp_path, fault):
    (stages, *flags), service, failing, words = MATRIX[fault]
    run, result = prove(tmp_path, fault, stages, *flags, service=service)
    failed = [stage["name"] for stage in result["stages"] if stage["verdict"] == "fail"]
    assert result["verdict"] == "NOT READY" and run.code == 1, run
    assert failing is None or failing in failed, run
    assert any(words in reason for reason in result["reasons"]), run


def test_nothing_is_found_where_nothing_is_wrong(tmp_path):
    run, result = prove(tmp_path, "none", "cold_start,correctness,steady,soak", "--expect", "100rps", "--soak", "10s")
    verdicts = {stage["name"]: stage["verdict"] for stage in result["stages"]}
    assert "fail" not in {verdicts[name] for name in ("cold_start", "correctness", "soak")}, run
    # A machine so busy that 100 requests of 2 ms are too many for a core is no fault of the service.
    assert verdicts["steady"] in ("pass", "invalid"), run
