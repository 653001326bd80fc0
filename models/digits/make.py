"""Trains the digits model and writes model.onnx and samples.json beside this file.

float32 pixels[N,64] (0 to 16, row by row) -> int64 label[N], float32 probabilities[N,10].
The committed files are what is used; training again on another machine may differ in the last digits.
"""

import pathlib
import sys

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

SAMPLES = 32


def train():
    """The fitted pipeline and the rows that it has not seen, with their labels."""
    x, y = load_digits(return_X_y=True)
    x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=0, stratify=y)
    pipeline = make_pipeline(StandardScaler(), MLPClassifier(hidden_layer_sizes=(64,), max_iter=400, random_state=0))
    return pipeline.fit(x_train, y_train), x_test, y_test


def main() -> None:
    pipeline, rows, labels = train()
    model = to_onnx(
        pipeline,
        initial_types=[("pixels", FloatTensorType([None, 64]))],
        options={id(pipeline): {"zipmap": False}},
        target_opset=common.OPSET,
    )
    doc = "Handwritten digits, 8 x 8 pixels from 0 to 16: StandardScaler and an MLP with 64 hidden units."
    common.tidy(model, "digits", doc, {"label": ["N"], "probabilities": ["N", 10]})
    path = HERE / "model.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))

    run = common.session(path)
    label, probabilities = run.run(["label", "probabilities"], {"pixels": rows.astype(np.float32)})
    assert (label == pipeline.predict(rows)).all(), "ONNX Runtime and scikit-learn disagree on a label"
    worst = np.abs(probabilities - pipeline.predict_proba(rows)).max()
    assert worst < 1e-5, f"ONNX Runtime and scikit-learn disagree by {worst}"
    common.write_samples(HERE / "samples.json", run, rows[:SAMPLES])
    print(f"digits: accuracy {(label == labels).mean():.3f} on {len(rows)} unseen rows, "
          f"{path.stat().st_size} bytes, at most {worst:.1e} from scikit-learn")


if __name__ == "__main__":
    main()
