"""A server of blocking sockets, a thread a connection, that keeps a log of its own: what it took, what it sent, and how
long each answer was on its way. On SIGTERM the log is printed as JSON.

The first connection is the look that a tester takes before its load: it gets plain answers and is not in the log.
"""

import json
import signal
import socket
import sys
import threading
import time

GOOD = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 11\r\n\r\n{"ok":true}'


class Gone(Exception):
    """The client has closed."""


class Connection:
    """One client. `count` is the number of its requests so far."""

    def __init__(self, sock: socket.socket, log: "Log | None"):
        self.socket, self.log, self.count = sock, log, 0
        self._unread, self._taken_at, self._waiting = b"", 0.0, False
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def take(self, body=True) -> bytes:
        """The head of the next request, with its body unless told otherwise."""
        while b"\r\n\r\n" not in self._unread:
            self._unread += self._more()
        head, self._unread = self._unread.split(b"\r\n\r\n", 1)
        size = 0
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                size = int(line[15:])
        while body and len(self._unread) < size:
            self._unread += self._more()
        if body:
            self._unread = self._unread[size:]
        self._taken_at, self._waiting = time.monotonic(), True
        self.count += 1
        self._note("requests", 1)
        self._note("bytes_in", len(head) + 4 + (size if body else 0))
        return head

    def answer(self, data: bytes, flags=0):
        """The whole of an answer, or the last part of one."""
        if self._waiting and self.log:
            # Before the send: by the time that it returns, the client may have had it for a while.
            self.log.took(time.monotonic() - self._taken_at)
        self._waiting = False
        self.send(data, flags)
        self._note("answers", 1)

    def send(self, data: bytes, flags=0):
        try:
            self.socket.sendall(data, flags)
        except OSError:
            raise Gone from None
        self._note("bytes_out", len(data))

    def no_more(self):
        """Says that it has nothing more to send."""
        self.socket.shutdown(socket.SHUT_WR)

    def drain(self):
        """What the client sends until it closes is thrown away."""
        try:
            while self.socket.recv(1 << 20):
                pass
        except OSError:
            pass

    def hang_up(self) -> bool:
        """Closes, and says whether something had come that nobody took. What comes later is answered with a reset."""
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
            return bool(self._unread) or bool(self.socket.recv(1, socket.MSG_DONTWAIT))
        except OSError:
            return False

    def _more(self) -> bytes:
        try:
            data = self.socket.recv(1 << 20)
        except OSError:
            data = b""
        if not data:
            raise Gone
        return data

    def _note(self, what: str, amount):
        if self.log:
            self.log.add(what, amount)


class Log:
    def __init__(self):
        self._lock = threading.RLock()  # The end may come while the main thread has it.
        self._counts = {"requests": 0, "answers": 0, "connections": 0, "bytes_in": 0, "bytes_out": 0}
        self._times_s: list[float] = []

    def add(self, what: str, amount=1):
        with self._lock:
            self._counts[what] = self._counts.get(what, 0) + amount

    def took(self, seconds: float):
        with self._lock:
            self._times_s.append(seconds)

    def text(self) -> str:
        with self._lock:
            return json.dumps({**self._counts, "times_ms": [round(1000 * value, 4) for value in self._times_s]})


def serve(move):
    """Runs `move(connection)` in a thread for each connection, until SIGTERM. When it returns the connection is closed."""
    log = Log()
    listener = socket.create_server(("127.0.0.1", 0), backlog=4096)

    def end(*_):
        print(log.text(), flush=True)
        sys.stdout.flush()
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, end)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    before = getattr(move, "before_accepting", None)
    look = True
    while True:
        if not look and before:
            before(listener, log)
        sock, _ = listener.accept()
        if not look:
            log.add("connections")
        threading.Thread(target=_guarded, args=(move if not look else plain, Connection(sock, None if look else log)),
                         daemon=True).start()
        look = False


def plain(connection: Connection):
    while True:
        connection.take()
        connection.answer(GOOD)


def _guarded(move, connection: Connection):
    try:
        move(connection)
    except Gone:
        pass
    finally:
        connection.socket.close()
