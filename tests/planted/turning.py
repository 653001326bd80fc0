"""A V2 server of a model that adds up four numbers. After --after answered inferences it turns into something else:

dies       its process ends with code 3
restarts   it closes its connections and its port, and listens there again --away seconds later
model      it serves version 2 instead of 1, whose answers are larger by one
redirects  it sends everybody elsewhere
busy       it says 429 to everybody
auth       it wants a key: 401
other      it answers 200 with a page of HTML
"""

import argparse
import json
import os
import select
import socket
import time

from base import PlantedServer, ok


def model(version):
    return {"name": "sum", "versions": [version], "platform": "planted",
            "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}],
            "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 1]}]}


PAGE = b"<html><body>Welcome to nginx!</body></html>"
TURNED = {
    "redirects": b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n",
    "busy": ok(b'{"error":"too many requests"}', "429 Too Many Requests"),
    "auth": ok(b'{"error":"who are you?"}', "401 Unauthorized"),
    "other": b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE),
}


class Turning(PlantedServer):
    def __init__(self, flags):
        super().__init__()
        self._flags, self._left = flags, flags.after
        if flags.port:
            self._listen(flags.port)
        self.log["turned"] = False

    def _listen(self, port):
        self._poll.unregister(self._listener)
        self._listener.close()
        self._listener = socket.create_server(("127.0.0.1", port), backlog=8192)
        self._listener.setblocking(False)
        self._poll.register(self._listener, select.EPOLLIN)

    def answer(self, head, body, connection):
        path = head.split(b" ", 2)[1].decode()
        infers = path.endswith("/infer")
        if self._left <= 0 and not self.log["turned"]:
            self.log["turned"] = True
            if self._flags.into == "dies":
                os._exit(3)
            if self._flags.into == "restarts":
                return self._restart()
        if self.log["turned"] and self._flags.into in TURNED:
            return TURNED[self._flags.into]
        version = 2 if self.log["turned"] and self._flags.into == "model" else 1
        if infers:
            self._left -= 1
            value = sum(json.loads(body)["inputs"][0]["data"]) + version - 1
            return ok(json.dumps({"model_name": "sum", "model_version": str(version), "outputs": [
                {"name": "y", "datatype": "FP32", "shape": [1, 1], "data": [value]}]}).encode())
        documents = {"/v2": {"name": "planted", "version": "1", "extensions": []}, "/v2/health/ready": {"ready": True},
                     "/v2/models/sum": model(str(version)), "/v2/models/stats": {"model_stats": []},
                     "/v2/repository/index": [{"name": "sum", "version": str(version), "state": "READY", "reason": ""}]}
        return ok(json.dumps(documents[path]).encode()) if path in documents else ok(b"{}", "404 Not Found")

    def _restart(self):
        port = self._listener.getsockname()[1]
        self._poll.unregister(self._listener)
        self._listener.close()
        for connection in list(self.connections.values()):
            self.close(connection)
        time.sleep(self._flags.away)
        self._listener = socket.create_server(("127.0.0.1", port), backlog=8192)
        self._listener.setblocking(False)
        self._poll.register(self._listener, select.EPOLLIN)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--into", required=True)
    parser.add_argument("--after", type=int, default=400)
    parser.add_argument("--away", type=float, default=0.5)
    parser.add_argument("--port", type=int, default=0)
    Turning(parser.parse_args()).run()
