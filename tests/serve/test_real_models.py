"""Models as people have them, against their own libraries: a packaged network, boosted trees, a classifier of flowers and
a convolutional network."""

import json

import magika
import numpy as np
import onnx
import onnxruntime
import pytest
import tritonclient.http as triton
from onnx import TensorProto, helper, numpy_helper

from support import paths
from support.http import ask
from support.samples import output

SCIKIT = paths.DATA / "scikit"
MAGIKA = next((paths.pathlib.Path(magika.__file__).parent / "models").glob("*/model.onnx"))
FILES = {
    "python": (paths.TESTS / "conftest.py").read_bytes(),
    "cpp": (paths.ROOT / "src/mettle/tensor/shape.cpp").read_bytes(),
    "markdown": (paths.ROOT / "README.md").read_bytes(),
    "picture": next((paths.DATA / "pictures").rglob("*.png")).read_bytes(),
    "onnx": (paths.DIGITS / "model.onnx").read_bytes(),
    "json": (paths.DIGITS / "samples.json").read_bytes(),
    "program": paths.METTLE.read_bytes()[:1 << 20],
}


def expected(name):
    return json.loads((SCIKIT / name / "expected.json").read_text())


@pytest.fixture(scope="module")
def convolutional(tmp_path_factory):
    """conv, pool, conv, batch normalisation, a residual and a dense layer, with seeded weights."""
    random = np.random.default_rng(7)
    weights = {"w1": (8, 3, 3, 3), "b1": (8,), "w2": (8, 8, 3, 3), "scale": (8,), "shift": (8,), "mean": (8,), "dense": (8, 5)}
    values = [numpy_helper.from_array(random.standard_normal(shape).astype(np.float32) * 0.3, name)
              for name, shape in weights.items()]
    values.append(numpy_helper.from_array(random.uniform(0.5, 1.5, 8).astype(np.float32), "variance"))
    nodes = [helper.make_node("Conv", ["image", "w1", "b1"], ["c1"], kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[2, 2]),
             helper.make_node("Relu", ["c1"], ["r1"]),
             helper.make_node("MaxPool", ["r1"], ["p1"], kernel_shape=[2, 2], strides=[2, 2]),
             helper.make_node("Conv", ["p1", "w2"], ["c2"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
             helper.make_node("BatchNormalization", ["c2", "scale", "shift", "mean", "variance"], ["n2"]),
             helper.make_node("Add", ["n2", "p1"], ["sum"]),
             helper.make_node("GlobalAveragePool", ["sum"], ["g"]), helper.make_node("Flatten", ["g"], ["f"]),
             helper.make_node("MatMul", ["f", "dense"], ["scores"])]
    graph = helper.make_graph(
        nodes, "net", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, "height", "width"])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 5])], values)
    folder = tmp_path_factory.mktemp("models") / "net"
    folder.mkdir()
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8), folder / "model.onnx")
    return folder


@pytest.fixture(scope="module")
def server(serve_for_module, convolutional):
    return serve_for_module(SCIKIT / "boosted", SCIKIT / "flowers", MAGIKA.parent, convolutional)


@pytest.fixture(scope="module")
def client(server):
    client = triton.InferenceServerClient(server.address)
    yield client
    client.close()


def infer(client, model, name, values, datatype):
    tensor = triton.InferInput(name, list(values.shape), datatype)
    tensor.set_data_from_numpy(values)
    return client.infer(model, [tensor])


def seen_by_magika(content: bytes, config: dict) -> list[int]:
    """What its model reads of a file: the first and last bytes of its ends, stripped, and a number for none."""
    size, block, none = config["beg_size"], config["block_size"], config["padding_token"]
    first = content[:block].lstrip()[:size]
    last = content[-block:].rstrip()[-config["end_size"]:]
    return [*first, *[none] * (size - len(first)), *[none] * (config["end_size"] - len(last)), *last]


def test_magika_names_the_types_of_real_files(client):
    oracle = magika.Magika()
    config = json.loads((MAGIKA.parent / "config.min.json").read_text())
    rows = np.array([seen_by_magika(content, config) for content in FILES.values()], np.int32)
    scores = infer(client, MAGIKA.parent.name, "bytes", rows, "INT32").as_numpy("target_label")
    for (name, content), row in zip(FILES.items(), scores, strict=True):
        right = oracle.identify_bytes(content).prediction
        assert config["target_labels_space"][row.argmax()] == str(right.dl.label), name
        assert row.max() == pytest.approx(right.score, abs=1e-4), name


