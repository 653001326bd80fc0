"""A folder of pictures as inputs of a model: decoded and resized as Pillow does it, answered right by what serves it."""

import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from PIL import Image

from support import paths
from support.process import mettle


@pytest.fixture
def folder(tmp_path):
    """Three plain pictures of different sizes: red, green, blue."""
    pictures = tmp_path / "pictures"
    pictures.mkdir()
    for number, (name, colour) in enumerate([("a.png", (255, 0, 0)), ("b.png", (0, 255, 0)), ("c.png", (0, 0, 255))]):
        Image.new("RGB", (30 + 10 * number, 20), colour).save(pictures / name)
    (pictures / "notes.txt").write_text("no picture")
    return pictures


@pytest.fixture
def means(tmp_path):
    """A model that says the mean of each channel."""
    nodes = [helper.make_node("ReduceMean", ["image"], ["mean"], axes=[2, 3], keepdims=0)]
    graph = helper.make_graph(nodes, "means", [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, 8, 8])],
                              [helper.make_tensor_value_info("mean", TensorProto.FLOAT, ["N", 3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    file = tmp_path / "means.onnx"
    onnx.save(model, file)
    return file


def test_pictures_of_a_folder_are_sent_in_turn(serve, folder, means, tmp_path):
    server = serve(means)
    done = mettle("load", "v2+" + server.url, "--data", folder, "-u", 1, "-i", 6, "-o", tmp_path / "run.json")
    assert done.code in (0, 3)  # 3: too busy a machine for a valid measurement.
    assert json.loads((tmp_path / "run.json").read_text())["totals"]["requests"] == 6
    for number, picture in enumerate(sorted(folder.glob("*.png"))):
        shown = mettle("load", "v2+" + server.url, "--data", folder, "--reproduce", f"means/{number}/1")
        body = json.loads(re.search(r"^\{\"inputs.*$", shown.stdout, re.MULTILINE).group(0))
        sent = np.array(body["inputs"][0]["data"]).reshape(3, 8, 8)
        right = np.array(Image.open(picture).resize((8, 8), Image.Resampling.BILINEAR)).transpose(2, 0, 1) / 255
        assert np.abs(sent - right).max() < 1e-6, picture


def test_a_folder_without_pictures_is_a_mistake(serve, means, tmp_path):
    (tmp_path / "empty").mkdir()
    done = mettle("load", "v2+" + serve(means).url, "--data", tmp_path / "empty", "-u", 1, "-i", 1)
    assert done.code == 2 and "holds no picture" in done.output, done


def test_a_model_without_a_place_for_them_is_a_mistake(serve, folder):
    done = mettle("load", "v2+" + serve(paths.DIGITS).url, "--data", folder, "-u", 1, "-i", 1)
    assert done.code == 2 and "for one input with 1 or 3 channels" in done.output, done
