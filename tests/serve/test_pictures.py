"""Pictures as files of a form and as a body: the README's example as written, and what is wrong with such requests."""

import base64
import io
import json
import re
import shutil
import struct
import subprocess
import zlib

import numpy as np
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image

from support import paths
from support.http import ask
from support.process import mettle
from support.text_models import info, save

LABELS = ["tabby", "beagle", "robin", "trout", "gecko"]
README = (paths.ROOT / "README.md").read_text()
YAML = re.search(r"```yaml\n(transforms:.*?)```", README, re.DOTALL)[1]


def save_model(path):
    random = np.random.default_rng(3)
    weights = [numpy_helper.from_array(random.standard_normal((8, 3, 7, 7)).astype(np.float32) / 3, "w"),
               numpy_helper.from_array(random.standard_normal((8, 5)).astype(np.float32), "dense")]
    nodes = [helper.make_node("Conv", ["pixels", "w"], ["c"], kernel_shape=[7, 7], strides=[4, 4]), helper.make_node("Relu", ["c"], ["r"]),
             helper.make_node("GlobalAveragePool", ["r"], ["p"]), helper.make_node("Flatten", ["p"], ["f"]),
             helper.make_node("MatMul", ["f", "dense"], ["logits"])]
    save(path, nodes, [info("pixels", TensorProto.FLOAT, ["N", 3, 224, 224])], [info("logits", TensorProto.FLOAT, ["N", 5])], weights)


@pytest.fixture(scope="module")
def resnet(tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "resnet"
    folder.mkdir()
    save_model(folder / "model.onnx")
    (folder / "labels.txt").write_text("\n".join(LABELS) + "\n")
    (folder / "mettle.yaml").write_text(YAML)
    return folder


@pytest.fixture(scope="module")
def server(serve_for_module, resnet):
    return serve_for_module(resnet)


def picture(seed=1, form="JPEG", size=(400, 300)) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1] // 20, size[0] // 20, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).resize(size, Image.Resampling.BICUBIC).save(out, form)
    return out.getvalue()


def scores(folder, file) -> np.ndarray:
    """By Pillow, numpy and ONNX Runtime, as torchvision's transforms do it."""
    image = Image.open(io.BytesIO(file)).convert("RGB")
    short = min(image.size)
    image = image.resize(tuple(round(side * 256 / short) for side in image.size), Image.Resampling.BILINEAR)
    left, top = ((side - 224) // 2 for side in image.size)
    pixels = np.array(image.crop((left, top, left + 224, top + 224))) / 255
    pixels = ((pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]).transpose(2, 0, 1)[None].astype(np.float32)
    (logits,) = onnxruntime.InferenceSession(folder / "model.onnx").run(None, {"pixels": pixels})
    powers = np.exp(logits[0] - logits[0].max())
    return powers / powers.sum()


def assert_right(answer, folder, file):
    right = scores(folder, file)
    best = np.argsort(-right)[:3]
    assert answer["class"] == best.tolist() and answer["label"] == [LABELS[at] for at in best]
    np.testing.assert_allclose(answer["score"], right[best], atol=0.01)


def form(*parts, end="--b--\r\n") -> dict:
    """A request of parts (name, file name, bytes)."""
    body = b"".join(b'--b\r\nContent-Disposition: form-data; name="%s"; filename="%s"\r\nContent-Type: image/jpeg\r\n\r\n%s\r\n'
                    % (name.encode(), file.encode(), data) for name, file, data in parts) + end.encode()
    return {"body": body, "headers": {"Content-Type": "multipart/form-data; boundary=b"}}


def predict(server, **request):
    return ask(server.url + "/predict/resnet", "POST", **request)


CURLS = [line.split("#")[0].strip() for line in README.splitlines() if re.match(r"curl .*cat\.jpg", line)]


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
@pytest.mark.parametrize("line", CURLS)
def test_the_readmes_lines_work_when_pasted(server, resnet, tmp_path, line):
    assert len(CURLS) == 2 and len(YAML.splitlines()) == 10
    (tmp_path / "cat.jpg").write_bytes(picture())
    line = line.replace("http://127.0.0.1:8000", server.url)
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert_right(json.loads(done.stdout), resnet, picture())


@pytest.mark.skipif(not shutil.which("curl"), reason="needs curl")
def test_the_line_that_the_server_prints_works_beside_a_picture(server, resnet, tmp_path):
    (tmp_path / "picture.jpg").write_bytes(picture(5))
    line = re.search(r"Try it:\n +(.*)\n", server.stdout)[1]
    done = subprocess.run(["bash", "-c", line], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert_right(json.loads(done.stdout), resnet, picture(5))


def test_all_the_ways_a_picture_comes(server, resnet):
    file = picture(2, "PNG")
    text = base64.b64encode(file).decode()
    for request in (form(("pixels", "a.png", file)), form(("data", "", file)),
                    {"body": file, "headers": {"Content-Type": "image/png"}},
                    {"body": file, "headers": {"Content-Type": "application/octet-stream"}},
                    {"json": {"pixels": {"b64": text}}}, {"json": {"pixels": text}},
                    {"json": {"pixels": "data:image/png;base64," + text}}):
        reply = predict(server, **request)
        assert reply.status == 200, (reply.body, str(request)[:100])
        assert_right(reply.json(), resnet, file)
    body = {"inputs": [{"name": "pixels", "shape": [1], "datatype": "BYTES", "data": [text]}]}
    reply = ask(server.url + "/v2/models/resnet/infer", "POST", json=body)
    assert reply.json()["outputs"][0]["data"] == np.argsort(-scores(resnet, file))[:3].tolist(), reply.body


def test_two_files_are_a_batch(server, resnet):
    files = [picture(3), picture(4)]
    reply = predict(server, **form(*(("data", "x.jpg", file) for file in files)))
    assert reply.status == 200, reply.body
    for at, file in enumerate(files):
        assert_right({key: values[at] for key, values in reply.json().items()}, resnet, file)


def mistakes(reply):
    assert reply.status == 422, reply.body
    assert all(set(one) == {"type", "loc", "msg", "input"} for one in reply.json()["detail"])
    return {(one["type"], *one["loc"]) for one in reply.json()["detail"]}


def test_a_wrong_field_is_named(server):
    assert mistakes(predict(server, **form(("picture", "a.jpg", picture())))) == {
        ("extra_forbidden", "body", "picture"), ("missing", "body", "pixels")}


@pytest.mark.parametrize("request_", [
    form(("data", "a.jpg", picture()), end=""), form(("data", "a.jpg", picture()), end="--b"), form(end=""),
    {"body": picture(), "headers": {"Content-Type": "multipart/form-data"}},
    {"body": b"--b\r\n" * 1000, "headers": {"Content-Type": "multipart/form-data; boundary=b"}}])
def test_a_form_that_is_none_or_never_ends(server, request_):
    assert mistakes(predict(server, **request_)) == {("multipart_invalid", "body")}


def test_a_form_of_too_many_parts_is_413(server):
    reply = predict(server, **form(*[("data", "a.jpg", b"x")] * 300))
    assert reply.status == 413 and "parts" in reply.json()["detail"]


def bomb() -> bytes:
    """A PNG of 60,000 by 60,000 pixels in a few bytes."""
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b""))


