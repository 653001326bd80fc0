"""Processes on a core of their own: servers that stay, clients that are waited for and billed."""

import contextlib
import dataclasses
import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import time

from . import http
from .errors import MeasurementFailed

_STOPS = {signal.SIGINT, signal.SIGTERM}


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@contextlib.contextmanager
def uninterrupted():
    """Ctrl-C and SIGTERM wait until the child is in a variable: one that nobody knows would never be stopped."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _become_child(cpu: int) -> None:
    os.sched_setaffinity(0, {cpu})
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)


def spawn(argv: list, cpu: int, *, env: dict | None = None, cwd=None, stdout=subprocess.DEVNULL,
          stderr=subprocess.DEVNULL) -> subprocess.Popen:
    """Starts argv pinned to one core, in a session of its own so that Ctrl-C here does not reach it first."""
    return subprocess.Popen(
        [str(a) for a in argv], stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, cwd=cwd,
        env={**os.environ, **(env or {})}, start_new_session=True,
        preexec_fn=lambda: _become_child(cpu),
    )


class Server:
    """A server under test, from start to stop: `with Server(...) as s`."""

    def __init__(self, name: str, argv: list, cpu: int, port: int, ready: str, *, scratch: pathlib.Path,
                 env: dict | None = None, cwd=None, patience_s: float = 60):
        self.name, self.argv, self.cpu, self.port = name, argv, cpu, port
        self.ready, self.env, self.cwd, self.patience_s = ready, env, cwd, patience_s
        self.log = scratch / f"{name}.log"
        self.process: subprocess.Popen | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        return self.process.pid

    def start(self) -> None:
        """Starts without waiting for readiness."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "wb") as log, uninterrupted():
            self.process = spawn(self.argv, self.cpu, env=self.env, cwd=self.cwd, stdout=log, stderr=log)

    def wait_ready(self) -> None:
        deadline = time.monotonic() + self.patience_s
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise MeasurementFailed(f"{self.name} ended with {self.process.returncode}: {self.last_words()}")
            try:
                if http.request(self.port, "GET", self.ready, timeout_s=2).status == 200:
                    return
            except OSError:
                pass
            time.sleep(0.02)
        raise MeasurementFailed(f"{self.name} was not ready after {self.patience_s:.0f} s: {self.last_words()}")

    def stop(self) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def last_words(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return " | ".join(lines[-3:]) or "it said nothing"

    def __enter__(self) -> "Server":
        try:
            self.start()
            self.wait_ready()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_) -> None:
        self.stop()


@dataclasses.dataclass
class Ended:
    """A client that ran to its end."""

    code: int
    stdout: str
    stderr: str
    wall_s: float
    cpu_s: float  # user + system, of it and of the children that it waited for


def run_client(argv: list, cpu: int, *, timeout_s: float, env: dict | None = None, cwd=None) -> Ended:
    """Runs a load tool to its end and bills it, through wait4, for exactly its own CPU time."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        begin = time.monotonic()
        with uninterrupted():
            process = spawn(argv, cpu, env=env, cwd=cwd, stdout=out, stderr=err)
        try:
            status, usage = _wait4(process.pid, begin + timeout_s)
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.monotonic() - begin
        out.seek(0)
        err.seek(0)
        return Ended(process.returncode, out.read().decode(errors="replace"), err.read().decode(errors="replace"),
                     wall, usage.ru_utime + usage.ru_stime)


def _wait4(pid: int, deadline: float):
    while time.monotonic() < deadline:
        done, status, usage = os.wait4(pid, os.WNOHANG)
        if done:
            return status, usage
        time.sleep(0.02)
    raise MeasurementFailed("the load tool did not end in time")
