"""A server with a bit of everything that scenarios are about: logins, cookies, forms, jobs, uploads, a model. It
writes down who did what."""

import itertools
import json
import re
import time
from collections import Counter
from urllib.parse import parse_qs, urlsplit

from .frame import Frame

PASSWORDS = {"anna": "correct horse", "bob": "battery", "cleo": "staple, and more"}


def label_of(features) -> str:
    return "setosa" if features[1] < 1 else "versicolor" if features[1] < 2 else "virginica"


class Playground(Frame):
    def __init__(self):
        self.counts = Counter()  # By "METHOD /path", numbers as [id].
        self.seen = []  # (method, path with query, headers, body), the first 2,000.
        self.jobs, self.tokens, self.albums = {}, {}, {}
        self.sessions = Counter()
        self.status = {}  # By path: what to answer instead.
        self.ids = itertools.count(1)
        super().__init__(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"))

    def answer(self, request, body: bytes):
        with self.lock:
            status, reply, headers = self.answer_locked(request, body)
        return status, reply, list(headers.items())

    def answer_locked(self, request, body: bytes):
        url = urlsplit(request.path)
        path = url.path
        self.counts[f"{request.command} {re.sub(r'[0-9]+', '[id]', path)}"] += 1
        if len(self.seen) < 2000:
            self.seen.append((request.command, request.path, dict(request.headers), body))
        if path in self.status:
            return self.status[path], {"detail": "as the test wants it"}, {}
        parts = path.strip("/").split("/")
        handler = getattr(self, f"on_{parts[0] or 'home'}", None)
        if not handler:
            return 404, {"detail": "no such thing"}, {}
        return handler(request, parts[1:], parse_qs(url.query), body)

    def on_home(self, request, rest, query, body):
        return 200, "<h1>home</h1>", {"X-Cache": "HIT"}

    def on_items(self, request, rest, query, body):
        if rest:
            return 200, {"id": int(rest[0]), "name": f"item {rest[0]}"}, {}
        return 200, {"count": 3, "items": [{"id": n} for n in (7, 8, 9)], "big": 9007199254740993}, {}

    def on_login(self, request, rest, query, body):
        sent = json.loads(body)
        if "password" in sent and PASSWORDS.get(sent["user"]) != sent["password"]:
            return 401, {"detail": "who are you?"}, {}
        token = f"t{next(self.ids)}"
        self.tokens[token] = sent["user"]
        return 200, {"token": token, "user": sent["user"]}, {}

    def on_me(self, request, rest, query, body):
        user = self.tokens.get(request.headers.get("Authorization", "").removeprefix("Bearer "))
        return (200, {"user": user}, {}) if user else (401, {"detail": "no token"}, {})

    def on_jobs(self, request, rest, query, body):
        if request.command == "POST":
            job = next(self.ids)
            self.jobs[str(job)] = [0, len(json.loads(body)["text"])]
            return 202, {"id": job, "state": "working"}, {}
        asked, length = self.jobs[rest[0]]
        if rest[1:] == ["result"]:
            return (200, {"length": length}, {}) if asked >= 3 else (409, {"detail": "not yet"}, {})
        self.jobs[rest[0]][0] += 1
        return 200, {"state": "done" if asked >= 2 else "working"}, {}

    def on_predict(self, request, rest, query, body):
        features = json.loads(body)["features"]
        if not all(isinstance(value, (int, float)) for value in features):
            return 422, {"detail": "numbers, please"}, {}
        return 200, {"label": label_of(features), "score": 0.9}, {}

    def on_form(self, request, rest, query, body):
        session = re.search(r"session=(\w+)", request.headers.get("Cookie", ""))
        if request.command == "GET":
            name = session[1] if session else f"s{next(self.ids)}"
            self.sessions[name] += 1
            return 200, f'<form><input name="csrf" value="c{name}"></form>', {"Set-Cookie": f"session={name}; Path=/"}
        if not session or parse_qs(body.decode()).get("csrf") != [f"c{session[1]}"]:
            return 403, "<p>no</p>", {}
        return 303, "", {"Location": "/thanks"}

    def on_ticks(self, request, rest, query, body):
        count, gap = int(query.get("count", [5])[0]), float(query.get("gap", [1])[0]) / 1000

        def ticks():
            for number in range(1, count + 1):
                yield json.dumps({"tick": number})
                time.sleep(gap)
            yield "[DONE]"

        return 200, ticks(), {}

    def on_thanks(self, request, rest, query, body):
        return 200, "<p>thank you</p>", {}

    def on_cart(self, request, rest, query, body):
        return 200, {"rows": len(rest)}, {}

    def on_albums(self, request, rest, query, body):
        if request.command == "POST" and not rest:
            album = str(next(self.ids))
            self.albums[album] = 0
            return 201, {"id": int(album)}, {}
        if rest[0] not in self.albums:
            return 404, {"detail": "no such album"}, {}
        if request.command == "DELETE":
            del self.albums[rest[0]]
            return 204, "", {}
        self.albums[rest[0]] += 1
        if rest[1] == "pictures":
            boundary = request.headers["Content-Type"].split("boundary=")[1].encode()
            for part in body.split(b"--" + boundary)[1:-1]:
                head, content = part.strip(b"\r\n").split(b"\r\n\r\n", 1)
                if b'filename="picture.csv"' in head and b"text/csv" in head:
                    return 200, {"size": len(part.split(b"\r\n\r\n", 1)[1]) - 2}, {}
            return 400, {"detail": "no picture"}, {}
        return 200, {"size": len(body)}, {}
