"""A TCP connection on which a test decides every byte."""

import socket
import struct

from .http import Reply


class Wire:
    def __init__(self, port: int, timeout: float = 20):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # Each send is a packet of its own.
        self._unread = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data: bytes | str):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)
        return self

    def no_more(self):
        """Closes our half: the peer reads the end of the stream."""
        self.socket.shutdown(socket.SHUT_WR)
        return self

    def reset(self):
        """Leaves as a crashed client does, with RST instead of FIN."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def reply(self, has_body=True) -> Reply:
        """The next response; what follows stays for the next call."""
        head = self._until(b"\r\n\r\n").decode("latin-1").split("\r\n")
        version, status = head[0].split(" ")[:2]
        assert version == "HTTP/1.1", head[0]
        headers = {}
        for line in head[1:-2]:
            name, value = line.split(":", 1)
            assert name.lower() not in headers, f"{name} comes twice: {head}"
            headers[name.lower()] = value.strip()
        length = int(headers.get("content-length", 0)) if has_body else 0
        return Reply(int(status), headers, self._take(length))

    def ends(self) -> bool:
        """Whether the peer closes, cleanly, without another byte."""
        return self._unread == b"" and self.socket.recv(1) == b""

    def rest(self) -> bytes:
        """All that comes until the peer closes or resets."""
        try:
            while chunk := self.socket.recv(65536):
                self._unread += chunk
        except ConnectionResetError:
            pass
        return self._unread

    def _until(self, mark: bytes) -> bytes:
        while mark not in self._unread:
            self._more()
        return self._take(self._unread.index(mark) + len(mark))

    def _take(self, count: int) -> bytes:
        while len(self._unread) < count:
            self._more()
        taken, self._unread = self._unread[:count], self._unread[count:]
        return taken

    def _more(self):
        chunk = self.socket.recv(65536)
        if not chunk:
            raise EOFError(f"the peer closed after {self._unread!r}")
        self._unread += chunk


def post(path: str, body: bytes | str, *headers: str, version="1.1") -> bytes:
    """The bytes of a POST with a right Content-Length, unless `headers` has one of its own."""
    body = body.encode() if isinstance(body, str) else body
    lines = [f"POST {path} HTTP/{version}", "Host: test", *headers]
    if not any(line.lower().startswith(("content-length", "transfer-encoding")) for line in headers):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def get(path: str, *headers: str, version="1.1") -> bytes:
    return "\r\n".join([f"GET {path} HTTP/{version}", "Host: test", *headers]).encode() + b"\r\n\r\n"


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces if piece) + b"0\r\n\r\n"
