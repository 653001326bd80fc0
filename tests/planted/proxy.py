"""A forward proxy: tunnels on CONNECT, requests with a whole URL in clear. It notes what it was asked for."""

import json
import signal
import socket
import threading
import urllib.parse

LOG = {"tunnels": [], "targets": []}


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass


def read_head(sock):
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        byte = sock.recv(1)
        if not byte:
            return b""
        head += byte
    return head


def serve(sock):
    head = read_head(sock)
    if not head:
        return
    method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ")
    if method == "CONNECT":
        LOG["tunnels"].append(target)
        host, port = target.rsplit(":", 1)
        if port == "1":
            return sock.sendall(b"HTTP/1.1 403 Not There\r\n\r\n")
        peer = socket.create_connection((host, int(port)))
        sock.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
    else:
        LOG["targets"].append(target)
        url = urllib.parse.urlsplit(target)
        peer = socket.create_connection((url.hostname, url.port))
        peer.sendall(head.replace(target.encode(), (url.path or "/").encode(), 1))
    threading.Thread(target=pump, args=(sock, peer), daemon=True).start()
    pump(peer, sock)


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0), backlog=100)
    listener.settimeout(0.05)
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    while not stopped.is_set():
        try:
            threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
        except TimeoutError:
            pass
    print(json.dumps(LOG), flush=True)
