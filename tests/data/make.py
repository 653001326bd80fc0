"""Makes the tiny models that the tests serve, and those that cannot be served: .deps/venv-models/bin/python tests/data/make.py

Each shows one thing. The committed files are what is used.
"""

import pathlib

import numpy as np
from onnx import TensorProto as T
from onnx import checker, helper, numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
OPSET = 19
IDENTITIES = {
    "BOOL": T.BOOL, "UINT8": T.UINT8, "UINT16": T.UINT16, "UINT32": T.UINT32, "UINT64": T.UINT64, "INT8": T.INT8,
    "INT16": T.INT16, "INT32": T.INT32, "INT64": T.INT64, "FP16": T.FLOAT16, "FP32": T.FLOAT, "FP64": T.DOUBLE,
    "BF16": T.BFLOAT16, "BYTES": T.STRING,
}


def tensor(name, kind, shape):
    return helper.make_tensor_value_info(name, kind, shape)


def save(path, nodes, inputs, outputs, constants=(), checked=True, domains=()):
    graph = helper.make_graph(nodes, "graph", inputs, outputs, [numpy_helper.from_array(v, n) for n, v in constants])
    opsets = [helper.make_opsetid("", OPSET), *(helper.make_opsetid(domain, 1) for domain in domains)]
    model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="")
    if checked:
        checker.check_model(model)
    target = HERE / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(model.SerializeToString(deterministic=True))


def identity(path, kind, shape, **how):
    save(path, [helper.make_node("Identity", ["x"], ["y"])], [tensor("x", kind, shape)], [tensor("y", kind, shape)], **how)


def good():
    for name, kind in IDENTITIES.items():
        identity(f"identities/{name}/model.onnx", kind, ["N", 2])
    identity("shapes/fixed/model.onnx", T.FLOAT, [2, 3])
    identity("shapes/scalar/model.onnx", T.FLOAT, [])
    identity("shapes/free/model.onnx", T.FLOAT, ["N", "width"])
    save("shapes/two/model.onnx",  # Two inputs whose rows must agree, two outputs.
         [helper.make_node("Add", ["a", "b"], ["sum"]), helper.make_node("Sub", ["a", "b"], ["difference"])],
         [tensor("a", T.FLOAT, ["N", 2]), tensor("b", T.FLOAT, ["N", 2])],
         [tensor("sum", T.FLOAT, ["N", 2]), tensor("difference", T.FLOAT, ["N", 2])])
    save("shapes/optional/model.onnx",  # An input with a value of its own, for all rows of a run.
         [helper.make_node("Mul", ["x", "factor"], ["y"])],
         [tensor("x", T.FLOAT, ["N", 2]), tensor("factor", T.FLOAT, ["factors"])], [tensor("y", T.FLOAT, ["N", 2])],
         [("factor", np.array([2], np.float32))])
    slow()


def slow():
    """Runs as long as the request says: `iterations` products of 64 x 64 matrices."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("MatMul", ["before", "half"], ["after"])],
        "body", [tensor("step", T.INT64, []), tensor("go", T.BOOL, []), tensor("before", T.FLOAT, [64, 64])],
        [tensor("go_on", T.BOOL, []), tensor("after", T.FLOAT, [64, 64])])
    save("slow/model.onnx",
         [helper.make_node("Squeeze", ["iterations"], ["count"]),
          helper.make_node("Loop", ["count", "yes", "half"], ["last"], body=body),
          helper.make_node("ReduceMax", ["last"], ["most"], keepdims=0),
          helper.make_node("Unsqueeze", ["most", "zero"], ["largest"])],
         [tensor("iterations", T.INT64, [1])], [tensor("largest", T.FLOAT, [1])],
         [("yes", np.array(True)), ("half", np.eye(64, dtype=np.float32) / 2), ("zero", np.array([0], np.int64))])


def bad():
    sequence = helper.make_tensor_sequence_value_info("y", T.FLOAT, ["N", 2])
    save("bad/sequence_output.onnx", [helper.make_node("SequenceConstruct", ["x"], ["y"])],
         [tensor("x", T.FLOAT, ["N", 2])], [sequence])
    save("bad/sequence_input.onnx", [helper.make_node("SequenceLength", ["x"], ["y"])],
         [helper.make_tensor_sequence_value_info("x", T.FLOAT, ["N", 2])], [tensor("y", T.INT64, [])])
    optional = helper.make_optional_type_proto(helper.make_tensor_type_proto(T.FLOAT, ["N", 2]))
    save("bad/optional_output.onnx", [helper.make_node("Optional", ["x"], ["y"])],
         [tensor("x", T.FLOAT, ["N", 2])], [helper.make_value_info("y", optional)])
    identity("bad/rank_9.onnx", T.FLOAT, ["N", *[1] * 8])
    identity("bad/float8.onnx", T.FLOAT8E4M3FN, ["N", 2])
    save("bad/no_input.onnx", [helper.make_node("Constant", [], ["y"], value_float=1.0)], [], [tensor("y", T.FLOAT, [])])
    save("bad/unknown_operator.onnx", [helper.make_node("Frobnicate", ["x"], ["y"], domain="com.example")],
         [tensor("x", T.FLOAT, ["N", 2])], [tensor("y", T.FLOAT, ["N", 2])], checked=False, domains=["com.example"])
    # Fine as a graph, and every run of it fails: two columns cannot be reshaped to seven.
    save("fails/model.onnx", [helper.make_node("Reshape", ["x", "seven"], ["y"])],
         [tensor("x", T.FLOAT, ["N", 2])], [tensor("y", T.FLOAT, [7])], [("seven", np.array([7], np.int64))], checked=False)


if __name__ == "__main__":
    good()
    bad()
    print(f"{len(list(HERE.rglob('*.onnx')))} models")
