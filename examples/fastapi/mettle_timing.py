"""Tells Mettle, and anybody who reads `Server-Timing`, where the time of a request went.

One file without dependencies, for any ASGI app (FastAPI, Starlette, Litestar, ...): copy it beside yours.

    from mettle_timing import MettleTiming, phase

    app = FastAPI()
    app.add_middleware(MettleTiming)

    @app.post("/predict")
    def predict(body: Body):
        with phase("pre"):
            row = prepare(body)
        with phase("infer"):
            result = session.run(None, {"input": row})
        with phase("post"):
            return label_of(result)

The header has the phases in milliseconds, as `mettle serve` sends them: `parse` is what came before the first phase (the
body read and validated), `write` what came after the last one (the answer encoded), `queue`, `pre`, `infer` and `post` are
yours. A phase that is entered twice counts both times. Phases work in `async def` and in `def` handlers alike; a request
without any has no header. The cost is some microseconds a request.
"""

import contextlib
import contextvars
import time

PHASES = ("parse", "pre", "queue", "batch", "infer", "post", "write")

_times: contextvars.ContextVar = contextvars.ContextVar("mettle_timing", default=None)


@contextlib.contextmanager
def phase(name: str):
    """Counts the time of the block as `name`: "pre", "queue", "batch", "infer" or "post"."""
    if name not in PHASES:
        raise ValueError(f"there is no phase {name!r}: one of {', '.join(PHASES)}")
    times = _times.get()
    start = time.perf_counter()
    try:
        yield
    finally:
        if times is not None:
            times.add(name, start, time.perf_counter())


class _Times:
    def __init__(self):
        self.start = time.perf_counter()
        self.first = self.last = None
        self.seconds = {}

    def add(self, name, start, end):
        self.first = start if self.first is None else min(self.first, start)
        self.last = end if self.last is None else max(self.last, end)
        self.seconds[name] = self.seconds.get(name, 0.0) + end - start

    def header(self) -> bytes:
        now = time.perf_counter()
        seconds = {"parse": self.first - self.start, "queue": 0.0, "batch": 0.0, "infer": 0.0, "write": now - self.last}
        for name, value in self.seconds.items():
            seconds[name] = seconds.get(name, 0.0) + value
        return ", ".join(f"{name};dur={seconds[name] * 1000:.3f}" for name in PHASES if name in seconds).encode()


class MettleTiming:
    """ASGI middleware that sends the phases of each request. Add it last, so that it is the outermost."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        times = _Times()
        token = _times.set(times)

        async def send_with_times(message):
            if message["type"] == "http.response.start" and times.last is not None:
                headers = [*message.get("headers", ()), (b"server-timing", times.header())]
                message = {**message, "headers": headers}
            await send(message)

        try:
            await self.app(scope, receive, send_with_times)
        finally:
            _times.reset(token)
