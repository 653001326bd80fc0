"""Models that take some 1, 10 and 50 ms a run: throughput and tail at 16 connections against FastAPI."""

import json
import pathlib
import subprocess

from harness import http, paths, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed
from harness.fleet import Fleet
from harness.load import Call, Load, billed, wrk

CONNECTIONS = 16
LAYERS = {"1 ms": 5, "10 ms": 38, "50 ms": 186}  # Of bench/peers/models/convolutional.py, on a 2020s server core.
IMAGE = [round((i * 37 % 255) / 255, 3) for i in range(3 * 32 * 32)]


def run(plan: Plan) -> list[Line]:
    lines = []
    for name, layers in LAYERS.items():
        folder = make(plan.scratch, layers)
        with Fleet(plan, mettle=lambda cpu, scratch: servers.mettle(cpu, scratch, model=folder),
                   fastapi=lambda cpu, scratch: servers.fastapi(cpu, scratch, app="images", model=folder)) as fleet:
            agree(call("mettle", fleet["mettle"].port, plan.scratch), call("fastapi", fleet["fastapi"].port, plan.scratch))

            def predict(server: str) -> Load:
                sent = call(server, fleet[server].port, plan.scratch)
                seconds = max(plan.seconds, 3)  # A slow model answers some sixty requests in it.
                return billed(fleet[server], lambda: wrk(sent, CONNECTIONS, seconds, plan.client_cpu))

            series = Series(plan, {"mettle": lambda: predict("mettle"), "fastapi": lambda: predict("fastapi")})
        lines.append(series.line("models", f"a model of {name}, V2 JSON against FastAPI", "requests/s", "mettle", "fastapi",
                                 lambda load: load.rps))
        lines.append(series.line("models", f"its p99 at {CONNECTIONS} connections", "ms", "mettle", "fastapi",
                                 lambda load: load.p99_us / 1000))
    return lines


def make(scratch: pathlib.Path, layers: int) -> pathlib.Path:
    folder = scratch / f"convolutional-{layers}"
    folder.mkdir(parents=True, exist_ok=True)
    made = subprocess.run([paths.python("models"), paths.PEERS / "models/convolutional.py", str(layers),
                           folder / "model.onnx"], capture_output=True, text=True)
    if made.returncode:
        raise MeasurementFailed(f"the model could not be made: {made.stderr.strip()[-200:]}")
    return folder


def call(server: str, port: int, scratch: pathlib.Path) -> Call:
    file = scratch / f"{server}-image.json"
    if server == "mettle":
        body = {"inputs": [{"name": "image", "shape": [1, 3, 32, 32], "datatype": "FP32", "data": IMAGE}]}
        path = "/v2/models/convolutional/infer"
    else:
        body, path = {"image": IMAGE}, "/predict"
    file.write_text(json.dumps(body, separators=(",", ":")))
    return Call(port, path, "POST", file, {"Content-Type": "application/json"})


def agree(ours: Call, theirs: Call) -> None:
    """Both have to give the same answer before either is timed."""
    mine, other = (json.loads(http.request(sent.port, sent.method, sent.path, sent.body.read_bytes(), sent.headers).body)
                   for sent in (ours, theirs))
    probabilities = mine["outputs"][0]["data"]
    if any(abs(a - b) > 1e-4 for a, b in zip(probabilities, other["probabilities"], strict=True)):
        raise MeasurementFailed(f"the servers disagree: {probabilities} and {other['probabilities']}")
