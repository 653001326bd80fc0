"""A small HTTP server on bare sockets, whose every move is known. It prints its address, and on SIGTERM its log as JSON.

One thread and epoll; a connection is accepted and answered before the next is accepted, so that after a pause requests
are answered in about the order in which they came.
"""

import json
import select
import signal
import socket
import time


class Connection:
    def __init__(self, sock: socket.socket):
        self.socket = sock
        self.unread = b""

    def next_request(self) -> tuple[bytes, bytes] | None:
        """Head and body, once both are there."""
        end = self.unread.find(b"\r\n\r\n")
        if end < 0:
            return None
        head, size = self.unread[:end], 0
        at = head.lower().find(b"\r\ncontent-length:")
        if at >= 0:
            size = int(head[at + 17:].split(b"\r\n", 1)[0])
        whole = end + 4 + size
        if len(self.unread) < whole:
            return None
        body, self.unread = self.unread[end + 4:whole], self.unread[whole:]
        return head, body


class PlantedServer:
    """Subclasses say what is answered. `log` is what they want the test to know."""

    def __init__(self):
        self.log = {"requests": 0, "most_connections": 0}
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=8192)
        self._listener.setblocking(False)
        self._poll = select.epoll()
        self._poll.register(self._listener, select.EPOLLIN)
        self.connections: dict[int, Connection] = {}
        self._stopped = False

    def answer(self, head: bytes, body: bytes, connection: Connection) -> bytes | None:
        """The bytes of the answer; None for silence. May close(connection)."""
        raise NotImplementedError

    def close(self, connection: Connection):
        if self.connections.pop(connection.socket.fileno(), None):
            connection.socket.close()

    def run(self):
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "_stopped", True))
        print(f"http://127.0.0.1:{self._listener.getsockname()[1]}", flush=True)
        while not self._stopped:
            for descriptor, _ in self._poll.poll(0.1):
                if descriptor == self._listener.fileno():
                    self._accept()
                elif descriptor in self.connections:
                    self._read(self.connections[descriptor])
        print(json.dumps(self.log), flush=True)

    def _accept(self):
        try:
            sock, _ = self._listener.accept()
        except BlockingIOError:
            return
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection = self.connections[sock.fileno()] = Connection(sock)
        self.log["most_connections"] = max(self.log["most_connections"], len(self.connections))
        self._poll.register(sock, select.EPOLLIN)
        self._read(connection)

    def _read(self, connection: Connection):
        try:
            data = connection.socket.recv(65536)
            if not data:
                return self.close(connection)
            connection.unread += data
            while request := connection.next_request():
                self.log["requests"] += 1
                reply = self.answer(*request, connection)
                if reply and connection.socket.fileno() >= 0:
                    connection.socket.setblocking(True)
                    connection.socket.sendall(reply)
                    connection.socket.setblocking(False)
                if connection.socket.fileno() < 0:
                    return
        except BlockingIOError:
            pass
        except OSError:
            self.close(connection)


def ok(body: bytes = b'{"ok":true}', status="200 OK") -> bytes:
    return b"HTTP/1.1 %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (
        status.encode(), len(body), body)


def now() -> float:
    return time.monotonic()
