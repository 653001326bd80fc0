"""The peer for models that take milliseconds: the same careful app with a plain `def`, so that a run does not hold up the
event loop and its health checks.
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
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])


class Picture(BaseModel):
    image: Annotated[list[float], Field(min_length=3072, max_length=3072)]


class Prediction(BaseModel):
    probabilities: list[float]


app = FastAPI()


@app.get("/health/live")
async def live() -> dict[str, bool]:
    return {"live": True}


@app.post("/predict")
def predict(picture: Picture) -> Prediction:
    image = np.array(picture.image, dtype=np.float32).reshape(1, 3, 32, 32)
    (probabilities,) = session.run(["probabilities"], {"image": image})
    return Prediction(probabilities=probabilities[0].tolist())
