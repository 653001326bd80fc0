"""TorchServe's inference API: requests in the forms of its documents, and `mettle load`'s own client."""

import json
import urllib.parse
import uuid

import numpy as np
import pytest

from support import paths
from support.http import ask
from support.loading import load
from support.samples import rows, samples


@pytest.fixture(scope="module")
def server(serve_for_module, repository):
    return serve_for_module(repository)


@pytest.fixture(scope="module")
def identities(serve_for_module):
    return serve_for_module(paths.DATA / "identities")


def multipart(*fields) -> tuple[bytes, dict]:
    """As curl -F makes it: (name, content, file name or None, content type or None)."""
    boundary = uuid.uuid4().hex
    body = b""
    for name, content, file, kind in fields:
        body += f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"'.encode()
        body += f'; filename="{file}"'.encode() if file else b""
        body += (f"\r\nContent-Type: {kind}" if kind else "").encode() + b"\r\n\r\n" + content + b"\r\n"
    return body + f"--{boundary}--\r\n".encode(), {"Content-Type": f"multipart/form-data; boundary={boundary}"}


def test_ping_says_that_it_is_healthy(server):
    for method in ("GET", "POST"):
        reply = ask(server.url + "/ping", method)
        assert reply.status == 200 and reply.json() == {"status": "Healthy"}


def test_options_describe_the_api(server):
    whole = ask(server.url + "/", "OPTIONS").json()
    assert whole["openapi"].startswith("3.") and "/predictions/{model_name}" in whole["paths"]
    one = ask(server.url + "/predictions/digits", "OPTIONS").json()
    assert list(one["paths"]) == ["/predictions/digits"]


@pytest.mark.parametrize("method", ["POST", "PUT"])
@pytest.mark.parametrize("path", ["/predictions/digits", "/predictions/digits/1", "/predictions/digits/1.0"])
def test_a_row_and_a_batch_get_the_right_digits(server, method, path):
    pixels, labels = rows(3)
    batch = ask(server.url + path, method, json={"pixels": pixels.tolist()})
    assert batch.status == 200 and batch.json()["label"] == labels.tolist()
    for body in (pixels[0].tolist(), {"data": pixels[0].tolist()}, {"body": pixels[0].tolist()}):
        single = ask(server.url + path, method, json=body)
        assert single.status == 200 and single.json()["label"] == labels[0], single.body
        np.testing.assert_allclose(single.json()["probabilities"], batch.json()["probabilities"][0], atol=1e-5)


def test_a_body_without_a_content_type_is_json_for_numbers(server):
    pixels, labels = rows(2)
    body = json.dumps(pixels.tolist()).encode()
    for kind in ("application/x-www-form-urlencoded", "text/plain", "application/octet-stream"):
        reply = ask(server.url + "/predictions/digits", "POST", body, {"Content-Type": kind})
        assert reply.status == 200 and reply.json()["label"] == labels.tolist()


def test_files_fields_and_queries_are_inputs(server):
    (sample, *_) = samples("wine")
    (name, value), = sample["inputs"].items()
    text = json.dumps(value)
    for field in (name, "data"):
        reply = ask(server.url + "/predictions/wine", "POST", *multipart((field, text.encode(), "row.json", None)))
        assert reply.status == 200 and reply.json()["label"] == sample["outputs"]["label"], reply.body
        query = urllib.parse.urlencode({field: text})
        reply = ask(server.url + f"/predictions/wine?{query}")
        assert reply.status == 200 and reply.json()["label"] == sample["outputs"]["label"], reply.body
        reply = ask(server.url + "/predictions/wine", "POST", query.encode(),
                    {"Content-Type": "application/x-www-form-urlencoded"})
        assert reply.status == 200, reply.body


