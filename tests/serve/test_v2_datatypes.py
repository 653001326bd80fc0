"""Each of V2's types and each kind of shape, through models that give back what they get."""

import json

import ml_dtypes
import numpy as np
import pytest
import tritonclient.http as triton

from support import paths
from support.http import ask
from support.samples import output

VALUES = {
    "BOOL": np.array([[True, False], [False, True]]),
    "UINT8": np.array([[0, 255]], np.uint8),
    "UINT16": np.array([[0, 65535]], np.uint16),
    "UINT32": np.array([[0, 2**32 - 1]], np.uint32),
    "UINT64": np.array([[2**53 + 1, 2**64 - 1]], np.uint64),
    "INT8": np.array([[-128, 127]], np.int8),
    "INT16": np.array([[-32768, 32767]], np.int16),
    "INT32": np.array([[-(2**31), 2**31 - 1]], np.int32),
    "INT64": np.array([[-(2**63), 2**63 - 1], [2**53 + 1, -1]], np.int64),
    "FP16": np.array([[65504, 6e-8]], np.float16),
    "FP32": np.array([[3.4028235e38, 1.1754944e-38], [0.1, -0.0]], np.float32),
    "FP64": np.array([[1.7976931348623157e308, 0.1], [1 / 3, -2.2250738585072014e-308]], np.float64),
    "BYTES": np.array([["", "grün"], ["\"quoted\"\n", "🙂"]], object),
}


@pytest.fixture(scope="module")
def server(serve_for_module):
    return serve_for_module(paths.DATA / "identities", paths.DATA / "shapes")


@pytest.fixture(scope="module")
def client(server):
    client = triton.InferenceServerClient(server.address)
    yield client
    client.close()


@pytest.mark.parametrize("binary_in", [True, False])
@pytest.mark.parametrize("binary_out", [True, False])
@pytest.mark.parametrize("datatype", VALUES)
def test_every_value_comes_back_as_it_went(client, datatype, binary_in, binary_out):
    if datatype == "FP16" and not (binary_in and binary_out):
        pytest.skip("FP16 has no JSON form")
    values = VALUES[datatype]
    tensor = triton.InferInput("x", list(values.shape), datatype)
    tensor.set_data_from_numpy(values, binary_data=binary_in)
    answer = client.infer(datatype, [tensor], outputs=[triton.InferRequestedOutput("y", binary_data=binary_out)])
    back = answer.as_numpy("y")
    if datatype == "BYTES":
        back = np.vectorize(lambda text: text.decode() if isinstance(text, bytes) else text, otypes=[object])(back)
    np.testing.assert_array_equal(back, values)


def test_bytes_need_not_be_utf8_in_binary(client):
    values = np.array([[b"\xff\x00\xfe", b""]], object)
    tensor = triton.InferInput("x", [1, 2], "BYTES")
    tensor.set_data_from_numpy(values)
    assert client.infer("BYTES", [tensor]).as_numpy("y").tolist() == values.tolist()


def test_bf16_in_binary(client):
    values = np.array([[1.5, -0.0], [3.3895314e38, 1.1754944e-38], [0.15625, np.inf]], ml_dtypes.bfloat16)
    tensor = triton.InferInput("x", [3, 2], "BF16")
    tensor.set_data_from_numpy(values)
    assert client.get_model_metadata("BF16")["inputs"] == [{"name": "x", "datatype": "BF16", "shape": [-1, 2]}]
    back = client.infer("BF16", [tensor]).as_numpy("y")
    np.testing.assert_array_equal(back, values)


@pytest.mark.parametrize("datatype", ["FP16", "BF16"])
@pytest.mark.parametrize("direction", ["in", "out"])
def test_halves_in_json_are_refused_with_the_way_out(server, datatype, direction):
    if direction == "in":
        reply = post(server, datatype, "x", [1, 2], datatype, [1, 2])
    else:
        head = json.dumps({"inputs": [{"name": "x", "shape": [1, 2], "datatype": datatype,
                                       "parameters": {"binary_data_size": 4}}]}).encode()
        reply = ask(server.url + f"/v2/models/{datatype}/infer", "POST", head + b"\0\0\0\0",
                    {"Inference-Header-Content-Length": str(len(head))})
    assert reply.status == 400 and datatype in reply.error and "binary" in reply.error


@pytest.mark.parametrize("model, shape, data, back", [
    ("fixed", [2, 3], [[1, 2, 3], [4, 5, 6]], [1, 2, 3, 4, 5, 6]),
    ("fixed", [2, 3], [1, 2, 3, 4, 5, 6], [1, 2, 3, 4, 5, 6]),
    ("free", [1, 0], [], []),
    ("free", [3, 1], [[1], [2], [3]], [1, 2, 3]),
    ("scalar", [], [4.5], [4.5]),
])
def test_shapes(server, model, shape, data, back):
    reply = post(server, model, "x", shape, "FP32", data)
    assert reply.status == 200, reply.body
    assert output(reply.json(), "y") == {"name": "y", "datatype": "FP32", "shape": shape, "data": back}


