"""The long form of the fault matrix: how often prove names what is planted, and how often it blames a healthy service."""

import json
import os
import subprocess

from harness import paths
from harness.compare import Line, Plan, Series, Spread
from harness.errors import MeasurementFailed

ONLY_WHEN_ASKED = True
SERVICE = paths.ROOT / "tests" / "planted" / "ailing.py"
PROVE_S = 300

# What is planted, flags of prove, flags of the service, words that name it.
FAULTS = {
    "slow_start": (("--start-limit", "1s"), ("--start", "1.5"), "slow start"),
    "first_slow": ((), ("--start", "1.5"), "ready before it is"),
    "mixed": ((), (), "wrong"),
    "rare": (("--expect", "1500rps"), ("--seconds", "0"), "wrong"),
    "nan": ((), (), "NaN"),
    "errors": ((), (), "500"),
    "pauses": ((), (), "pauses of"),
    "queue": ((), (), "unbounded queue"),
    "leak": ((), (), "memory leak"),
    "sockets": (("--expect", "40rps"), (), "descriptor leak"),
}


def run(plan: Plan) -> list[Line]:
    out = plan.scratch / "faults.json"
    said: dict[str, list[str]] = {}

    def prove(fault: str, flags, service) -> dict:
        command = " ".join([str(paths.python("bench")), str(SERVICE), "--fault", fault, "--port {port} --most 20", *service])
        done = subprocess.run(
            [paths.mettle(), "prove", "v2+http://127.0.0.1:{port}", "--cmd", command, *flags, "-o", out],
            capture_output=True, text=True, timeout=PROVE_S,
            preexec_fn=lambda: os.sched_setaffinity(0, {plan.server_cpu, plan.client_cpu}))
        if done.returncode not in (0, 1, 3):
            raise MeasurementFailed(done.stderr[-500:])
        result = json.loads(out.read_text())
        said.setdefault(fault, []).append(result["verdict"])
        return result

    def found(fault: str) -> float:
        flags, service, words = FAULTS[fault]
        result = prove(fault, flags, service)
        return float(result["verdict"] == "NOT READY" and any(words in reason for reason in result["reasons"]))

    def blamed() -> float:
        return float(prove("none", (), ())["verdict"] == "NOT READY")

    series = Series(plan, {"none": blamed} | {fault: lambda fault=fault: found(fault) for fault in FAULTS})
    lines = []
    for fault, shares in series.samples.items():
        if not shares:
            continue
        share = sum(shares) / len(shares)
        what = "a healthy service called NOT READY" if fault == "none" else f"{fault}: found and named"
        verdicts = ", ".join(f"{said[fault].count(word)} {word}" for word in ("READY", "NOT READY", "INVALID"))
        lines.append(Line("faults", what, "share", ratio=Spread(share, share, share, len(shares)),
                          target="<= 0" if fault == "none" else ">= 0.9", notes=[f"{verdicts} of {len(shares)}"]))
    return lines