def test_boosted_trees_give_a_column_for_each_class(server, client):
    right = expected("boosted")
    metadata = client.get_model_metadata("boosted")
    assert metadata["inputs"][0]["shape"] == [-1, 13]
    assert metadata["outputs"] == [
        {"name": "label", "datatype": "INT64", "shape": [-1]},
        {"name": "probabilities", "datatype": "FP32", "shape": [-1, 3], "labels": ["0", "1", "2"]}]
    answer = infer(client, "boosted", "features", np.array(right["rows"], np.float32), "FP32")
    np.testing.assert_array_equal(answer.as_numpy("label"), right["labels"])
    np.testing.assert_allclose(answer.as_numpy("probabilities"), right["probabilities"], rtol=0, atol=1e-5)


def test_classes_that_have_names_keep_them(server, client):
    right = expected("flowers")
    assert client.get_model_metadata("flowers")["outputs"][1]["labels"] == right["classes"]
    rows = np.array(right["rows"], np.float32)
    answer = infer(client, "flowers", "measures", rows, "FP32")
    assert [label.decode() for label in answer.as_numpy("output_label")] == right["labels"]
    np.testing.assert_allclose(answer.as_numpy("output_probability"), right["probabilities"], rtol=0, atol=1e-5)
    tensor = triton.InferInput("measures", list(rows.shape), "FP32")
    tensor.set_data_from_numpy(rows)
    best = client.infer("flowers", [tensor], outputs=[triton.InferRequestedOutput("output_probability", class_count=1)])
    named = [text.decode().split(":")[2] for text in best.as_numpy("output_probability")[:, 0]]
    assert named == right["labels"]


def test_the_other_protocols_have_the_columns_too(server):
    right = expected("flowers")
    status = ask(server.url + "/predict/flowers", "POST", json={"measures": right["rows"]})
    assert status.json()["output_label"] == right["labels"]
    np.testing.assert_allclose(status.json()["output_probability"], right["probabilities"], rtol=0, atol=1e-5)
    reply = ask(server.url + "/v1/models/flowers:predict", "POST", json={"instances": right["rows"][:2]}).json()
    assert [row["output_label"] for row in reply["predictions"]] == right["labels"][:2]
    np.testing.assert_allclose([row["output_probability"] for row in reply["predictions"]], right["probabilities"][:2],
                               rtol=0, atol=1e-5)


def test_a_convolutional_network_takes_pictures_of_any_size(client, convolutional):
    oracle = onnxruntime.InferenceSession(convolutional / "model.onnx")
    for rows, height, width in [(1, 32, 32), (3, 20, 33), (1, 8, 8), (2, 64, 48)]:
        images = np.random.default_rng(rows * height).standard_normal((rows, 3, height, width)).astype(np.float32)
        scores = infer(client, "net", "image", images, "FP32").as_numpy("scores")
        np.testing.assert_allclose(scores, oracle.run(None, {"image": images})[0], rtol=1e-4, atol=1e-5)


def test_many_clients_at_once_get_their_own_rows(server):
    """Maps are unpacked once a run, and each request gets its rows of the table."""
    right = expected("boosted")
    with triton.InferenceServerClient(server.address, concurrency=8) as client:
        waiting = []
        for row in right["rows"] * 10:
            tensor = triton.InferInput("features", [1, 13], "FP32")
            tensor.set_data_from_numpy(np.array([row], np.float32))
            waiting.append(client.async_infer("boosted", [tensor]))
        for got, wanted in zip(waiting, right["probabilities"] * 10, strict=True):
            np.testing.assert_allclose(got.get_result().as_numpy("probabilities")[0], wanted, rtol=0, atol=1e-5)


def test_an_output_of_json_is_nested_by_row(server):
    right = expected("boosted")
    reply = ask(server.url + "/v2/models/boosted/infer", "POST", json={"inputs": [
        {"name": "features", "shape": [2, 13], "datatype": "FP32", "data": right["rows"][:2]}]})
    probabilities = output(reply.json(), "probabilities")
    assert probabilities["shape"] == [2, 3]
    np.testing.assert_allclose(np.reshape(probabilities["data"], (2, 3)), right["probabilities"][:2], rtol=0, atol=1e-5)
