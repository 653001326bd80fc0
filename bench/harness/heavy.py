"""One row of `heavy`, a dense network of some 100 µs that batching makes several times faster, and its bare runs."""

import json
import pathlib
import random
import struct

from . import http, paths
from .errors import MeasurementFailed, Unavailable
from .load import Call
from .process import run_client

WIDTH = 512
ROW = [random.Random(1).random() for _ in range(WIDTH)]
BATCHES = (8, 16, 32, 64)  # The best of them is what batching can reach.


def folder() -> pathlib.Path:
    made = paths.ROOT / ".deps/models/heavy"
    if not (made / "model.onnx").exists():
        raise Unavailable("the heavy model is not there (make models)")
    return made


def call(port: int, scratch: pathlib.Path, model: str = "heavy", name: str = "input") -> Call:
    """As a binary tensor both ways: of 512 numbers in JSON the parsing would take as long as the run."""
    tensor = struct.pack(f"<{WIDTH}f", *ROW)
    head = json.dumps({"inputs": [{"name": name, "shape": [1, WIDTH], "datatype": "FP32",
                                   "parameters": {"binary_data_size": len(tensor)}}],
                       "parameters": {"binary_data_output": True}}, separators=(",", ":")).encode()
    file = scratch / f"{model}.bin"
    file.write_bytes(head + tensor)
    return Call(port, f"/v2/models/{model}/infer", "POST", file,
                {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))})


def check(sent: Call) -> None:
    """Compares the answer with ONNX Runtime's own, of this interpreter."""
    import numpy
    import onnxruntime

    reply = http.request(sent.port, sent.method, sent.path, sent.body.read_bytes(), sent.headers)
    if reply.status != 200:
        raise MeasurementFailed(f"{sent.path} said {reply.status}: {reply.body[:200]!r}")
    got = numpy.frombuffer(reply.body[int(reply.headers["inference-header-content-length"]):], "<f4")
    session = onnxruntime.InferenceSession(str(folder() / "model.onnx"), providers=["CPUExecutionProvider"])
    (right,) = session.run(None, {"input": numpy.array([ROW], "f4")})
    if got.shape != right[0].shape or abs(got - right[0]).max() > 1e-5:
        raise MeasurementFailed(f"{sent.path} gave a wrong answer: {got} instead of {right[0]}")


def us_per_row(cpu: int) -> dict[int, float]:
    """Of a bare run, by its number of rows: ort_raw_bench, one thread, preallocated buffers."""
    ended = run_client([paths.ort_raw_bench(), folder() / "model.onnx", 1, *BATCHES], cpu, timeout_s=60)
    if ended.code:
        raise MeasurementFailed(f"ort_raw_bench ended with {ended.code}: {ended.stderr.strip()[-200:]}")
    runs = [json.loads(line) for line in ended.stdout.splitlines()]
    return {run["rows"]: run["us_per_run"] / run["rows"] for run in runs}
