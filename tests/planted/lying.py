"""A V2 server of the digits model that is right while one client asks, and gives a wrong digit to one request in --every
while more connections are open: what a batcher does that mixes up its members."""

import argparse
import json
import pathlib

import numpy as np
import onnxruntime
from base import PlantedServer, ok

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models/digits/model.onnx"
TENSORS = {"inputs": [{"name": "pixels", "datatype": "FP32", "shape": [-1, 64]}],
           "outputs": [{"name": "label", "datatype": "INT64", "shape": [-1]},
                       {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}]}
DOCUMENTS = {
    "/v2": {"name": "planted", "version": "1", "extensions": []},
    "/v2/health/live": {"live": True},
    "/v2/health/ready": {"ready": True},
    "/v2/models/digits/ready": {"name": "digits", "ready": True},
    "/v2/models/digits": {"name": "digits", "versions": ["1"], "platform": "planted", **TENSORS},
    "/v2/models/stats": {"model_stats": []},
    "/v2/repository/index": [{"name": "digits", "version": "1", "state": "READY", "reason": ""}],
}


class Lying(PlantedServer):
    def __init__(self, every: int):
        super().__init__()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
        self._every, self._inferences = every, 0
        self.log["lies"] = 0

    def answer(self, head, body, connection):
        path = head.split(b" ", 2)[1].decode().split("?")[0]
        if path.endswith("/infer"):
            return ok(self._infer(json.loads(body)))
        if path in DOCUMENTS:
            return ok(json.dumps(DOCUMENTS[path]).encode())
        return ok(b'{"error":"Not Found"}', "404 Not Found")

    def _infer(self, request) -> bytes:
        pixels = np.array(request["inputs"][0]["data"], np.float32).reshape(-1, 64)
        label, probabilities = self._session.run(["label", "probabilities"], {"pixels": pixels})
        self._inferences += 1
        if len(self.connections) > 2 and self._inferences % self._every == 0:
            self.log["lies"] += 1
            label = (label + 1) % 10
        values = [("label", "INT64", label), ("probabilities", "FP32", probabilities)]
        outputs = [{"name": name, "datatype": kind, "shape": list(value.shape), "data": value.flatten().tolist()}
                   for name, kind, value in values]
        return json.dumps({"model_name": "digits", "model_version": "1", "outputs": outputs}).encode()


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("--every", type=int, default=50)
    Lying(flags.parse_args().every).run()
