"""Writes .deps/models/heavy: a dense network 512-1024-1024-10 with seeded random weights, 6.3 MB.

float32 input[N,512] -> float32 probabilities[N,10]. It predicts nothing; it stands for models whose run
takes some 100 µs and which batching makes several times faster. Needs numpy and onnx only.
Usage: make.py [FOLDER]
"""

import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SIZES = [512, 1024, 1024, 10]
SEED = 1


def build() -> onnx.ModelProto:
    random = np.random.Generator(np.random.PCG64(SEED))
    nodes, weights, value = [], [], "input"
    for i, (fan_in, fan_out) in enumerate(zip(SIZES, SIZES[1:]), 1):
        # He's scale keeps activations near 1 through the layers, so that no answer is 0, 1 or NaN.
        w = random.standard_normal((fan_in, fan_out), dtype=np.float32) * np.float32((2 / fan_in) ** 0.5)
        b = random.standard_normal(fan_out, dtype=np.float32) * np.float32(0.1)
        weights += [numpy_helper.from_array(w, f"w{i}"), numpy_helper.from_array(b, f"b{i}")]
        nodes.append(helper.make_node("Gemm", [value, f"w{i}", f"b{i}"], [f"dense{i}"]))
        value = f"dense{i}"
        if fan_out != SIZES[-1]:
            nodes.append(helper.make_node("Relu", [value], [f"relu{i}"]))
            value = f"relu{i}"
    nodes.append(helper.make_node("Softmax", [value], ["probabilities"], axis=-1))
    graph = helper.make_graph(
        nodes, "heavy",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", SIZES[0]])],
        [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, ["N", SIZES[-1]])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], producer_name="mettle")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    return model


def main() -> None:
    root = pathlib.Path(__file__).resolve().parents[2]
    folder = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else root / ".deps/models/heavy"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "model.onnx"
    temporary = path.with_suffix(".part")
    temporary.write_bytes(build().SerializeToString(deterministic=True))
    temporary.replace(path)
    print(f"heavy: {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
