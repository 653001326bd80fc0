"""/invocations as MLflow's and SageMaker's clients call it. The answers marked so are those of MLflow 3.17's own scoring
server for the same models, saved with mlflow.onnx."""

import csv
import io
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from support import paths
from support.http import ask
from support.samples import DIGITS, rows


@pytest.fixture(scope="module")
def server(serve_for_module):
    return serve_for_module(paths.DIGITS)


@pytest.fixture(scope="module")
def sums(serve_for_module, tmp_path_factory):
    """y = the sum of a row of x FP32[n,3]."""
    node = helper.make_node("ReduceSum", ["x"], ["y"], axes=[1], keepdims=0)
    tensors = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3])], [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N"])]
    file = tmp_path_factory.mktemp("sums") / "sums.onnx"
    onnx.save(helper.make_model(helper.make_graph([node], "g", *tensors), opset_imports=[helper.make_opsetid("", 12)], ir_version=7), file)
    return serve_for_module(file)


def invoke(server, body, kind="application/json", **headers):
    body = body if isinstance(body, (bytes, str)) else json.dumps(body)
    reply = ask(server.url + "/invocations", "POST", body.encode() if isinstance(body, str) else body, {"Content-Type": kind, **headers})
    return reply.status, reply.json()


def test_ping_is_200(server):
    assert ask(server.url + "/ping").status == 200


PIXELS = DIGITS[0]["inputs"]["pixels"]
# MLflow's answer to each of these.
PREDICTIONS = {"predictions": {"label": [7], "probabilities": [[
    5.860624696651939e-06, 2.990865823448985e-06, 5.067935035185656e-06, 3.9781843952368945e-05, 0.0003450594376772642,
    3.672397360787727e-05, 1.4203374121279921e-07, 0.9956580400466919, 5.245627835392952e-05, 0.003853833070024848]]}}


@pytest.mark.parametrize("body", [
    {"inputs": PIXELS}, {"inputs": {"pixels": PIXELS}}, {"instances": PIXELS}, {"instances": [{"pixels": PIXELS[0]}]},
    {"inputs": PIXELS, "params": {"a": 1}}])
def test_tensors_get_what_mlflow_answers(server, body):
    status, answer = invoke(server, body)
    assert status == 200 and answer.keys() == PREDICTIONS.keys()
    assert list(answer["predictions"]) == ["label", "probabilities"] and answer["predictions"]["label"] == [7]
    np.testing.assert_allclose(answer["predictions"]["probabilities"], PREDICTIONS["predictions"]["probabilities"], atol=1e-5)


@pytest.mark.parametrize("kind, body", [
    ("application/json", {"dataframe_split": {"columns": ["a", "b", "c"], "data": [[1, 2, 3], [4, 5, 6.5]]}}),
    ("application/json", {"dataframe_split": {"columns": ["a", "b", "c"], "index": [0, 1], "data": [[1, 2, 3], [4, 5, 6.5]]}}),
    ("application/json", {"dataframe_records": [{"a": 1, "b": 2, "c": 3}, {"c": 6.5, "b": 5, "a": 4}]}),
    ("application/json; charset=utf-8", {"dataframe_records": [{"x": [1, 2, 3]}, {"x": [4, 5, 6.5]}]}),
    ("text/csv", "a,b,c\n1,2,3\n4,5,6.5\n"),
    ("text/csv; charset=utf-8", "1,2,3\r\n4,5,6.5")])  # As SageMaker's clients send it; MLflow wants names.
def test_tables_get_what_mlflow_answers(sums, kind, body):
    assert invoke(sums, body, kind) == (200, {"predictions": [{"y": 6.0}, {"y": 15.5}]})


def test_missing_numbers_are_nan_as_for_mlflow(sums):
    for kind, body in (("text/csv", "a,b,c\n1,2,3\n4,,6.5\n"), ("application/json", '{"dataframe_split": {"data": [[1,2,3],[4,null,6.5]]}}')):
        reply = ask(sums.url + "/invocations", "POST", body.encode(), {"Content-Type": kind})
        assert reply.body == b'{"predictions":[{"y":6.0},{"y":NaN}]}'


def test_records_have_all_outputs_of_a_row(server):
    pixels, labels = rows(3)
    status, answer = invoke(server, {"dataframe_split": {"data": pixels.tolist()}})
    assert status == 200 and [record["label"] for record in answer["predictions"]] == labels.tolist()
    assert all(len(record["probabilities"]) == 10 for record in answer["predictions"])


def test_who_accepts_csv_gets_it(server, sums):
    reply = ask(sums.url + "/invocations", "POST", b"1,2,3\n4,5,6.5\n", {"Content-Type": "text/csv", "Accept": "text/csv"})
    assert reply.headers["content-type"] == "text/csv" and reply.body == b"6.0\n15.5\n"
    pixels, labels = rows(3)
    reply = ask(server.url + "/invocations", "POST", json.dumps({"inputs": pixels.tolist()}).encode(),
                {"Content-Type": "application/json", "Accept": "text/csv; charset=utf-8"})
    table = [line.split(",") for line in reply.body.decode().splitlines()]
    assert [int(row[0]) for row in table] == labels.tolist() and {len(row) for row in table} == {11}
    np.testing.assert_allclose(np.array(table, float)[:, 1:].sum(axis=1), 1, atol=1e-5)


def test_texts_in_csv_are_quoted(serve):
    server = serve(paths.DATA / "identities")
    reply = ask(server.url + "/invocations", "POST", json.dumps({"inputs": [["a,b", 'say "x"'], ["", "c"]]}).encode(),
                {"Content-Type": "application/json", "Accept": "text/csv", "X-Amzn-SageMaker-Target-Model": "BYTES"})
    assert list(csv.reader(io.StringIO(reply.body.decode()))) == [["a,b", 'say "x"'], ["", "c"]]


def test_one_of_several_models_is_named(serve, repository):
    server = serve(repository)
    status, answer = invoke(server, {"inputs": PIXELS})
    assert status == 400 and answer["error_code"] == "BAD_REQUEST"
    assert "digits, wine" in answer["message"] and "x-amzn-sagemaker-target-model" in answer["message"]
    for name in ("digits", "digits.tar.gz"):
        status, answer = invoke(server, {"inputs": PIXELS}, **{"X-Amzn-SageMaker-Target-Model": name})
        assert status == 200 and answer["predictions"]["label"] == [7]
    status, answer = invoke(server, {"inputs": PIXELS}, **{"X-Amzn-SageMaker-Target-Model": "none"})
    assert status == 404 and answer["error_code"] == "RESOURCE_DOES_NOT_EXIST"


@pytest.mark.parametrize("body, kind, status, message", [
    # MLflow refuses these with the same status.
    ("{", "application/json", 400, "JSON"),
    ({}, "application/json", 400, "exactly one of"),
    ([1], "application/json", 400, "not a JSON object"),
    ({"inputs": PIXELS, "instances": PIXELS}, "application/json", 400, "exactly one of"),
    ("x", "text/plain", 415, "application/json or text/csv"),
    ({"inputs": [[1]]}, "application/json", 400, "the model takes [-1,64]"),
    ({"dataframe_split": {"columns": ["a"], "data": [[1]]}}, "application/json", 400, "input 'pixels'"),
    ("1,2\n3\n", "text/csv", 400, "row 1 has 1 values"),
    ("", "text/csv", 400, "no body"),
    # MLflow takes these: it fills up with NaN, and passes params over, whatever they are.
    ({"dataframe_records": [{"a": 1, "b": 2}, {"a": 1}]}, "application/json", 400, "record 1 has no 'b'"),
    ({"inputs": PIXELS, "params": 3}, "application/json", 400, "'params' is not an object"),
    ("[" * 100_000, "application/json", 400, ""),
    (b"\xff\xfe,1\n", "text/csv", 400, ""),
    ('"' * 99_999, "text/csv", 400, "")])
def test_mistakes_have_mlflows_form(server, body, kind, status, message):
    got, answer = invoke(server, body, kind)
    assert got == status, answer
    assert list(answer) == ["error_code", "message"] and answer["error_code"] == "BAD_REQUEST" and message in answer["message"]


def test_a_table_of_too_many_values_is_413(server):
    got, answer = invoke(server, '{"dataframe_split":{"data":[[' + "1," * 9_000_000 + "1]]}}")
    assert got == 413 and "'inputs'" in answer["message"]
    got, answer = invoke(server, "1," * 9_000_000 + "1", "text/csv")
    assert got == 413


def test_other_methods_are_405(server):
    reply = ask(server.url + "/invocations")
    assert reply.status == 405 and reply.json()["error_code"] == "BAD_REQUEST"
