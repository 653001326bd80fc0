"""The HTTP side of the small servers that scenarios are tried on: Python's own, so that nothing of ours is there."""

import http.server
import json
import threading
from collections.abc import Iterator


class Frame:
    """A server whose answer() gives a status, a reply and a list of headers. A text is HTML, an iterator of texts a
    stream of server-sent events, anything else JSON."""

    def __init__(self, verbs: tuple[str, ...]):
        self.lock = threading.Lock()
        frame = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            wbufsize = -1  # Head and body in one packet.

            def handle_request(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, reply, headers = frame.answer(self, body)
                self.send_response(status)
                for name, value in headers:
                    self.send_header(name, value)
                if isinstance(reply, Iterator):
                    self.stream(reply)
                else:
                    self.send_whole(reply)

            def send_whole(self, reply):
                html = isinstance(reply, str)
                text = (reply if html else json.dumps(reply)).encode()
                self.send_header("Content-Type", "text/html" if html else "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(text)

            def stream(self, events):
                self.send_header("Content-Type", "text/event-stream; charset=utf-8")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                try:
                    for event in events:
                        data = f"data: {event}\n\n".encode()
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
                        self.wfile.flush()
                    self.wfile.write(b"0\r\n\r\n")
                except ConnectionError:  # Who has heard enough hangs up.
                    self.close_connection = True

            def log_message(self, *_):
                pass

        for verb in verbs:
            setattr(Handler, f"do_{verb}", Handler.handle_request)

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
        raise NotImplementedError
