"""The digits model behind FastAPI and ONNX Runtime, as people write it, with its phases timed.

    mettle prove --cmd 'uvicorn --app-dir examples/fastapi app:app --port {port} --workers {workers}'
"""

import pathlib
from typing import Annotated

import numpy as np
import onnxruntime
from fastapi import FastAPI
from pydantic import BaseModel, Field

from mettle_timing import MettleTiming, phase

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models" / "digits" / "model.onnx"

options = onnxruntime.SessionOptions()
options.intra_op_num_threads = 1
session = onnxruntime.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])


class Digit(BaseModel):
    pixels: Annotated[list[Annotated[float, Field(ge=0, le=16)]], Field(min_length=64, max_length=64)]


class Prediction(BaseModel):
    label: Annotated[int, Field(ge=0, le=9)]
    probabilities: Annotated[list[float], Field(min_length=10, max_length=10)]


app = FastAPI(title="Digits")
app.add_middleware(MettleTiming)


@app.post("/predict")
def predict(digit: Digit) -> Prediction:
    with phase("pre"):
        row = np.array([digit.pixels], dtype=np.float32)
    with phase("infer"):
        label, probabilities = session.run(["label", "probabilities"], {"pixels": row})
    with phase("post"):
        return Prediction(label=int(label[0]), probabilities=probabilities[0].tolist())
