#!/usr/bin/env python3
"""Mixed traffic against one server, all at once: right requests whose answers are checked, models that are swapped,
unloaded and loaded, clients that hang up, bodies that are wrong, and bursts beyond capacity.

What has to hold: every answer of a served model is right; what is refused is refused as it should be; the server's
memory and descriptors are flat after the first tenth of the time; it leaves with 0 and no sanitizer has spoken."""

import argparse
import collections
import os
import pathlib
import random
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from support import paths, samples, wrong_bodies  # noqa: E402
from support.http import ask  # noqa: E402
from support.process import Server  # noqa: E402

GROWTH = 1.25  # Of memory, over what it was after the first tenth.
MORE_DESCRIPTORS = 32  # Connections come and go: how many are open at a look is chance.


class Traffic:
    def __init__(self, server: Server):
        self.server, self.stopped = server, threading.Event()
        self.counts, self.wrong, self.lock = collections.Counter(), [], threading.Lock()

    def note(self, what: str, right: bool, detail=""):
        with self.lock:
            self.counts[what] += 1
            if not right and len(self.wrong) < 20:
                self.wrong.append(f"{what}: {detail}")
            self.counts["wrong"] += not right

    def repeat(self, action, pause: float = 0.0):
        def run():
            while not self.stopped.is_set():
                try:
                    action()
                except Exception as error:  # A server that is gone, or does not answer.
                    self.note(action.__name__, False, repr(error))
                self.stopped.wait(pause)

        thread = threading.Thread(target=run)
        thread.start()
        return thread

    def right_answers(self):
        """digits and wine are always served; their answers are those of their samples."""
        model = random.choice(["digits", "wine"])
        sample = random.choice(samples.samples(model)) if model == "wine" else random.choice(samples.DIGITS)
        inputs = [{"name": name, "shape": [len(value), len(value[0])], "datatype": "FP32", "data": value}
                  for name, value in sample["inputs"].items()]
        reply = ask(f"{self.server.url}/v2/models/{model}/infer", "POST", json={"inputs": inputs})
        if reply.status == 503:
            return self.note("refused", "retry-after" in reply.headers, reply)
        got = {tensor["name"]: tensor["data"] for tensor in reply.json()["outputs"]} if reply.status == 200 else {}
        self.note("answers", reply.status == 200 and got["label"] == sample["outputs"]["label"], reply)

    def swaps(self):
        model = random.choice(["digits", "wine"])
        reply = ask(f"{self.server.url}/v2/repository/models/{model}/load", "POST",
                    json={"parameters": {"config": "{}"}})
        self.note("swaps", reply.status == 200, reply)

    def comes_and_goes(self):
        """Another model is loaded and unloaded while it is asked for."""
        for verb in ("load", "unload"):
            reply = ask(f"{self.server.url}/v2/repository/models/guest/{verb}", "POST")
            self.note(verb, reply.status == 200, reply)
            reply = ask(f"{self.server.url}/v2/models/guest/infer", "POST", samples.body())
            self.note("guest", reply.status in (200, 404, 503), reply)

    def half_written(self):
        """A version that is cut off never takes the place of one that is whole."""
        reply = ask(f"{self.server.url}/v2/repository/models/broken/load", "POST")
        self.note("broken", reply.status == 400 and "cut off" in reply.error, reply)

    def hang_ups(self):
        request = samples.body(random.choice([1, 8]))
        head = (f"POST {samples.INFER} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(request)}\r\n\r\n").encode()
        whole = head + request
        with socket.create_connection((self.server.address.split(":")[0], self.server.port), timeout=20) as client:
            client.sendall(whole[:random.randint(1, len(whole))])
            if random.random() < 0.5:  # With a reset instead of an end.
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.note("hang-ups", True)

    def bad_bodies(self):
        body, _ = random.choice(list(wrong_bodies.WRONG.values()))
        reply = ask(f"{self.server.url}{samples.INFER}", "POST", body)
        self.note("bad bodies", 400 <= reply.status < 500 or reply.status in (501, 503), reply)


def burst(traffic: Traffic, loader: str):
    """More users than the slow model can take: it refuses, and recovers."""
    command = [loader, "load", f"v2+{traffic.server.url}", "--model", "slow", "-u", "100", "-t", "2s", "--headless"]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
    traffic.note("bursts", done.returncode in (0, 1, 3), done.stderr[-500:])


def repository(folder: pathlib.Path) -> pathlib.Path:
    for name, model in (("digits", paths.DIGITS), ("wine", paths.WINE), ("guest", paths.DIGITS)):
        (folder / name / "1").mkdir(parents=True)
        shutil.copy(model / "model.onnx", folder / name / "1")
    (folder / "slow").mkdir()
    shutil.copy(paths.DATA / "slow" / "model.onnx", folder / "slow")
    (folder / "broken" / "1").mkdir(parents=True)
    whole = (paths.DIGITS / "model.onnx").read_bytes()
    (folder / "broken" / "1" / "model.onnx").write_bytes(whole[:len(whole) // 2])
    return folder


def soak(seconds: float, loader: str, log: pathlib.Path) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="mettle-soak-") as folder:
        loads = [part for name in ("digits", "wine", "slow") for part in ("--load-model", name)]
        server = Server(repository(pathlib.Path(folder)), "--model-control", "explicit", *loads, "--max-queue", "64")
        traffic = Traffic(server)
        threads = [traffic.repeat(traffic.right_answers) for _ in range(4)]
        threads += [traffic.repeat(action, pause) for action, pause in (
            (traffic.swaps, 0.2), (traffic.comes_and_goes, 0.3), (traffic.half_written, 1), (traffic.hang_ups, 0.02),
            (traffic.bad_bodies, 0.02))]
        start, early = time.monotonic(), None
        while time.monotonic() - start < seconds and server.returncode is None:
            burst(traffic, loader)
            time.sleep(1)
            if early is None and time.monotonic() - start >= seconds / 10:
                early = (server.resident_bytes(), server.open_files())
        traffic.stopped.set()
        for thread in threads:
            thread.join()
        if server.returncode is not None:
            log.write_text(server.describe())
            return [f"the server ended with {server.returncode}: {log}"]
        late = (server.resident_bytes(), server.open_files())
        problems = list(traffic.wrong)
        code = server.stop(within=60)
        log.write_text(server.stdout + server.stderr)
        if code != 0 or "Sanitizer" in server.stderr:
            problems.append(f"the server left with {code}: {log}")
        server.reap()
    print(f"soak: {dict(traffic.counts)}")
    print(f"soak: memory {early[0] / 2**20:.1f} to {late[0] / 2**20:.1f} MiB, descriptors {early[1]} to {late[1]}")
    if late[0] > GROWTH * early[0]:
        problems.append("memory grows")
    if late[1] > early[1] + MORE_DESCRIPTORS:
        problems.append("descriptors grow")
    return problems


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--loader", default=str(paths.METTLE), help="the mettle that makes bursts")
    parser.add_argument("--log", type=pathlib.Path, default=pathlib.Path("out/soak.log"))
    options = parser.parse_args()
    random.seed(os.environ.get("SOAK_SEED", "1"))
    problems = soak(options.seconds, options.loader, options.log)
    for problem in problems:
        print(f"soak: {problem}")
    print("soak: clean" if not problems else "soak: failed")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
