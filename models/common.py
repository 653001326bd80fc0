"""What the scripts that make the example models share: tidy graphs, and samples with right answers."""

import json
import pathlib

import numpy as np
import onnx
import onnxruntime as ort

# Old enough for servers that people run today, new enough for every operator used here.
OPSET = {"": 18, "ai.onnx.ml": 3}


def tidy(model: onnx.ModelProto, name: str, doc: str, batch_outputs: dict[str, list]) -> onnx.ModelProto:
    """Names the graph and its batch dimension "N" and states the outputs' shapes in full."""
    model.graph.name = name
    model.graph.doc_string = doc
    model.doc_string = doc
    for value in model.graph.input:
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    for value in model.graph.output:
        shape = value.type.tensor_type.shape
        shape.ClearField("dim")
        for size in batch_outputs[value.name]:
            dim = shape.dim.add()
            if isinstance(size, str):
                dim.dim_param = size
            else:
                dim.dim_value = size
    # skl2onnx may name a domain twice, which some readers refuse.
    versions = {o.domain: o.version for o in model.opset_import}
    model.ClearField("opset_import")
    model.opset_import.extend(onnx.helper.make_opsetid(d, v) for d, v in sorted(versions.items()))
    onnx.checker.check_model(model, full_check=True)
    return model


def session(path: pathlib.Path) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def write_samples(path: pathlib.Path, run: ort.InferenceSession, rows: np.ndarray, atol: float = 1e-5) -> None:
    """One sample a row, answered by ONNX Runtime at batch size 1; one line each, so that diffs can be read."""
    name = run.get_inputs()[0].name
    outputs = [o.name for o in run.get_outputs()]
    lines = []
    for row in rows.astype(np.float32):
        answers = run.run(outputs, {name: row[None, :]})
        lines.append(json.dumps({
            "inputs": {name: [exact(row)]},
            "outputs": {n: [exact(v) for v in a] for n, a in zip(outputs, answers)},
            "atol": atol,
        }))
    path.write_text('{"samples":[\n' + ",\n".join(lines) + "\n]}\n")


def exact(value):
    """Python numbers with the fewest digits that give back the same float32 (or integer)."""
    value = np.asarray(value)
    if value.ndim:
        return [exact(v) for v in value]
    return int(value) if np.issubdtype(value.dtype, np.integer) else float(str(value))
