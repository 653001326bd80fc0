"""A small shop over HTTP that writes down who did what: what scenarios are tried on."""

import itertools
import re
from collections import Counter

from .frame import Frame


class Shop(Frame):
    def __init__(self):
        self.counts = Counter()  # By "METHOD /path", ids as [id].
        self.problems = []  # Requests that a right client does not send.
        self.tokens, self.orders = {}, {}
        self.ids = itertools.count(1)
        super().__init__(("GET", "POST"))

    def answer(self, request, body: bytes):
        path = request.path.split("?")[0]
        with self.lock:
            self.counts[f"{request.command} {re.sub(r'[0-9]+', '[id]', path)}"] += 1
            if path == "/login":
                token = f"t{next(self.ids)}"
                self.tokens[token] = 0
                return 200, {"token": token}, [("Set-Cookie", f"session={token}; Path=/")]
            if path == "/stock":
                return 200, {"count": 41}, []
            return self.as_member(request, path)

    def as_member(self, request, path: str):
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in self.tokens:
            self.problems.append(f"{request.path} without a token: {token!r}")
            return 401, {"detail": "who are you?"}, []
        if f"session={token}" not in request.headers.get("Cookie", ""):
            self.problems.append(f"{request.path} without its cookie")
        self.tokens[token] += 1
        if path == "/logout":
            del self.tokens[token]
            return 200, {}, []
        if path == "/orders":
            order = next(self.ids)
            self.orders[order] = 0
            return 200, {"id": order}, []
        if path.startswith("/orders/"):
            order = int(path.removeprefix("/orders/"))
            self.orders[order] += 1
            return 200, {"state": "done" if self.orders[order] == 3 else "working"}, []
        if path.startswith("/items/"):
            return 200, {"item": path.removeprefix("/items/")}, []
        return 404, {"detail": "no such thing"}, []
