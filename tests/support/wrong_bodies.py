"""Inference requests of the digits model that are wrong: a body each, and a part of what we say to it."""

import json

from . import samples

PIXELS = samples.request()["inputs"][0]
DATA = PIXELS["data"]


def one(**changes) -> bytes:
    """The right request with changes in its input; `None` leaves a key out."""
    tensor = {key: value for key, value in {**PIXELS, **changes}.items() if value is not None}
    return json.dumps({"inputs": [tensor]}).encode()


def text(**changes: str) -> bytes:
    """The same with a piece of JSON text in the place of a key's value."""
    parts = {key: json.dumps(value) for key, value in PIXELS.items()} | changes
    return ('{"inputs":[{' + ",".join(f'"{key}":{value}' for key, value in parts.items()) + "}]}").encode()


def whole(**keys) -> bytes:
    return json.dumps({**samples.request(), **keys}).encode()


WRONG = {
    # What it is, the body, a part of the message.
    "empty": (b"", "no body"),
    "blank": (b" \n ", "no body"),
    "not JSON": (b"pixels=1", "JSON"),
    "cut off": (samples.body()[:-20], "JSON"),
    "binary rubbish": (bytes(range(256)), "JSON"),
    "not UTF-8": (b'{"id":"\xff\xfe","inputs":[]}', "UTF-8"),
    "an array": (b"[]", "not a JSON object"),
    "a number": (b"7", "not a JSON object"),
    "null": (b"null", "not a JSON object"),
    "two documents": (samples.body() + samples.body(), "behind"),
    "rubbish behind": (samples.body() + b"x", "JSON"),
    "deep nesting": (b"[" * 100_000, ""),
    "deep nesting in data": (text(data="[" * 100_000 + "]" * 100_000), ""),
    "no inputs": (b"{}", "no 'inputs'"),
    "inputs empty": (b'{"inputs":[]}', "input 'pixels' is missing"),
    "inputs an object": (b'{"inputs":{}}', "'inputs' is not an array"),
    "inputs of numbers": (b'{"inputs":[1]}', "'inputs' is not an array of objects"),
    "inputs null": (b'{"inputs":null}', "'inputs'"),
    "inputs twice": (b'{"inputs":[],' + samples.body()[1:], "'inputs' is given twice"),
    "id a number": (whole(id=7), "'id' is not a string"),
    "parameters an array": (whole(parameters=[]), "'parameters' is not an object"),
    "reserved parameter": (whole(parameters={"triton_x": 1}), "triton_"),
    "timeout negative": (whole(parameters={"timeout": -1}), "timeout"),
    "priority a text": (whole(parameters={"priority": "high"}), "priority"),
    "no name": (one(name=None), "name"),
    "name a number": (one(name=7), "name"),
    "name unknown": (one(name="pixel"), "unexpected input 'pixel'"),
    "name twice": (text(name='"pixels","name":"pixels"'), "given twice"),
    "input twice": (json.dumps({"inputs": [PIXELS, PIXELS]}).encode(), "input 'pixels' is given twice"),
    "surplus input": (json.dumps({"inputs": [PIXELS, {**PIXELS, "name": "more"}]}).encode(), "unexpected input 'more'"),
    "no datatype": (one(datatype=None), "datatype"),
    "datatype unknown": (one(datatype="FLOAT"), "'FLOAT' is no V2 datatype"),
    "datatype in lower case": (one(datatype="fp32"), "'fp32' is no V2 datatype"),
    "datatype of another": (one(datatype="FP64"), "the model takes FP32"),
    "datatype null": (text(datatype="null"), "datatype"),
    "no shape": (one(shape=None), "shape"),
    "shape a number": (one(shape=64), "shape"),
    "shape of texts": (one(shape=["1", "64"]), "shape"),
    "shape with a fraction": (one(shape=[1, 64.5]), "shape"),
    "shape of another rank": (one(shape=[64]), "the model takes [-1,64]"),
    "shape of rank 9": (one(shape=[1] * 9), ""),
    "shape of rank 10,000": (one(shape=[1] * 10_000), ""),
    "shape of another size": (one(shape=[1, 63]), "the model takes [-1,64]"),
    "no rows": (one(shape=[0, 64], data=[]), "no rows"),
    "shape negative": (one(shape=[-1, 64]), "shape is [-1,64]"),
    "shape overflows 64 bits": (one(shape=[2**64, 64]), "shape"),
    "shape overflows in the product": (one(shape=[2**62, 64]), ""),
    "shape promises a terabyte": (one(shape=[2**32, 64]), ""),
    "shape promises more than there is": (one(shape=[2, 64]), "64"),
    "shape promises less than there is": (one(shape=[1, 64], data=[*DATA, 1]), ""),
    "no data": (one(data=None), "data"),
    "data null": (text(data="null"), "data"),
    "data a text": (one(data="1,2,3"), "data"),
    "data of texts": (one(data=["1"] * 64), "pixels"),
    "data of truths": (one(data=[True] * 64), "pixels"),
    "data with a null": (one(data=[*DATA[:-1], None]), "pixels"),
    "data with NaN": (text(data=json.dumps(DATA[:-1] + [float("nan")])), ""),
    "data with Infinity": (text(data=json.dumps(DATA[:-1] + [float("inf")])), ""),
    "data beyond FP32": (text(data=json.dumps(DATA[:-1]).replace("]", ",1e39]")), ""),
    "data beyond FP64": (text(data=json.dumps(DATA[:-1]).replace("]", ",1e999]")), ""),
    "data nested the wrong way": (one(shape=[2, 64], data=[[value] * 2 for value in DATA]), ""),
    "data ragged": (one(shape=[2, 64], data=[DATA[:60], DATA + DATA[:4]]), ""),
    "data with a leading zero": (text(data=json.dumps(DATA[:-1]).replace("]", ",01]")), ""),
    "data with a comma too many": (text(data=json.dumps(DATA).replace("]", ",]")), ""),
    "outputs an object": (whole(outputs={}), "'outputs' is not an array"),
    "output unknown": (whole(outputs=[{"name": "digit"}]), "unexpected output 'digit'"),
    "output twice": (whole(outputs=[{"name": "label"}, {"name": "label"}]), "output 'label' is asked for twice"),
    "output without a name": (whole(outputs=[{}]), "output has no 'name'"),
    "binary_data a number": (whole(outputs=[{"name": "label", "parameters": {"binary_data": 1}}]), "binary_data"),
    "shared memory in": (one(data=None, parameters={"shared_memory_region": "r"}), "shared memory"),
    "shared memory out": (whole(outputs=[{"name": "label", "parameters": {"shared_memory_region": "r"}}]), "shared memory"),
    "binary without its header": (one(data=None, parameters={"binary_data_size": 256}), "256"),
}


