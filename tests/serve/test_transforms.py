"""Pictures in, classes out: what mettle.yaml declares, against Pillow, numpy and ONNX Runtime."""

import base64
import io

import numpy as np
import onnx
import onnxruntime
import pytest
import tritonclient.http as triton
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from support.http import ask

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
LABELS = ["cat", "dog", "bird", "fish"]
CONFIG = """\
transforms:
  image:
    input: image
    resize: [16, 16]
    mean: [0.485, 0.456, 0.406]
    std: [0.229, 0.224, 0.225]
  classes:
    output: scores
    activation: softmax
    top_k: 2
    labels: [cat, dog, bird, fish]
"""


def save_model(path):
    random = np.random.default_rng(1)
    weights = [numpy_helper.from_array(random.standard_normal((8, 3, 3, 3)).astype(np.float32), "w"),
               numpy_helper.from_array(random.standard_normal((8, 4)).astype(np.float32), "dense")]
    nodes = [helper.make_node("Conv", ["image", "w"], ["c"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
             helper.make_node("Relu", ["c"], ["r"]), helper.make_node("GlobalAveragePool", ["r"], ["p"]),
             helper.make_node("Flatten", ["p"], ["f"]), helper.make_node("MatMul", ["f", "dense"], ["scores"])]
    graph = helper.make_graph(nodes, "pets", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 16, 16])],
                              [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", 4])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, path)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "pets"
    folder.mkdir()
    save_model(folder / "model.onnx")
    (folder / "mettle.yaml").write_text(CONFIG)
    return folder


@pytest.fixture(scope="module")
def server(serve_for_module, model):
    return serve_for_module(model)


def picture(seed: int, form: str, size=(40, 30)) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1] // 5, size[0] // 5, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(out, form)
    return out.getvalue()


def right_answer(model, files) -> np.ndarray:
    """The probabilities, by the Python libraries."""
    rows = [np.array(Image.open(io.BytesIO(file)).convert("RGB").resize((16, 16), Image.Resampling.BILINEAR)) for file in files]
    images = ((np.array(rows) / 255 - MEAN) / STD).transpose(0, 3, 1, 2).astype(np.float32)
    (scores,) = onnxruntime.InferenceSession(model / "model.onnx").run(["scores"], {"image": images})
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_pictures_get_their_classes(server, model, form):
    files = [picture(seed, form) for seed in range(3)]
    client = triton.InferenceServerClient(f"127.0.0.1:{server.port}")
    tensor = triton.InferInput("image", [3], "BYTES")
    tensor.set_data_from_numpy(np.array(files, dtype=np.object_))
    answer = client.infer("pets", [tensor])
    probabilities = right_answer(model, files)
    best = np.argsort(-probabilities, axis=1)[:, :2]
    np.testing.assert_array_equal(answer.as_numpy("class"), best)
    np.testing.assert_allclose(answer.as_numpy("score"), np.take_along_axis(probabilities, best, 1),
                               atol=1e-5 if form == "PNG" else 0.02)
    assert [[label.decode() for label in row] for row in answer.as_numpy("label")] == [
        [LABELS[index] for index in row] for row in best]


def test_tf_serving_takes_them_as_base64(server, model):
    file = picture(7, "PNG")
    reply = ask(server.url + "/v1/models/pets:predict", "POST",
                json={"instances": [{"b64": base64.b64encode(file).decode()}]})
    assert reply.status == 200, reply.body
    assert reply.json()["predictions"][0]["class"] == np.argsort(-right_answer(model, [file])[0])[:2].tolist()


def test_their_time_is_told(server):
    body = {"instances": [{"b64": base64.b64encode(picture(8, "PNG", (800, 600))).decode()}]}
    reply = ask(server.url + "/v1/models/pets:predict", "POST", json=body)
    timing = reply.headers["server-timing"]
    assert "pre;dur=" in timing and "post;dur=" in timing, timing


@pytest.mark.parametrize("bad", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, picture(9, "PNG")[:200]])
def test_what_is_no_picture_is_400_and_harms_nobody(server, bad):
    body = {"instances": [{"b64": base64.b64encode(bad).decode()}]}
    reply = ask(server.url + "/v1/models/pets:predict", "POST", json=body)
    assert reply.status == 400 and reply.error, reply.body
    body = {"instances": [{"b64": base64.b64encode(picture(8, "PNG")).decode()}]}
    assert ask(server.url + "/v1/models/pets:predict", "POST", json=body).status == 200


def test_torchserve_takes_the_file_as_it_is(server, model):
    file = picture(7, "JPEG")
    form = (b'--b\r\nContent-Disposition: form-data; name="data"; filename="cat.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
            + file + b"\r\n--b--\r\n")
    raw = ask(server.url + "/predictions/pets", "POST", file)
    parts = ask(server.url + "/predictions/pets", "POST", form, {"Content-Type": "multipart/form-data; boundary=b"})
    assert raw.status == parts.status == 200, raw.body
    assert raw.json() == parts.json()
    assert raw.json()["class"] == np.argsort(-right_answer(model, [file])[0])[:2].tolist()
    reply = ask(server.url + "/predictions/pets", "POST", file[:100])
    assert reply.status == 400 and reply.json()["type"] == "BadRequestException"
