"""An HTTPS server (HTTP without --cert) that notes what its clients show it: credentials, certificates, connections."""

import argparse
import http.server
import json
import signal
import ssl
import threading

LOG = {"requests": 0, "connections": 0, "authorization": [], "keys": [], "subjects": [], "targets": []}
LOCK = threading.Lock()


def note(name, value):
    with LOCK:
        if value not in LOG[name]:
            LOG[name].append(value)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def setup(self):
        super().setup()
        with LOCK:
            LOG["connections"] += 1

    def do_GET(self):
        with LOCK:
            LOG["requests"] += 1
        note("authorization", self.headers["Authorization"])
        note("keys", self.headers["X-API-Key"])
        note("targets", self.path)
        if FLAGS.client_ca:
            note("subjects", dict(part[0] for part in self.connection.getpeercert()["subject"])["commonName"])
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")


class Server(http.server.ThreadingHTTPServer):
    def get_request(self):
        sock, address = super().get_request()
        return (CONTEXT.wrap_socket(sock, server_side=True, do_handshake_on_connect=False) if CONTEXT else sock), address

    def handle_error(self, *_):
        pass  # A client that does not trust us.


if __name__ == "__main__":
    flags = argparse.ArgumentParser()
    flags.add_argument("--cert")
    flags.add_argument("--client-ca")
    FLAGS = flags.parse_args()
    CONTEXT = None
    if FLAGS.cert:
        CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        CONTEXT.load_cert_chain(FLAGS.cert)
        if FLAGS.client_ca:
            CONTEXT.load_verify_locations(FLAGS.client_ca)
            CONTEXT.verify_mode = ssl.CERT_REQUIRED
    server = Server(("127.0.0.1", 0), Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever(0.05)
    print(json.dumps(LOG), flush=True)