def binary(head_changes=None, data=samples.rows(1)[0].tobytes(), size=256, header=None) -> tuple[bytes, dict]:
    tensor = {"name": "pixels", "shape": [1, 64], "datatype": "FP32", "parameters": {"binary_data_size": size},
              **(head_changes or {})}
    head = json.dumps({"inputs": [tensor]}).encode()
    return head + data, {"Inference-Header-Content-Length": str(len(head)) if header is None else header}


WRONG_BINARY = {
    "surplus bytes": (binary(data=bytes(260)), "4 bytes are left"),
    "a tensor cut off": (binary(data=bytes(255)), "255 bytes are left"),
    "no tensor": (binary(data=b""), "0 bytes are left"),
    "a size that is not the shape's": (binary(size=252, data=bytes(252)), "takes 256 bytes"),
    "a size of 0": (binary(size=0, data=b""), "takes 256 bytes"),
    "a negative size": (binary(size=-256), "binary_data_size"),
    "a size of 2^64": (binary(size=2**64), "binary_data_size"),
    "a size of 2^63": (binary(size=2**63), "binary_data_size"),
    "a size with a fraction": (binary(size=256.5), "binary_data_size"),
    "a size and data": (binary(head_changes={"data": DATA}), ""),
    "rows that overflow": (binary(head_changes={"shape": [2**60, 64]}), ""),
    "a raw body of JSON": (binary(header="0"), "raw binary request has"),
    "a raw body cut off": ((bytes(255), {"Inference-Header-Content-Length": "0"}), "has 255 bytes"),
    "a raw body of nothing": ((b"", {"Inference-Header-Content-Length": "0"}), ""),
    "header negative": (binary(header="-1"), "'-1' is not a number"),
    "header a word": (binary(header="many"), "'many' is not a number"),
    "header beyond the body": (binary(header="100000"), "100000"),
    "header beyond 64 bits": (binary(header="9" * 30), ""),
    "header with rubbish behind": (binary(header="100x"), "'100x' is not a number"),
    "header in the middle of the JSON": (binary(header="50"), ""),
}
