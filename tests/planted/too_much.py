"""One worker that takes --seconds a request, and what it does with more than that by --way:

queue     everything waits, for as long as that takes
shed      beyond --most that wait it says 503 with Retry-After, at once
silent    the same without Retry-After
errors    the same with 500
stuck     queues; once more than a hundred wait, each takes ten times as long from then on

Its log: how many it served, refused and left to who had hung up."""

import argparse
import asyncio
import json
import signal

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"
REFUSALS = {
    "shed": b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n",
    "silent": b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n",
    "errors": b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n",
}


class TooMuch:
    def __init__(self, way: str, seconds: float, most: int):
        self.way, self.seconds, self.most = way, seconds, most
        self.waiting: asyncio.Queue = asyncio.Queue()
        self.log = {"served": 0, "refused": 0, "gone": 0, "most_waiting": 0}

    async def work(self):
        while True:
            writer, done = await self.waiting.get()
            await asyncio.sleep(self.seconds)
            gone = writer.is_closing()
            self.log["gone" if gone else "served"] += 1
            if not gone:
                writer.write(ANSWER)
            done.set()

    async def serve(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                size = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
                if size:
                    await reader.readexactly(int(size[0].split(b":")[1]))
                await self.take(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def take(self, writer):
        waiting = self.waiting.qsize()
        self.log["most_waiting"] = max(self.log["most_waiting"], waiting)
        if self.way == "stuck" and waiting > 100:
            self.seconds, self.way = 10 * self.seconds, "stuck for good"
        if self.way in REFUSALS and waiting >= self.most:
            self.log["refused"] += 1
            writer.write(REFUSALS[self.way])
            return
        done = asyncio.Event()
        await self.waiting.put((writer, done))
        await done.wait()


async def main(flags):
    served = TooMuch(flags.way, flags.seconds, flags.most)
    server = await asyncio.start_server(served.serve, "127.0.0.1", 0, backlog=8192)
    worker = asyncio.create_task(served.work())
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    await stopped.wait()
    worker.cancel()
    print(json.dumps(served.log), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--way", choices=["queue", "stuck", *REFUSALS], default="queue")
    parser.add_argument("--seconds", type=float, default=0.005)
    parser.add_argument("--most", type=int, default=8)
    asyncio.run(main(parser.parse_args()))
