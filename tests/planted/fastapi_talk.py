"""A FastAPI app with a WebSocket that answers, tells stories, and writes down what was said to it.

    python fastapi_talk.py        prints its address; on SIGTERM its log as JSON
"""

import json
import signal
import socket

import uvicorn
from fastapi import FastAPI, WebSocket, WebSocketDisconnect

app = FastAPI()
log = {"opened": 0, "closed": 0, "questions": 0, "stories": 0, "codes": []}


@app.websocket("/talk")
async def talk(websocket: WebSocket):
    await websocket.accept()
    log["opened"] += 1
    try:
        while True:
            text = await websocket.receive_text()
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


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: None)  # Which uvicorn raises again when it has stopped.
    # wsproto comes with another peer of these tests; uvicorn needs one of its kind.
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", ws="wsproto", lifespan="off"))
    server.run(sockets=[listener])
    print(json.dumps(log), flush=True)
