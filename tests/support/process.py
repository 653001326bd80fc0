"""A program that runs beside a test: output kept in files, always reaped, shown when the test fails."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile

from . import paths
from .waiting import until

running: list["Process"] = []  # conftest.py shows their output when a test fails.


class Process:
    def __init__(self, command, env=None, cwd=None, own_group=False):
        self.command = [str(part) for part in command]
        self._folder = tempfile.TemporaryDirectory(prefix="mettle-test-")
        folder = pathlib.Path(self._folder.name)
        self._out, self._err = folder / "stdout", folder / "stderr"
        with open(self._out, "wb") as out, open(self._err, "wb") as err:
            self._child = subprocess.Popen(
                self.command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, cwd=cwd,
                env=None if env is None else {**os.environ, **env}, start_new_session=own_group)
        self._own_group = own_group
        running.append(self)

    @property
    def pid(self) -> int:
        return self._child.pid

    @property
    def stdout(self) -> str:
        return self._out.read_text(errors="replace")

    @property
    def stderr(self) -> str:
        return self._err.read_text(errors="replace")

    @property
    def returncode(self):
        return self._child.poll()

    def wait_for(self, pattern: str, where="stdout", within: float = 20) -> re.Match:
        """The first match in the output. Fails at once when the process ends without it."""

        def probe():
            ended = self.returncode is not None
            match = re.search(pattern, getattr(self, where), re.MULTILINE)
            assert match or not ended, f"{self.describe()}\nended without saying {pattern!r}"
            return match

        return until(probe, f"{pattern!r} on {where} of {self.command[0]}", within)

    def send_signal(self, number=signal.SIGTERM):
        if self.returncode is None:
            self._child.send_signal(number)

    def wait(self, within: float = 20) -> int:
        """The exit code, once it has ended by itself or after send_signal()."""
        try:
            return self._child.wait(within)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"{self.describe()}\nhad not ended after {within:g} s") from None

    def stop(self, number=signal.SIGTERM, within: float = 20) -> int:
        self.send_signal(number)
        return self.wait(within)

    def reap(self):
        """Ends it for good and removes its files. Harmless when it has ended already."""
        if self._own_group:  # Helpers of its own may outlive it.
            try:
                os.killpg(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        elif self.returncode is None:
            self._child.kill()
        self._child.wait()
        if self in running:
            running.remove(self)
        self._folder.cleanup()

    def describe(self) -> str:
        state = "still running" if self.returncode is None else f"exit code {self.returncode}"
        return (f"$ {' '.join(self.command)}   [{state}]\n--- stdout\n{self.stdout[-4000:]}\n"
                f"--- stderr\n{self.stderr[-4000:]}")


class Server(Process):
    """`mettle serve` on a port of the system's choosing."""

    def __init__(self, *arguments, env=None):
        port = [] if "--port" in arguments else ["--port", "0"]
        super().__init__([paths.METTLE, "serve", *arguments, *port], env=env)
        try:
            found = self.wait_for(r"http://([\d.]+|\[[^\]]+\]):(\d+)")
            self.wait_for(r"Stop: Ctrl-C")  # All of the announcement is there.
        except AssertionError:
            self.reap()
            raise
        self.url, self.port = found.group(0), int(found.group(2))
        self.address = f"{found.group(1)}:{self.port}"

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    def cpu_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_bytes(self) -> int:
        pages = int(pathlib.Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")


class Ended:
    """A command that ran to its end."""

    def __init__(self, command, within: float = 30, env=None, stdin=None):
        self.command = [str(part) for part in command]
        done = subprocess.run(self.command, capture_output=True, timeout=within, input=stdin,
                              env=None if env is None else {**os.environ, **env})
        self.code = done.returncode
        self.stdout = done.stdout.decode(errors="replace")
        self.stderr = done.stderr.decode(errors="replace")

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    def __repr__(self):
        return f"$ {' '.join(self.command)}   [exit code {self.code}]\n{self.output[-6000:]}"


def mettle(*arguments, **options) -> Ended:
    """Runs the binary under test to its end."""
    return Ended([paths.METTLE, *arguments], **options)
