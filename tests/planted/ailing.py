"""A V2 server of a model that adds up four numbers, healthy but for one planted fault.

One worker takes --seconds a request; beyond --most that wait it says 503 with Retry-After, at once. The faults:

none         nothing is wrong
leak         keeps 40 kB of each request
sockets      opens a file for each request and never closes it
queue        never refuses: everything waits
mixed        swaps the answers of two requests that wait together, now and then
rare         one answer in --every is wrong
nan          now and then NaN, while several wait
slow_start   listens only after --start seconds
first_slow   says that it is ready, and takes --start seconds for the first answer
pauses       stands still for 150 ms, once a second, as a collector of garbage does
silent       refuses without Retry-After
errors       answers 500 to one request in fifty

Its log: how many it served, and how often the fault did something."""

import argparse
import asyncio
import collections
import json
import os
import signal
import time

MODEL = {"name": "sum", "versions": ["1"], "platform": "planted",
         "inputs": [{"name": "x", "datatype": "FP32", "shape": [-1, 4]}],
         "outputs": [{"name": "y", "datatype": "FP32", "shape": [-1, 1]}]}
DOCUMENTS = {
    "/v2": {"name": "planted", "version": "1", "extensions": []},
    "/v2/health/live": {"live": True},
    "/v2/health/ready": {"ready": True},
    "/v2/models/sum/ready": {"name": "sum", "ready": True},
    "/v2/models/sum": MODEL,
    "/v2/models/stats": {"model_stats": []},
    "/v2/repository/index": [{"name": "sum", "version": "1", "state": "READY", "reason": ""}],
}


def reply(body: bytes, status="200 OK", extra="") -> bytes:
    return (f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n{extra}Content-Length: {len(body)}\r\n\r\n").encode() + body


def answer_of(body: bytes) -> float:
    return sum(json.loads(body)["inputs"][0]["data"])


def encoded(value: float) -> bytes:
    text = "NaN" if value != value else repr(value)
    return reply(b'{"model_name":"sum","model_version":"1","outputs":[{"name":"y","datatype":"FP32","shape":[1,1],'
                 b'"data":[' + text.encode() + b"]}]}")


class Service:
    def __init__(self, flags):
        self.flags = flags
        self.waiting: collections.deque = collections.deque()
        self.busy = False
        self.free_at = 0.0  # By the clock, so that timers that come late do not add up.
        self.kept: list = []
        self.log = {"served": 0, "refused": 0, "faults": 0}

    def take(self, transport, body: bytes):
        fault, log = self.flags.fault, self.log
        if len(self.waiting) >= self.flags.most and fault != "queue":
            log["refused"] += 1
            transport.write(reply(b"", "503 Service Unavailable", "" if fault == "silent" else "Retry-After: 1\r\n"))
            return
        if fault == "leak":
            self.kept.append(bytearray(os.urandom(64) * 625))
            log["faults"] += 1
        if fault == "sockets":
            self.kept.append(os.open("/dev/null", os.O_RDONLY))
            log["faults"] += 1
        self.waiting.append((transport, answer_of(body)))
        if self.flags.seconds == 0:
            self.finish()
        elif not self.busy:
            self.start()

    def start(self):
        self.busy = True
        seconds = self.flags.seconds
        if self.flags.fault == "first_slow" and self.log["served"] == 0:
            seconds = self.flags.start
        self.free_at = max(self.free_at, time.monotonic()) + seconds
        asyncio.get_running_loop().call_later(max(0, self.free_at - time.monotonic()), self.finish)

    def finish(self):
        transport, value = self.waiting.popleft()
        fault, log = self.flags.fault, self.log
        log["served"] += 1
        if fault == "rare" and log["served"] % self.flags.every == 0:
            log["faults"] += 1
            value += 1
        if fault == "nan" and self.waiting and log["served"] % 50 == 0:
            log["faults"] += 1
            value = float("nan")
        if fault == "mixed" and self.waiting and log["served"] % 20 == 0:
            log["faults"] += 1
            other, its = self.waiting[0]
            self.waiting[0] = (other, value)
            value = its
        if fault == "errors" and log["served"] % 50 == 0:
            log["faults"] += 1
            transport.write(reply(b'{"error":"planted"}', "500 Internal Server Error"))
        else:
            transport.write(encoded(value))
        self.busy = False
        if self.waiting and self.flags.seconds:
            self.start()

    def stand_still(self):
        self.log["faults"] += 1
        time.sleep(0.15)
        asyncio.get_running_loop().call_later(1.0, self.stand_still)


class Wire(asyncio.Protocol):
    def __init__(self, service: Service):
        self.service, self.unread = service, b""

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.unread += data
        while (end := self.unread.find(b"\r\n\r\n")) >= 0:
            head = self.unread[:end]
            at = head.lower().find(b"\r\ncontent-length:")
            size = int(head[at + 17:].split(b"\r\n", 1)[0]) if at >= 0 else 0
            if len(self.unread) < end + 4 + size:
                return
            body, self.unread = self.unread[end + 4:end + 4 + size], self.unread[end + 4 + size:]
            self.answer(head.split(b" ", 2)[1].decode().split("?")[0], body)

    def answer(self, path, body):
        if path.endswith("/infer"):
            self.service.take(self.transport, body)
        elif path in DOCUMENTS:
            self.transport.write(reply(json.dumps(DOCUMENTS[path]).encode()))
        else:
            self.transport.write(reply(b'{"error":"Not Found"}', "404 Not Found"))


async def main(flags):
    if flags.fault == "slow_start":
        await asyncio.sleep(flags.start)
    service = Service(flags)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Wire(service), "127.0.0.1", flags.port, backlog=8192)
    if flags.fault == "pauses":
        loop.call_later(1.0, service.stand_still)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    stopped = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    print(json.dumps(service.log), flush=True)
    os._exit(0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--fault", default="none")
    parser.add_argument("--seconds", type=float, default=0.002)
    parser.add_argument("--most", type=int, default=12)
    parser.add_argument("--start", type=float, default=2.0)
    parser.add_argument("--every", type=int, default=10_000)
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(main(parser.parse_args()))
