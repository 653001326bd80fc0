"""Burns a known share of a core in a second process of its own, leaks a known amount a second, and answers GET with
a page of metrics that prometheus_client wrote."""

import argparse
import ctypes
import http.server
import multiprocessing
import signal
import threading
import time

import prometheus_client


def burn(share: float):
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: dies with its parent.
    while True:
        begun = time.process_time()
        while time.process_time() - begun < share * 0.02:
            pass
        time.sleep((1 - share) * 0.02)


def leak(a_second: int):
    kept = []
    while True:
        kept.append(bytearray(b"x") * (a_second // 10))
        time.sleep(0.1)


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        asked.inc(3)
        body = prometheus_client.generate_latest(registry)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


flags = argparse.ArgumentParser()
flags.add_argument("--burn", type=float, default=0)
flags.add_argument("--leak", type=int, default=0)
options = flags.parse_args()
registry = prometheus_client.CollectorRegistry()
asked = prometheus_client.Counter("mettle_planted_asked", "Three a page.", registry=registry)
prometheus_client.Gauge("mettle_planted_level", 'A level, "quoted".', ["path"], registry=registry).labels('a"}\\b,\n=c').set(4.5e-7)
prometheus_client.Gauge("mettle_planted_plain", "Another.", registry=registry).set(-12345.5)

if __name__ == "__main__":
    if options.burn:
        multiprocessing.get_context("fork").Process(target=burn, args=[options.burn], daemon=True).start()
    if options.leak:
        threading.Thread(target=leak, args=[options.leak], daemon=True).start()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    server.serve_forever()
