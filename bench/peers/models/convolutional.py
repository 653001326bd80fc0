"""Writes a convolutional network of seeded random weights: LAYERS times 3x3, 64 channels, on 32x32.

float32 image[N,3,32,32] -> float32 probabilities[N,10]. It predicts nothing; by its layers it stands for models whose run
takes some 1, 10 or 50 ms. Needs numpy and onnx only. Usage: convolutional.py LAYERS FILE
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

CHANNELS, SIDE, CLASSES, SEED = 64, 32, 10, 1


def build(layers: int) -> onnx.ModelProto:
    random = np.random.Generator(np.random.PCG64(SEED))
    nodes, weights, value, fan_in = [], [], "image", 3
    for i in range(layers):
        # He's scale keeps activations near 1 through the layers.
        w = random.standard_normal((CHANNELS, fan_in, 3, 3), dtype=np.float32) * np.float32((2 / (9 * fan_in)) ** 0.5)
        weights.append(numpy_helper.from_array(w, f"w{i}"))
        nodes.append(helper.make_node("Conv", [value, f"w{i}"], [f"c{i}"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"c{i}"], [f"r{i}"]))
        value, fan_in = f"r{i}", CHANNELS
    dense = random.standard_normal((CHANNELS, CLASSES), dtype=np.float32) * np.float32((1 / CHANNELS) ** 0.5)
    weights.append(numpy_helper.from_array(dense, "dense"))
    nodes += [helper.make_node("GlobalAveragePool", [value], ["pooled"]),
              helper.make_node("Flatten", ["pooled"], ["flat"]),
              helper.make_node("MatMul", ["flat", "dense"], ["scores"]),
              helper.make_node("Softmax", ["scores"], ["probabilities"], axis=-1)]
    graph = helper.make_graph(
        nodes, "convolutional",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", CLASSES])], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], producer_name="mettle")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model


if __name__ == "__main__":
    pathlib.Path(sys.argv[2]).write_bytes(build(int(sys.argv[1])).SerializeToString(deterministic=True))
