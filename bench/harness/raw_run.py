"""The time of one bare ONNX Runtime run, without any server: half of the bound that predict is held against."""

import json

from . import paths
from .errors import MeasurementFailed, Unavailable
from .process import run_client

PYTHON_NOTE = ("raw run timed from Python with bound buffers (ort_raw_bench is not built), which adds "
               "1 to 2 µs to it and so flatters us")


def native() -> bool:
    try:
        return bool(paths.ort_raw_bench())
    except Unavailable:
        return False


def us_per_run(cpu: int) -> float:
    """`ort_raw_bench MODEL` prints {"us_per_run": ...}: batch size 1, one thread, preallocated buffers."""
    if native():
        argv = [paths.ort_raw_bench(), paths.DIGITS / "model.onnx"]
    else:
        argv = [paths.python("bench"), paths.PEERS / "onnxruntime/raw_run.py", paths.DIGITS / "model.onnx"]
    ended = run_client(argv, cpu, timeout_s=60)
    if ended.code:
        raise MeasurementFailed(f"{argv[0].name} ended with {ended.code}: {ended.stderr.strip()[-200:]}")
    return float(json.loads(ended.stdout.strip().splitlines()[-1])["us_per_run"])
