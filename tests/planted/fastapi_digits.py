"""A FastAPI app as people write them: pydantic models, ONNX Runtime, and operations that must not be sent unasked.

It counts what came to each operation. With `lies`, /predict answers otherwise than it is documented; with `hidden`
it does not show its document; with `only_changes` it has nothing else than what changes something; with `gives_ids` it keeps items under ids that it
gives out itself, in the answer or, with `location`, in that header.
"""

import collections
import json
import os
import pathlib
import signal
import socket
import sys
from enum import Enum
from typing import Annotated, Literal
from urllib.parse import quote

import numpy as np
import onnxruntime as ort
import uvicorn
from fastapi import Depends, FastAPI, Header, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field

MODEL = pathlib.Path(__file__).resolve().parents[2] / "models" / "digits" / "model.onnx"
MODES = set(sys.argv[1:])

options = ort.SessionOptions()
options.intra_op_num_threads = 1
session = ort.InferenceSession(MODEL, options, providers=["CPUExecutionProvider"])
counts: collections.Counter = collections.Counter()
refused: collections.Counter = collections.Counter()
seen: list = []


class Scale(str, Enum):
    sixteen = "0..16"
    one = "0..1"


class Digit(BaseModel):
    pixels: Annotated[list[Annotated[float, Field(ge=0, le=16)]], Field(min_length=64, max_length=64)]
    scale: Scale = Scale.sixteen
    note: str | None = Field(default=None, max_length=20)


class Prediction(BaseModel):
    label: Annotated[int, Field(ge=0, le=9)]
    probabilities: Annotated[list[float], Field(min_length=10, max_length=10)]


class Tree(BaseModel):
    value: float
    children: list["Tree"] = []
    parent: "Tree | None" = None


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: Annotated[int, Field(ge=1, le=9)]


class Dog(BaseModel):
    kind: Literal["dog"]
    barks: bool


class Pet(BaseModel):
    pet: Annotated[Cat | Dog, Field(discriminator="kind")]


async def count(request: Request):
    counts[f"{request.method} {request.scope['route'].path}"] += 1


app = FastAPI(title="Digits", version="3", dependencies=[Depends(count)],
              openapi_url=None if "hidden" in MODES else "/openapi.json")


@app.exception_handler(422)
async def unused(request, error):
    return JSONResponse({"detail": "refused"}, 422)


@app.middleware("http")
async def count_refusals(request: Request, call_next):
    response = await call_next(request)
    if response.status_code >= 400:
        refused[f"{request.method} {request.url.path}"] += 1
    return response


if "only_changes" not in MODES:

    @app.get("/health")
    async def health() -> dict[str, bool]:
        return {"live": True}

    @app.get("/search")
    async def search(q: Annotated[str, Query(min_length=2)], limit: Annotated[int, Query(ge=1, le=50)] = 10,
                     x_trace: Annotated[str | None, Header()] = None) -> list[str]:
        return [q] * min(limit, 3)

    @app.post("/predict", response_model=None if "lies" in MODES else Prediction,
              responses={200: {"model": Prediction}})
    async def predict(digit: Digit):
        row = np.array([digit.pixels], dtype=np.float32)
        label, probabilities = session.run(["label", "probabilities"], {"pixels": row})
        if "lies" in MODES:
            return JSONResponse({"label": str(label[0]), "probabilities": probabilities[0].tolist()})
        return Prediction(label=label[0], probabilities=probabilities[0].tolist())

    @app.post("/trees/score")
    async def score(tree: Tree) -> dict[str, float]:
        return {"sum": tree.value + sum(child.value for child in tree.children)}

    @app.post("/pets/classify")
    async def classify(pet: Pet) -> Pet:
        return pet


if "gives_ids" in MODES:
    given: dict[str, dict] = {}

    @app.get("/items/{item_id}")
    async def read_given(item_id: str) -> dict[str, str | int]:
        seen.append(item_id)
        if item_id not in given:
            raise HTTPException(404)
        return {"id": item_id, **given[item_id]}

    @app.post("/items", status_code=201)
    async def give_item(item: dict[str, int], response: Response) -> dict[str, str | int]:
        item_id = f"given {len(given)}:{os.getpid()}"
        given[item_id] = item
        if "location" in MODES:
            response.headers["Location"] = f"/items/{quote(item_id, safe='')}"
            return {"state": "kept"}
        return {"item_id": item_id}

else:

    @app.get("/items/{item_id}")
    async def read_item(item_id: int, request: Request) -> dict[str, int]:
        seen.append(item_id)
        if item_id > 100:
            raise HTTPException(404)
        return {"id": item_id}


    @app.post("/items")
    async def create_item(item: dict[str, int]) -> dict[str, int]:
        return item


    @app.put("/items/{item_id}")
    async def change_item(item_id: int) -> dict[str, int]:
        return {"id": item_id}


    @app.delete("/items/{item_id}")
    async def delete_item(item_id: int) -> None:
        return None


def main():
    # After its own shutdown uvicorn raises the signal again.
    signal.signal(signal.SIGTERM, lambda *_: None)
    listener = socket.create_server(("127.0.0.1", 0))
    # asyncio does so only for sockets of its own.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    if "document" in MODES:
        print(json.dumps(app.openapi()), file=sys.stderr, flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False)).run(sockets=[listener])
    print(json.dumps({"counts": counts, "refused": refused, "seen": sorted(set(seen))}), flush=True)
    os._exit(0)


main()