def test_a_single_output_is_bare(identities):
    reply = ask(identities.url + "/predictions/FP32", "POST", json=[[1, 2.5], [float("inf"), 4]])
    assert reply.status == 200 and reply.body == b"[[1.0,2.5],[Infinity,4.0]]"
    assert ask(identities.url + "/predictions/FP32", "POST", json=[1, 2]).json() == [1.0, 2.0]
    reply = ask(identities.url + "/predictions/BYTES", "POST", json=["caf\u00e9", {"b64": "aGk="}])
    assert reply.json() == ["caf\u00e9", "hi"], reply.body


@pytest.mark.parametrize("path, body, status, kind, message", [
    ("/predictions/none", b"[1]", 404, "ModelNotFoundException", "Model not found: none"),
    ("/predictions/digits/9.0", b"[1]", 404, "ModelVersionNotFoundException", "Model version: 9 does not exist for model: digits"),
    ("/predictions/digits/x", b"[1]", 404, "ModelVersionNotFoundException", "Model version: x does not exist"),
    ("/predictions", b"[1]", 404, "ResourceNotFoundException", "Not Found"),
    ("/predictions/digits/1/2", b"[1]", 404, "ResourceNotFoundException", "Not Found"),
    ("/predictions/digits", b"", 400, "BadRequestException", "no body"),
    ("/predictions/digits", b"\xff\xd8\xff", 400, "BadRequestException", "input 'pixels'"),
    ("/predictions/digits", b"[1, 2]", 400, "BadRequestException", "[1,2], and the model takes [-1,64]"),
    ("/predictions/digits", b'{"data": [1', 400, "BadRequestException", "JSON"),
    ("/predictions/digits", b'{"x": [1]}', 400, "BadRequestException", "'x' is no input; the model takes pixels"),
    ("/predictions/digits", b"[" * 100_000, 400, "BadRequestException", ""),
    ("/explanations/digits", b"[1]", 501, "NotImplementedException", "explanations are not offered")])
def test_mistakes_have_torchserves_form(server, path, body, status, kind, message):
    reply = ask(server.url + path, "POST", body)
    answer = reply.json()
    assert reply.status == status, answer
    assert list(answer) == ["code", "type", "message"] and answer["code"] == status and answer["type"] == kind
    assert message in answer["message"]


def test_a_wrong_method_is_405(server):
    reply = ask(server.url + "/predictions/digits", "DELETE")
    assert reply.status == 405 and reply.json()["type"] == "MethodNotAllowedException"
    assert set(reply.headers["allow"].split(", ")) >= {"GET", "POST", "PUT", "OPTIONS"}


@pytest.mark.parametrize("body, kind", [
    (b"--b\r\nContent-Disposition: form-data; name=\"data\"\r\n\r\n[1,", "multipart/form-data; boundary=b"),
    (b"--b\r\n" * 1000, "multipart/form-data; boundary=b"), (b"[1]", "multipart/form-data"), (b"", "multipart/form-data; boundary=b"),
    (b"data=%5B1", "application/x-www-form-urlencoded"), (b"data", "application/x-www-form-urlencoded")])
def test_wrong_forms_are_400(server, body, kind):
    reply = ask(server.url + "/predictions/digits", "POST", body, {"Content-Type": kind})
    assert reply.status == 400 and reply.json()["type"] == "BadRequestException", reply.body


def test_fields_given_twice_or_unknown_are_400(server):
    one = json.dumps(rows(1)[0].tolist()).encode()
    for second in ("data", "pixels", "colour"):
        reply = ask(server.url + "/predictions/digits", "POST", *multipart(("data", one, None, None), (second, one, None, None)))
        assert reply.status == 400, reply.body


def test_mettle_load_speaks_it_with_the_server(server, tmp_path):
    (tmp_path / "row.json").write_text(json.dumps(rows(3)[0].tolist()))
    run = load(tmp_path, f"torchserve+{server.url}", "--model", "digits", "--body", tmp_path / "row.json", "-u", "2", "-i", "200")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    assert run.result["target"]["protocol"] == "torchserve"
