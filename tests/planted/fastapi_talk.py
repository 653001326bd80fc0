"""A FastAPI app with a WebSocket that answers, tells stories, and writes down what was said to it, and with streams of
events.

    python fastapi_talk.py        prints its address; on SIGTERM its log as JSON
"""

import asyncio
import json
import signal
import socket

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from fastapi.responses import RedirectResponse, StreamingResponse

app = FastAPI()
log = {"opened": 0, "closed": 0, "questions": 0, "stories": 0, "bytes": 0, "codes": [],
       "streams": 0, "events": 0}


@app.websocket("/talk")
async def talk(websocket: WebSocket):
    await websocket.accept()
    log["opened"] += 1
    try:
        while True:
            message = await websocket.receive()
            if message["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(message["code"])
            if message.get("bytes") is not None:
                log["bytes"] += len(message["bytes"])
                await websocket.send_bytes(bytes(reversed(message["bytes"])))
                continue
            text = message["text"]
            if text.startswith("tell "):
                log["stories"] += 1
                for part in range(int(text.removeprefix("tell "))):
                    await websocket.send_text(f"part {part + 1}")
            else:
                log["questions"] += 1
                await websocket.send_text(f"echo: {text}")
    except WebSocketDisconnect as left:
        log["closed"] += 1
        log["codes"].append(left.code)


@app.get("/ticks")
async def ticks(count: int = 5, gap_ms: float = 0):
    async def events():
        log["streams"] += 1
        for number in range(1, count + 1):
            log["events"] += 1
            yield f'id: {number}\ndata: {{"tick": {number}}}\n\n'
            await asyncio.sleep(gap_ms / 1000)
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


@app.get("/moved")
async def moved():
    return RedirectResponse("/ticks?count=3")


@app.get("/whole")
async def whole():
    return {"tick": 1}


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: None)  # Which uvicorn raises again when it has stopped.
    # wsproto comes with another peer of these tests; uvicorn needs one of its kind.
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="wsproto", lifespan="off"))
    server.run(sockets=[listener])
    print(json.dumps(log), flush=True)
