"""TF Serving's REST API: requests in the forms of its documents, and `mettle load`'s own client."""

import json

import numpy as np
import pytest

from support import paths
from support.http import ask as ask_http
from support.loading import load
from support.samples import rows, samples


@pytest.fixture(scope="module")
def server(serve_for_module, repository):
    return serve_for_module(repository)


def ask(server, path, body):
    reply = ask_http(server.url + path, "POST", body if isinstance(body, bytes) else json.dumps(body).encode())
    return reply.status, reply.json()


def get(server, path):
    reply = ask_http(server.url + path)
    return reply.status, reply.json()


@pytest.mark.parametrize("path", ["/v1/models/digits:predict", "/v1/models/digits/versions/1:predict",
                                  "/v1/models/digits%3Apredict"])
def test_rows_and_columns_get_the_right_digits(server, path):
    pixels, labels = rows(5)
    status, by_row = ask(server, path, {"signature_name": "serving_default", "instances": pixels.tolist()})
    assert status == 200 and [row["label"] for row in by_row["predictions"]] == labels.tolist()
    assert all(len(row["probabilities"]) == 10 for row in by_row["predictions"])
    _, named = ask(server, path, {"instances": [{"pixels": row} for row in pixels.tolist()]})
    assert named == by_row
    for inputs in (pixels.tolist(), {"pixels": pixels.tolist()}):
        status, by_column = ask(server, path, {"inputs": inputs})
        assert status == 200 and by_column["outputs"]["label"] == labels.tolist()
        assert by_column["outputs"]["probabilities"] == [row["probabilities"] for row in by_row["predictions"]]


def test_the_samples_are_answered_right(server):
    for sample in samples("wine"):
        _, answer = ask(server, "/v1/models/wine:predict", {"inputs": sample["inputs"]})
        assert answer["outputs"]["label"] == sample["outputs"]["label"]
        np.testing.assert_allclose(answer["outputs"]["probabilities"], sample["outputs"]["probabilities"],
                                   rtol=0, atol=sample["atol"])


def test_classify_gives_results_of_label_and_score(server):
    pixels, labels = rows(3)
    status, answer = ask(server, "/v1/models/digits:classify", {"examples": [{"pixels": row} for row in pixels.tolist()]})
    assert status == 200 and list(answer) == ["results"]
    for classes, label in zip(answer["results"], labels, strict=True):
        assert [name for name, _ in classes] == [str(index) for index in range(10)]
        assert max(classes, key=lambda pair: pair[1])[0] == str(label)
    status, answer = ask(server, "/v1/models/digits:regress", {"examples": [{"pixels": pixels[0].tolist()}]})
    assert status == 400 and "no output with one number for each example" in answer["error"]


def test_status_and_metadata_describe_the_versions(server):
    status, body = get(server, "/v1/models/digits")
    versions = body["model_version_status"]
    assert status == 200 and [each["version"] for each in versions] == ["3", "1"]
    assert versions[0]["state"] == "AVAILABLE" and versions[0]["status"] == {"error_code": "OK", "error_message": ""}
    assert len(get(server, "/v1/models/digits/versions/1")[1]["model_version_status"]) == 1
    metadata = get(server, "/v1/models/digits/metadata")[1]
    assert metadata["model_spec"] == {"name": "digits", "signature_name": "", "version": "3"}
    signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
    pixels = signature["inputs"]["pixels"]
    assert pixels["dtype"] == "DT_FLOAT" and [dim["size"] for dim in pixels["tensor_shape"]["dim"]] == ["-1", "64"]


@pytest.mark.parametrize("path, body, status, message", [
    ("/v1/models/none:predict", {"instances": [1]}, 404, "Could not find any versions of model none"),
    ("/v1/models/digits/versions/2:predict", {"instances": [1]}, 404, "Could not find version 2 of model digits"),
    ("/v1/models/digits/labels/stable:predict", {"instances": [1]}, 400, "Unrecognized servable version label: stable"),
    ("/v1/models/digits:explain", {"instances": [1]}, 404, "'explain' is no question"),
    ("/v1/models/digits", {"instances": [1]}, 404, "is no question"),
    ("/v1/models/digits:predict", b"", 400, "has no body"),
    ("/v1/models/digits:predict", b"{", 400, "is not valid JSON"),
    ("/v1/models/digits:predict", {"instances": [[1, 2]]}, 400, "shape [1,2], and the model takes [-1,64]"),
    ("/v1/models/digits:predict", {"instances": [{"b64": "*"}]}, 400, "input 'pixels'"),
    ("/v1/models/digits:predict", {"signature_name": "x", "instances": [1]}, 400, "not found in signature def"),
    ("/v1/models/digits:predict", b"[" * 100_000, 400, "request")])
def test_mistakes_are_said(server, path, body, status, message):
    got, answer = ask(server, path, body)
    assert got == status and message in answer["error"], answer


def test_nan_and_bytes_go_in_and_out(serve):
    server = serve(paths.DATA / "identities")
    reply = ask_http(server.url + "/v1/models/FP32:predict", "POST", b'{"instances":[[NaN,Infinity],[-Infinity,2]]}')
    assert reply.status == 200 and reply.body == b'{"predictions":[[NaN,Infinity],[-Infinity,2.0]]}'
    reply = ask_http(server.url + "/v1/models/FP32:predict", "POST", b'{"instances":[{"x":[NaN,1]}]}')
    assert reply.status == 200 and reply.body == b'{"predictions":[[NaN,1.0]]}'
    status, answer = ask(server, "/v1/models/BYTES:predict", {"instances": [[{"b64": "aGk="}, "there"]]})
    assert status == 200 and answer == {"predictions": [["hi", "there"]]}
    status, answer = ask(server, "/v1/models/FP16:predict", {"instances": [[1.5, 2]]})
    assert status == 200 and answer == {"predictions": [[1.5, 2.0]]}
    status, answer = ask(server, "/v1/models/BYTES:predict", {"instances": [[{"b64": "a*"}, ""]]})
    assert status == 400 and "it is not base64" in answer["error"]


@pytest.mark.parametrize("form", [[], ["--columnar"]])
def test_mettle_load_speaks_it_with_the_server(server, tmp_path, form):
    run = load(tmp_path, f"tfs+{server.url}", "--model", "digits", "-u", "2", "-i", "200", "-b", "3", *form)
    assert run.passed and run.result["totals"]["failures"] == 0, run
    assert run.result["target"]["protocol"] == "tfs"
