"""Trains the wine model and writes model.onnx and samples.json beside this file.

float32 features[N,13] -> int64 label[N], float32 probabilities[N,3]: a random forest, which is one
TreeEnsembleClassifier of the ai.onnx.ml domain.
"""

import pathlib
import sys

import numpy as np
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import common  # noqa: E402

SAMPLES = 16


def main() -> None:
    x, y = load_wine(return_X_y=True)
    x_train, rows, y_train, labels = train_test_split(x, y, test_size=0.3, random_state=0, stratify=y)
    forest = RandomForestClassifier(n_estimators=40, max_depth=5, random_state=0).fit(x_train, y_train)
    model = to_onnx(
        forest,
        initial_types=[("features", FloatTensorType([None, 13]))],
        options={id(forest): {"zipmap": False}},
        target_opset=common.OPSET,
    )
    doc = "Which of three cultivars a wine comes from, by 13 chemical measurements: a random forest of 40 trees."
    common.tidy(model, "wine", doc, {"label": ["N"], "probabilities": ["N", 3]})
    path = HERE / "model.onnx"
    path.write_bytes(model.SerializeToString(deterministic=True))

    run = common.session(path)
    label, probabilities = run.run(["label", "probabilities"], {"features": rows.astype(np.float32)})
    assert (label == forest.predict(rows)).all(), "ONNX Runtime and scikit-learn disagree on a label"
    worst = np.abs(probabilities - forest.predict_proba(rows)).max()
    assert worst < 1e-5, f"ONNX Runtime and scikit-learn disagree by {worst}"
    common.write_samples(HERE / "samples.json", run, rows[:SAMPLES])
    print(f"wine: accuracy {(label == labels).mean():.3f} on {len(rows)} unseen rows, "
          f"{path.stat().st_size} bytes, at most {worst:.1e} from scikit-learn")


if __name__ == "__main__":
    main()
