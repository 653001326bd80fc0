"""Writes FOLDER/digits: the digits pipeline as scikit-learn has it, with MLServer's settings for it.

Run by .deps/venv-models, whose scikit-learn is the one that MLServer's environment has. Usage: make_model.py FOLDER
"""

import importlib.util
import json
import pathlib
import sys

import joblib

ROOT = pathlib.Path(__file__).resolve().parents[3]


def main() -> None:
    spec = importlib.util.spec_from_file_location("digits", ROOT / "models/digits/make.py")
    digits = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(digits)
    folder = pathlib.Path(sys.argv[1]) / "digits"
    folder.mkdir(parents=True, exist_ok=True)
    joblib.dump(digits.train()[0], folder / "model.joblib")
    (folder / "model-settings.json").write_text(json.dumps({
        "name": "digits",
        "implementation": "mlserver_sklearn.SKLearnModel",
        "parameters": {"uri": "./model.joblib", "version": "1"},
    }, indent=1))


if __name__ == "__main__":
    main()
