"""The example models' samples, and requests made of them."""

import json

import numpy as np

from . import paths


def samples(model: str) -> list[dict]:
    return json.loads((paths.MODELS / model / "samples.json").read_text())["samples"]


DIGITS = samples("digits")
INFER = "/v2/models/digits/infer"


def rows(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pixels of `count` samples, and their labels."""
    chosen = [DIGITS[index % len(DIGITS)] for index in range(count)]
    pixels = np.array([sample["inputs"]["pixels"][0] for sample in chosen], np.float32)
    return pixels, np.array([sample["outputs"]["label"][0] for sample in chosen], np.int64)


def request(count: int = 1, **changes) -> dict:
    """A right request of `count` rows; `changes` go into its input."""
    pixels, _ = rows(count)
    tensor = {"name": "pixels", "shape": [count, 64], "datatype": "FP32", "data": pixels.flatten().tolist(), **changes}
    return {"inputs": [tensor]}


def body(count: int = 1, **changes) -> bytes:
    return json.dumps(request(count, **changes)).encode()


def binary(count: int = 1, tail: bytes = b"", **parameters) -> tuple[bytes, dict[str, str]]:
    """The same with the binary extension: body and headers. `tail` follows the tensor."""
    data = rows(count)[0].tobytes()
    head = json.dumps({"inputs": [{"name": "pixels", "shape": [count, 64], "datatype": "FP32",
                                   "parameters": {"binary_data_size": len(data), **parameters}}]}).encode()
    return head + data + tail, {"Inference-Header-Content-Length": str(len(head))}


def output(reply: dict, name: str) -> dict:
    return next(tensor for tensor in reply["outputs"] if tensor["name"] == name)


def assert_right(reply, count: int = 1):
    """The reply is a 200 whose labels are those of the first `count` samples."""
    assert reply.status == 200, reply.body[:500]
    assert output(reply.json(), "label")["data"] == rows(count)[1].tolist()
