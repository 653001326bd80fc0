"""The peer: the app that a careful engineer writes around ONNX Runtime with FastAPI.

Typed body, one session with one thread that does not spin, an async handler: for a model of 10 µs the thread
pool that a plain `def` would use costs several times the run.
"""

import os
from typing import Annotated

import numpy as np
import onnxruntime as ort
from fastapi import FastAPI
from pydantic import BaseModel, Field

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.inter_op_num_threads = 1
options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])

Pixels = Annotated[list[float], Field(min_length=64, max_length=64)]


class Digit(BaseModel):
    pixels: Pixels


class Prediction(BaseModel):
    label: int
    probabilities: list[float]


app = FastAPI()


@app.get("/health/live")
async def live() -> dict[str, bool]:
    return {"live": True}


@app.post("/predict")
async def predict(digit: Digit) -> Prediction:
    row = np.array([digit.pixels], dtype=np.float32)
    label, probabilities = session.run(["label", "probabilities"], {"pixels": row})
    return Prediction(label=label[0], probabilities=probabilities[0].tolist())
