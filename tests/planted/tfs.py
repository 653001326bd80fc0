"""A TensorFlow Serving of a model that halves: x FP32[-1,2] and a text -> y FP32[-1,2] and the text's length. It follows
the documented REST API in both formats, and refuses what that refuses. Of --nan N requests one answers NaN."""

import argparse
import base64
import json

from base import PlantedServer, ok


def tensor(kind, *dims):
    return {"dtype": kind, "name": "t:0",
            "tensor_shape": {"dim": [{"size": str(dim), "name": ""} for dim in dims], "unknown_rank": False}}


SIGNATURE = {"inputs": {"x": tensor("DT_FLOAT", -1, 2), "text": tensor("DT_STRING", -1)},
             "outputs": {"y": tensor("DT_FLOAT", -1, 2), "length": tensor("DT_INT64", -1)},
             "method_name": "tensorflow/serving/predict"}
STATUS = {"model_version_status": [{"version": "3", "state": "AVAILABLE",
                                    "status": {"error_code": "OK", "error_message": ""}}]}
METADATA = {"model_spec": {"name": "half", "signature_name": "", "version": "3"},
            "metadata": {"signature_def": {"signature_def": {"serving_default": SIGNATURE}}}}


def halve(x, text):
    assert isinstance(x, list) and len(x) == 2, "x is of shape [2]"
    return [value / 2 for value in x], len(base64.b64decode(text["b64"], validate=True))


class Tfs(PlantedServer):
    def __init__(self, nan: int):
        super().__init__()
        self._nan, self._count = nan, 0
        self.log.update(rows=0, columnar=0, nans=0)

    def answer(self, head, body, connection):
        method, path = head.split(b" ", 2)[:2]
        if path in (b"/v1/models/half", b"/v1/models/half/versions/3"):
            return ok(json.dumps(STATUS, indent=1).encode())
        if path in (b"/v1/models/half/metadata", b"/v1/models/half/versions/3/metadata"):
            return ok(json.dumps(METADATA, indent=1).encode())
        if method != b"POST" or path not in (b"/v1/models/half:predict", b"/v1/models/half/versions/3:predict"):
            return ok(b'{"error":"Malformed request"}', "404 Not Found")
        try:
            return ok(self._predict(json.loads(body)))
        except (AssertionError, KeyError, TypeError, ValueError) as error:
            return ok(json.dumps({"error": str(error)}).encode(), "400 Bad Request")

    def _predict(self, request) -> bytes:
        assert ("instances" in request) != ("inputs" in request), "one of instances and inputs"
        if columnar := "inputs" in request:
            self.log["columnar"] += 1
            rows = zip(request["inputs"]["x"], request["inputs"]["text"], strict=True)
        else:
            rows = [(row["x"], row["text"]) for row in request["instances"]]
        answers = [halve(*row) for row in rows]
        self.log["rows"] += len(answers)
        self._count += 1
        if self._nan and self._count % self._nan == 0:
            self.log["nans"] += 1
            answers[0][0][0] = float("nan")
        if columnar:
            return json.dumps({"outputs": {"y": [y for y, _ in answers], "length": [n for _, n in answers]}}).encode()
        return json.dumps({"predictions": [{"y": y, "length": n} for y, n in answers]}).encode()


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("--nan", type=int, default=0)
    Tfs(flags.parse_args().nan).run()