@pytest.mark.parametrize("bad, statuses", [
    (b"no picture", {422}), (picture()[:500], {422}), (b"\xff\xd8\xff", {422}), (bomb(), {413, 422})])
def test_corrupt_pictures_and_bombs_harm_nobody(server, resnet, bad, statuses):
    for request in (form(("data", "a.jpg", bad)), {"body": bad, "headers": {"Content-Type": "image/jpeg"}}):
        reply = predict(server, **request)
        assert reply.status in statuses and "picture 0" in str(reply.json()["detail"]), reply.body
        assert reply.status == 413 or mistakes(reply) == {("value_error", "body")}
    assert_right(predict(server, **form(("data", "a.jpg", picture()))).json(), resnet, picture())
    assert server.resident_bytes() < 1 << 30


def test_a_picture_for_a_model_of_numbers_is_refused(serve):
    server = serve(paths.DIGITS)
    reply = ask(server.url + "/predict/digits", "POST", picture(), {"Content-Type": "image/jpeg"})
    assert mistakes(reply) == {("value_error", "body")} and "send JSON" in str(reply.json())


def copied(resnet, folder, config):
    shutil.copytree(resnet, folder)
    (folder / "mettle.yaml").write_text(config)
    return folder


@pytest.mark.parametrize("labels, words", [
    ("missing.txt", ["mettle.yaml:10:", "missing.txt"]), ("[cat, dog]", ["2 labels", "5 classes"]), ("../labels.txt", ["inside"])])
def test_labels_that_do_not_exist(resnet, tmp_path, labels, words):
    model = copied(resnet, tmp_path / "odd", YAML.replace("labels.txt", labels))
    done = mettle("serve", model, "--port", "0")
    assert done.code == 2 and all(word in done.stderr for word in words), done


WARM_UP = """
model_warmup:
  - name: first
    batch_size: 1
    inputs:
      INPUT: {data_type: TYPE_FP32, dims: [3, 224, 224], random_data: true}
"""


def test_a_warm_up_is_of_the_graphs_own_inputs(serve, resnet, tmp_path):
    model = copied(resnet, tmp_path / "resnet", YAML + WARM_UP.replace("INPUT", "pixels"))
    assert_right(predict(serve(model), **form(("data", "a.jpg", picture()))).json(), resnet, picture())
    (model / "mettle.yaml").write_text(YAML + WARM_UP.replace("INPUT", "image"))
    done = mettle("serve", model, "--port", "0")
    assert done.code == 2 and "no input 'image'; it has pixels" in done.stderr, done
