"""Makes the classifiers whose probabilities are maps, as the exporters write them when nobody says otherwise:
.deps/venv-models/bin/python tests/data/scikit/make.py

boosted: LightGBM through onnxmltools, classes by number. flowers: scikit-learn through skl2onnx, classes by name.
samples.json has unseen rows with the training libraries' own answers.
"""

import json
import pathlib

import lightgbm
import numpy as np
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType as LightGbmTensor
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris, load_wine
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

HERE = pathlib.Path(__file__).resolve().parent
SAMPLES = 12


def save(name, model, trained, rows):
    # skl2onnx may name a domain twice, which some readers refuse.
    versions = {o.domain: o.version for o in model.opset_import}
    model.ClearField("opset_import")
    for domain, version in sorted(versions.items()):
        model.opset_import.add(domain=domain, version=version)
    model.graph.name = name
    folder = HERE / name
    folder.mkdir(exist_ok=True)
    (folder / "model.onnx").write_bytes(model.SerializeToString(deterministic=True))
    rows = rows[:SAMPLES].astype(np.float32)
    answers = {"classes": trained.classes_.tolist(), "rows": rows.tolist(), "labels": trained.predict(rows).tolist(),
               "probabilities": trained.predict_proba(rows).tolist()}
    (folder / "expected.json").write_text(json.dumps(answers) + "\n")
    print(name, (folder / "model.onnx").stat().st_size, "bytes")


def boosted():
    x, y = load_wine(return_X_y=True)
    train, rows, labels, _ = train_test_split(x.astype(np.float32), y, random_state=0, stratify=y)
    trees = lightgbm.LGBMClassifier(n_estimators=15, num_leaves=7, random_state=0, n_jobs=1, deterministic=True,
                                    force_row_wise=True, verbose=-1).fit(train, labels)
    save("boosted", convert_lightgbm(trees, initial_types=[("features", LightGbmTensor([None, 13]))], target_opset=15),
         trees, rows)


def flowers():
    data = load_iris()
    names = data.target_names[data.target]
    train, rows, labels, _ = train_test_split(data.data.astype(np.float32), names, random_state=0, stratify=names)
    line = LogisticRegression(max_iter=1000).fit(train, labels)
    save("flowers", to_onnx(line, initial_types=[("measures", FloatTensorType([None, 4]))], target_opset={"": 18, "ai.onnx.ml": 3}),
         line, rows)


if __name__ == "__main__":
    boosted()
    flowers()
