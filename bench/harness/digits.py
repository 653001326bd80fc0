"""One row of the digits model in each server's words, and the check that its answer is right."""

import json
import pathlib
import struct

from . import http, paths
from .errors import MeasurementFailed
from .load import Call

_SAMPLE = json.loads((paths.DIGITS / "samples.json").read_text())["samples"][0]
PIXELS = _SAMPLE["inputs"]["pixels"][0]
LABEL = _SAMPLE["outputs"]["label"][0]
PROBABILITIES = _SAMPLE["outputs"]["probabilities"][0]

METADATA = {
    "name": "digits", "versions": ["1"], "platform": "onnxruntime_onnx",
    "inputs": [{"name": "pixels", "datatype": "FP32", "shape": [-1, 64]}],
    "outputs": [{"name": "label", "datatype": "INT64", "shape": [-1]},
                {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}],
}
CONFIG = {
    "name": "digits", "platform": "onnxruntime_onnx", "backend": "onnxruntime", "max_batch_size": 1024,
    "input": [{"name": "pixels", "data_type": "TYPE_FP32", "dims": [64]}],
    "output": [{"name": "label", "data_type": "TYPE_INT64", "dims": [1], "reshape": {"shape": []}},
               {"name": "probabilities", "data_type": "TYPE_FP32", "dims": [10]}],
}


def v2_answer() -> dict:
    return {"model_name": "digits", "model_version": "1", "outputs": [
        {"name": "label", "datatype": "INT64", "shape": [1], "data": [LABEL]},
        {"name": "probabilities", "datatype": "FP32", "shape": [1, 10], "data": PROBABILITIES}]}


def v2_json(port: int, scratch: pathlib.Path) -> Call:
    body = {"inputs": [{"name": "pixels", "shape": [1, 64], "datatype": "FP32", "data": PIXELS}]}
    return _call(port, "/v2/models/digits/infer", scratch / "v2.json", _compact(body))


def v2_binary(port: int, scratch: pathlib.Path) -> Call:
    """The binary tensor extension both ways."""
    tensor = struct.pack("<64f", *PIXELS)
    head = _compact({"inputs": [{"name": "pixels", "shape": [1, 64], "datatype": "FP32",
                                 "parameters": {"binary_data_size": len(tensor)}}],
                     "parameters": {"binary_data_output": True}})
    call = _call(port, "/v2/models/digits/infer", scratch / "v2.bin", head + tensor)
    call.headers = {"Content-Type": "application/octet-stream", "Inference-Header-Content-Length": str(len(head))}
    return call


def fastapi_json(port: int, scratch: pathlib.Path) -> Call:
    return _call(port, "/predict", scratch / "fastapi.json", _compact({"pixels": PIXELS}))


def mlserver_json(port: int, scratch: pathlib.Path) -> Call:
    """Asks for the probabilities only: the label follows from them, and asking for both runs the model twice."""
    body = {"inputs": [{"name": "pixels", "shape": [1, 64], "datatype": "FP32", "data": PIXELS}],
            "outputs": [{"name": "predict_proba"}]}
    return _call(port, "/v2/models/digits/infer", scratch / "mlserver.json", _compact(body))


def null_post(port: int, scratch: pathlib.Path, size: int = 600) -> Call:
    """A body of 600 bytes to the server that answers in no time."""
    body = {"pixels": PIXELS, "pad": ""}
    body["pad"] = "x" * (size - len(_compact(body)))
    return _call(port, "/null", scratch / "null.json", _compact(body))


def perf_analyzer_data(scratch: pathlib.Path) -> pathlib.Path:
    path = scratch / "perf_analyzer.json"
    path.write_text(json.dumps({"data": [{"pixels": {"content": PIXELS, "shape": [64]}}]}))
    return path


def check(call: Call) -> int:
    """Sends the call once and compares the answer; returns the size of the answer's body."""
    reply = http.request(call.port, call.method, call.path, call.body.read_bytes(), call.headers)
    if reply.status != 200:
        raise MeasurementFailed(f"{call.path} said {reply.status}: {reply.body[:200]!r}")
    if not is_right(reply):
        raise MeasurementFailed(f"{call.path} gave a wrong answer: {reply.body[:300]!r}")
    return len(reply.body)


def is_right(reply: http.Reply) -> bool:
    label, probabilities = _read(reply)
    near = len(probabilities) == 10 and all(abs(a - b) <= 1e-5 for a, b in zip(probabilities, PROBABILITIES))
    return near and (label is None or label == LABEL)


def _read(reply: http.Reply) -> tuple:
    head_size = reply.headers.get("inference-header-content-length")
    head = json.loads(reply.body[:int(head_size)] if head_size else reply.body)
    if "outputs" not in head:  # the FastAPI app
        return head["label"], head["probabilities"]
    label, probabilities, offset = None, [], int(head_size or 0)
    for output in head["outputs"]:
        size = output.get("parameters", {}).get("binary_data_size")
        data = output.get("data")
        if size is not None:
            form = {"INT64": f"<{size // 8}q", "FP32": f"<{size // 4}f"}[output["datatype"]]
            data = struct.unpack_from(form, reply.body, offset)
            offset += size
        if isinstance(data[0], list):
            data = data[0]
        if output["name"] == "label":
            label = data[0]
        else:
            probabilities = data
    return label, probabilities


def _call(port: int, path: str, file: pathlib.Path, body: bytes) -> Call:
    file.write_bytes(body)
    return Call(port, path, "POST", file, {"Content-Type": "application/json"})


def _compact(value) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
