"""Each of the types through the protocols whose JSON names no types, and what does not fit one, through all three."""

import json

import numpy as np
import pytest

from support import paths
from support.http import ask
from support.samples import output

VALUES = {
    "BOOL": [[True, False]], "UINT8": [[0, 255]], "UINT16": [[0, 65535]], "UINT32": [[0, 2**32 - 1]],
    "UINT64": [[2**53 + 1, 2**64 - 1]], "INT8": [[-128, 127]], "INT16": [[-32768, 32767]], "INT32": [[-(2**31), 2**31 - 1]],
    "INT64": [[-(2**63), 2**63 - 1], [2**53 + 1, -1]], "FP16": [[65504.0, 0.5]], "BF16": [[1.5, -3.0]],
    "FP32": [[0.1, 3.4028235e38]], "FP64": [[0.1, 1.7976931348623157e308]], "BYTES": [["", "grün 🙂"], ["\"q\"", "x"]],
}
WRONG = [  # Type, and the second value of a row, as JSON.
    ("UINT8", "256"), ("UINT8", "-1"), ("INT8", "128"), ("INT8", "-129"), ("UINT16", "65536"), ("INT16", "32768"),
    ("UINT32", "4294967296"), ("INT32", "2147483648"), ("UINT64", "18446744073709551616"), ("INT64", "9223372036854775808"),
    ("INT32", "1.5"), ("INT32", "1e1000"), ("INT32", "NaN"), ("INT32", "true"), ("INT32", "\"1\""), ("INT32", "null"),
    ("FP32", "1e39"), ("FP32", "true"), ("FP32", "\"1\""), ("FP32", "null"), ("FP64", "1e999"), ("BOOL", "2"), ("BOOL", "\"true\""),
    ("BYTES", "1"), ("BYTES", "\"\xff\xfe\""), ("BYTES", "\"\xc3\""), ("BYTES", "\"\xed\xa0\x80\""), ("BYTES", "\"\\ud800\""),
]


@pytest.fixture(scope="module")
def server(serve_for_module):
    return serve_for_module(paths.DATA / "identities", paths.DATA / "shapes")


@pytest.mark.parametrize("datatype", VALUES)
def test_every_type_comes_back_through_predict(server, datatype):
    values = VALUES[datatype]
    reply = ask(f"{server.url}/predict/{datatype}", "POST", json={"x": values})
    assert reply.status == 200, reply.body
    same(reply.json()["y"], values)
    reply = ask(f"{server.url}/predict/{datatype}", "POST", json={"x": values[0]})
    same(reply.json()["y"], values[0])


@pytest.mark.parametrize("datatype", VALUES)
@pytest.mark.parametrize("form, key", [("instances", "predictions"), ("inputs", "outputs")])
def test_every_type_comes_back_through_tf_serving(server, datatype, form, key):
    values = VALUES[datatype]
    reply = ask(f"{server.url}/v1/models/{datatype}:predict", "POST", json={form: values})
    assert reply.status == 200, reply.body
    same(reply.json()[key], values)


@pytest.mark.parametrize("datatype, value", WRONG, ids=lambda text: text.encode("unicode_escape").decode())
def test_what_does_not_fit_the_type_is_refused_by_all(server, datatype, value):
    good = json.dumps(VALUES[datatype][0][0]).encode()
    row = b"[" + good + b"," + value.encode("latin-1") + b"]"
    for path, status, body in [
            (f"/v2/models/{datatype}/infer", 400,
             b'{"inputs":[{"name":"x","shape":[1,2],"datatype":"%s","data":%s}]}' % (datatype.encode(), row)),
            (f"/predict/{datatype}", 422, b'{"x":[' + row + b"]}"),
            (f"/v1/models/{datatype}:predict", 400, b'{"instances":[' + row + b"]}")]:
        reply = ask(server.url + path, "POST", body)
        assert reply.status == status, (path, body, reply.body)
        assert reply.json()


@pytest.mark.parametrize("name", ["", "fp32", "FLOAT", "FP8", "TYPE_FP32", "FP32 ", "STRING", "\u0000"])
def test_a_datatype_that_is_none_is_named(server, name):
    reply = ask(f"{server.url}/v2/models/FP32/infer", "POST", json={
        "inputs": [{"name": "x", "shape": [1, 2], "datatype": name, "data": [1, 2]}]})
    assert reply.status == 400 and "is no V2 datatype" in reply.error


def test_no_rows_are_refused_by_all(server):
    for path, status, body in [("/v2/models/FP32/infer", 400, {"inputs": [{"name": "x", "shape": [0, 2], "datatype": "FP32",
                                                                           "data": []}]}),
                               ("/predict/FP32", 422, {"x": []}), ("/v1/models/FP32:predict", 400, {"instances": []}),
                               ("/v1/models/FP32:predict", 400, {"inputs": []})]:
        reply = ask(server.url + path, "POST", json=body)
        assert reply.status == status, (path, reply.body)


def test_scalars_and_nothing_go_through_predict(server):
    assert ask(f"{server.url}/predict/scalar", "POST", json={"x": 4.5}).json() == {"y": 4.5}
    assert ask(f"{server.url}/v1/models/scalar:predict", "POST", json={"inputs": 4.5}).json() == {"outputs": 4.5}
    assert ask(f"{server.url}/predict/free", "POST", json={"x": [[], []]}).json() == {"y": [[], []]}


def test_rows_of_nothing_are_rows(server):
    reply = ask(f"{server.url}/v2/models/free/infer", "POST", json={
        "inputs": [{"name": "x", "shape": [3, 0], "datatype": "FP32", "data": []}]})
    assert output(reply.json(), "y") == {"name": "y", "datatype": "FP32", "shape": [3, 0], "data": []}


def same(got, wanted):
    if isinstance(np.ravel(wanted)[0], np.floating):
        np.testing.assert_allclose(got, wanted, rtol=1e-6)
    else:
        assert got == wanted
