"""A FastAPI app that takes files and forms, as people write them, and writes down what came. On SIGTERM: its log.

    python fastapi_upload.py
"""

import json
import signal
import socket
from typing import Annotated

import uvicorn
from fastapi import FastAPI, File, Form, Request, UploadFile
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

app = FastAPI()
log = {"classified": 0, "bytes": 0, "types": [], "labels": [], "several": 0, "refused": []}


@app.exception_handler(RequestValidationError)
async def refuse(request: Request, error: RequestValidationError):
    log["refused"].append(f"{request.url.path}: {error}")
    return JSONResponse({"detail": "no"}, 422)


@app.post("/classify")
async def classify(image: UploadFile, label: Annotated[str, Form(min_length=1, max_length=8)],
                   top: Annotated[int, Form(ge=1, le=10)] = 3) -> dict[str, int]:
    content = await image.read()
    log["classified"] += 1
    log["bytes"] += len(content)
    log["types"] = sorted({*log["types"], image.content_type})
    log["labels"] = sorted({*log["labels"], label})[:50]
    return {"size": len(content), "top": top}


@app.post("/embed")
async def embed(files: Annotated[list[UploadFile], File()]) -> dict[str, int]:
    log["several"] += 1
    return {"files": len(files)}


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: None)  # Which uvicorn raises again when it has stopped.
    uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off")).run(sockets=[listener])
    print(json.dumps(log), flush=True)