def test_no_rows_are_no_request(server):
    """Triton wants a batch of at least 1 too."""
    reply = post(server, "free", "x", [0, 5], "FP32", [])
    assert reply.status == 400 and "rows" in reply.error


def test_two_inputs_in_either_order(server):
    a = {"name": "a", "shape": [2, 2], "datatype": "FP32", "data": [1, 2, 3, 4]}
    b = {"name": "b", "shape": [2, 2], "datatype": "FP32", "data": [10, 20, 30, 40]}
    for inputs in ([a, b], [b, a]):
        reply = ask(server.url + "/v2/models/two/infer", "POST", json={"inputs": inputs})
        assert output(reply.json(), "sum")["data"] == [11, 22, 33, 44]
        assert output(reply.json(), "difference")["data"] == [-9, -18, -27, -36]


def test_one_input_in_json_and_the_other_in_binary(server):
    a = {"name": "a", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]}
    b = {"name": "b", "shape": [1, 2], "datatype": "FP32", "parameters": {"binary_data_size": 8}}
    head = json.dumps({"inputs": [a, b]}).encode()
    for pad in range(4):  # The tensor lies at each alignment once.
        head = b" " * pad + json.dumps({"inputs": [a, b]}).encode()
        reply = ask(server.url + "/v2/models/two/infer", "POST", head + np.array([10, 20], "<f4").tobytes(),
                    {"Inference-Header-Content-Length": str(len(head))})
        assert output(reply.json(), "sum")["data"] == [11, 22]


def test_rows_have_to_agree_between_inputs(server):
    reply = ask(server.url + "/v2/models/two/infer", "POST", json={"inputs": [
        {"name": "a", "shape": [1, 2], "datatype": "FP32", "data": [1, 2]},
        {"name": "b", "shape": [2, 2], "datatype": "FP32", "data": [1, 2, 3, 4]}]})
    assert reply.status == 400 and "rows" in reply.error


def test_not_a_number_is_answered_as_tritons_client_reads_it(server):
    values = np.array([[np.nan, -np.inf]], np.float32)
    head = json.dumps({"inputs": [{"name": "x", "shape": [1, 2], "datatype": "FP32",
                                   "parameters": {"binary_data_size": 8}}]}).encode()
    reply = ask(server.url + "/v2/models/FP32/infer", "POST", head + values.tobytes(),
                {"Inference-Header-Content-Length": str(len(head))})
    np.testing.assert_array_equal(output(reply.json(), "y")["data"], values[0])


def test_an_optional_input_may_be_left_out(server, client):
    assert {"name": "factor", "datatype": "FP32", "shape": [-1], "optional": True} in \
        client.get_model_metadata("optional")["inputs"]
    x = {"name": "x", "shape": [2, 2], "datatype": "FP32", "data": [1, 2, 3, 4]}

    def answer(**factor):
        inputs = [x, {"name": "factor", "shape": [1], "datatype": "FP32", **factor}] if factor else [x]
        reply = ask(server.url + "/v2/models/optional/infer", "POST", json={"inputs": inputs})
        return output(reply.json(), "y")["data"] if reply.status == 200 else reply.error

    assert answer() == [2, 4, 6, 8]
    assert answer(data=[10]) == [10, 20, 30, 40]
    assert answer() == [2, 4, 6, 8]
    assert answer(data=[5, 7], shape=[2]) == [5, 14, 15, 28]
    assert "datatype is INT32" in answer(data=[1], datatype="INT32")
    assert "missing" in ask(server.url + "/v2/models/optional/infer", "POST", json={"inputs": [
        {"name": "factor", "shape": [1], "datatype": "FP32", "data": [1]}]}).error
    for path in ("/predict/optional", "/v1/models/optional:predict"):  # Where inputs can't be left out, it is.
        body = {"x": [[1, 2]]} if path.startswith("/predict") else {"instances": [[1, 2]]}
        reply = ask(server.url + path, "POST", json=body)
        assert reply.status == 200 and b"2.0,4.0" in reply.body.replace(b" ", b""), reply.body


def test_each_call_gets_the_answer_by_its_own_optional_input(serve):
    server = serve(paths.DATA / "shapes/optional", "--lane", "worker", "--workers", "1")
    with triton.InferenceServerClient(server.address, concurrency=16) as client:
        waiting = []
        for number in range(200):
            x = triton.InferInput("x", [1, 2], "FP32")
            x.set_data_from_numpy(np.array([[number, 1]], np.float32))
            factor = triton.InferInput("factor", [1], "FP32")
            factor.set_data_from_numpy(np.array([number % 7], np.float32))
            waiting.append(client.async_infer("optional", [x, factor] if number % 3 else [x]))
        for number, got in enumerate(waiting):
            by = number % 7 if number % 3 else 2
            assert got.get_result().as_numpy("y").tolist() == [[number * by, by]]


def post(server, model, name, shape, datatype, data):
    return ask(server.url + f"/v2/models/{model}/infer", "POST",
               json={"inputs": [{"name": name, "shape": shape, "datatype": datatype, "data": data}]})
