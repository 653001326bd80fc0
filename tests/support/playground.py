"""A server with a bit of everything that scenarios are about: logins, cookies, forms, jobs, uploads, a model. It
writes down who did what. Python's own HTTP server, so that nothing of ours is on the other side."""

import http.server
import itertools
import json
import re
import threading
from collections import Counter
from urllib.parse import parse_qs, urlsplit

PASSWORDS = {"anna": "correct horse", "bob": "battery", "cleo": "staple, and more"}


def label_of(features) -> str:
    return "setosa" if features[1] < 1 else "versicolor" if features[1] < 2 else "virginica"


class Playground:
    def __init__(self):
        self.lock = threading.Lock()
        self.counts = Counter()  # By "METHOD /path", numbers as [id].
        self.seen = []  # (method, path with query, headers, body), the first 2,000.
        self.jobs, self.tokens, self.albums = {}, {}, {}
        self.sessions = Counter()
        self.status = {}  # By path: what to answer instead.
        self.ids = itertools.count(1)
        playground = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # Head and body in one packet.

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with playground.lock:
                    status, reply, headers = playground.answer(self, body)
                text = reply.encode() if isinstance(reply, str) else json.dumps(reply).encode()
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "text/html" if isinstance(reply, str) else "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = answer

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            request_queue_size = 1024
            daemon_threads = True

        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()

    def answer(self, request, body: bytes):
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
