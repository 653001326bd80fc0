"""The load tools, each run once for a while and read back into one form."""

import dataclasses
import json
import pathlib
import re
from collections.abc import Callable

from . import machine, paths
from .errors import MeasurementFailed
from .process import Ended, Server, run_client


@dataclasses.dataclass
class Call:
    """What is sent, again and again."""

    port: int
    path: str
    method: str = "GET"
    body: pathlib.Path | None = None
    headers: dict = dataclasses.field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"


@dataclasses.dataclass
class Load:
    """What a load tool did. Times in microseconds; None where the tool does not say."""

    requests: int
    rps: float
    cpu_s: float | None  # None where it would hold much else: the start of Python, warm-up that is not counted
    wall_s: float
    p50_us: float | None = None
    p99_us: float | None = None
    mean_us: float | None = None
    server_cpu_us: float | None = None  # a request; steadier than requests/s on a busy machine

    @property
    def cpu_us_a_request(self) -> float:
        return self.cpu_s * 1e6 / self.requests


def billed(server: Server, measure: Callable[[], Load]) -> Load:
    """The same with the server's CPU time a request, in steps of 10 ms in all."""
    before = machine.cpu_s(server.pid)
    load = measure()
    load.server_cpu_us = (machine.cpu_s(server.pid) - before) * 1e6 / load.requests
    return load


def wrk(call: Call, connections: int, seconds: float, cpu: int, *, refused: bool = False) -> Load:
    """`refused`: nearly all answers are to be errors, and how fast they come is what is measured."""
    script = paths.PEERS / "wrk/send.lua"
    headers = [f"{k}: {v}" for k, v in call.headers.items()]
    ended = run_client(
        [paths.tool("wrk"), "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--latency", "-s", script,
         call.url, "--", call.method, call.body or "-", *headers], cpu, timeout_s=seconds + 30)
    text = _last_json(ended, "wrk")
    if refused and text["errors"] < 0.99 * text["requests"]:
        raise MeasurementFailed(f"wrk: only {text['errors']} of {text['requests']} requests were refused at {call.url}")
    if text["errors"] and not refused:
        raise MeasurementFailed(f"wrk: {text['errors']} of {text['requests']} requests failed at {call.url}")
    return Load(text["requests"], text["requests"] / text["seconds"], ended.cpu_s, ended.wall_s,
                text["p50_us"], text["p99_us"], text["mean_us"])


def h2load(call: Call, connections: int, seconds: float, cpu: int) -> Load:
    headers = [x for k, v in call.headers.items() for x in ("-H", f"{k}: {v}")]
    body = ["-d", call.body] if call.body else []
    ended = run_client([paths.tool("h2load"), "--h1", "-t1", f"-c{connections}", "-D", f"{seconds:g}", *body, *headers,
                        call.url], cpu, timeout_s=seconds + 30)
    done = re.search(r"(\d+) done, (\d+) succeeded, (\d+) failed", ended.stdout)
    speed = re.search(r"finished in [\d.]+\w+, ([\d.]+) req/s", ended.stdout)
    if not done or not speed:
        raise MeasurementFailed(f"h2load: {(ended.stdout + ended.stderr).strip()[-200:]}")
    if done[1] != done[2] or int(done[3]):
        raise MeasurementFailed(f"h2load: {done[0]} at {call.url}")
    return Load(int(done[1]), float(speed[1]), ended.cpu_s, ended.wall_s)


@dataclasses.dataclass
class RingBench:
    """What `ring_bench` says of its loops (wire_client, epoll, io_uring) in one run, by name."""

    cpu_us: dict[str, float]  # a request, with what io_uring's kernel threads had
    p50_us: dict[str, float]
    unavailable: dict[str, str]  # why a loop did not run

    def __str__(self) -> str:
        return ", ".join([f"{name} {us:.2f} µs CPU a request" for name, us in self.cpu_us.items()]
                         + list(self.unavailable.values()))


def ring_bench(call: Call, connections: int, seconds: float, cpu: int) -> RingBench:
    """All loops, one after the other, each for so many seconds; a POST of 600 bytes of its own making."""
    ended = run_client([paths.ring_bench(), "127.0.0.1", call.port, connections, f"{seconds:g}", call.path], cpu,
                       timeout_s=3 * seconds + 30)
    if ended.code:
        raise MeasurementFailed(f"ring_bench ended with {ended.code}: {ended.stderr.strip()[-200:]}")
    said = [json.loads(text) for text in ended.stdout.splitlines()]
    ran = {loop["client"]: loop for loop in said if "cpu_us" in loop}
    return RingBench({name: loop["cpu_us"] + loop["worker_us"] for name, loop in ran.items()},
                     {name: loop["p50_us"] for name, loop in ran.items()},
                     {loop["client"]: loop["unavailable"] for loop in said if "unavailable" in loop})


def mettle(call: Call, users: int, seconds: float, cpu: int, scratch: pathlib.Path, *extra,
           protocol: str = "plain", closed: bool = True, refusals: bool = False) -> tuple[Load, dict]:
    """`mettle load`: the load, and the whole result (schema mettle.run/1). `refusals`: a 503 is an answer like others, and
    only those that are none count in the load's times."""
    out = scratch / "mettle.json"
    out.unlink(missing_ok=True)
    what = ["--method", call.method] if protocol == "plain" else []
    if call.body and protocol == "plain":
        what += ["--body", call.body]
    for key, value in call.headers.items():
        what += ["--header", f"{key}: {value}"]
    how = ["-u", users, "-r", users * 10] if closed else []
    ended = run_client([paths.mettle(), "load", f"{protocol}+{call.url}", *what, *how, "-t", f"{seconds:g}s",
                        "--workers", "1", "--headless", "-o", out, *extra], cpu, timeout_s=seconds + 90)
    passed = (0, 1, 3) if refusals else (0, 3)  # 1: a failure; 3: no verdict, but the figures are there
    if ended.code not in passed or not out.exists():
        raise MeasurementFailed(f"mettle load ended with {ended.code}: {(ended.stdout + ended.stderr).strip()[-300:]}")
    result = json.loads(out.read_text())
    totals, latency = result["totals"], result["latency_ms"]
    failed = totals["failures"] - (_refused(result) if refusals else 0)
    if failed:
        raise MeasurementFailed(f"mettle load: {failed} of {totals['requests']} requests failed")
    return Load(totals["requests"], totals["rps"], ended.cpu_s, ended.wall_s,
                latency["p50"] * 1000, latency["p99"] * 1000, latency["mean"] * 1000), result


def _refused(result: dict) -> int:
    """503 and 504: what an overloaded server may say."""
    return sum(failure["count"] for failure in result["failures"]
               if failure["kind"] == "status" and failure["detail"].startswith(("503", "504")))


def reasons(result: dict) -> str:
    """A run's own verdict on itself, with its reasons."""
    return ": ".join([result["validity"]["verdict"], "; ".join(map(str, result["validity"]["reasons"]))])


def locust(call: Call, user: str, users: int, seconds: float, cpu: int) -> Load:
    """One Locust process; `user` is HttpUser or FastHttpUser. Speed as from the first answer to the last."""
    ended = run_client(
        [paths.python("bench"), "-m", "locust", "-f", paths.PEERS / "locust/locustfile.py", user, "--headless",
         "-H", f"http://127.0.0.1:{call.port}", "-u", users, "-r", users, "-t", f"{max(2, round(seconds))}s",
         "--only-summary", "--skip-log", "--json"], cpu, timeout_s=seconds + 60,
        env={"BENCH_PATH": call.path, "BENCH_BODY": str(call.body)})
    try:
        entry = json.loads(ended.stdout[ended.stdout.index("["):])[0]
    except (ValueError, IndexError) as error:
        raise MeasurementFailed(f"locust: {ended.stderr.strip()[-300:]}") from error
    if entry["num_failures"] or not entry["num_requests"]:
        raise MeasurementFailed(f"locust: {entry['num_failures']} of {entry['num_requests']} requests failed")
    span = entry["last_request_timestamp"] - entry["start_time"]
    times = sorted((float(t), n) for t, n in entry["response_times"].items())
    return Load(entry["num_requests"], entry["num_requests"] / span, None, ended.wall_s,
                _quantile(times, 0.5) * 1000, _quantile(times, 0.99) * 1000)


def perf_analyzer(port: int, model: str, data: pathlib.Path, concurrency: int, seconds: float, cpu: int,
                  scratch: pathlib.Path) -> Load:
    """Binary tensors, its default. Its speed is that of the measured windows."""
    report = scratch / "perf_analyzer.csv"
    report.unlink(missing_ok=True)
    ended = run_client(
        [paths.perf_analyzer(), "-m", model, "-u", f"127.0.0.1:{port}", "-i", "http", "-b", "1", "--input-data", data,
         "--concurrency-range", concurrency, "--measurement-interval", round(seconds * 1000 / 3),
         "--max-trials", 3, "--stability-percentage", 100, "-f", report], cpu, timeout_s=seconds * 4 + 60)
    if not report.exists():
        raise MeasurementFailed(f"perf_analyzer: {(ended.stdout + ended.stderr).strip()[-300:]}")
    header, row = (line.split(",") for line in report.read_text().splitlines()[:2])
    value = dict(zip(header, row))
    rps = float(value["Inferences/Second"])
    count = re.search(r"Request count: (\d+)", ended.stdout)
    if not count:
        raise MeasurementFailed(f"perf_analyzer: {ended.stdout.strip()[-300:]}")
    return Load(int(count[1]), rps, None, ended.wall_s, float(value["p50 latency"]), float(value["p99 latency"]))


def _quantile(times: list, q: float) -> float:
    wanted, seen = q * sum(n for _, n in times), 0
    for value, n in times:
        seen += n
        if seen >= wanted:
            return value
    raise MeasurementFailed("no response times")


def _last_json(ended: Ended, tool: str) -> dict:
    for line in reversed(ended.stdout.splitlines()):
        if line.startswith("{"):
            return json.loads(line)
    raise MeasurementFailed(f"{tool} ended with {ended.code}: {(ended.stdout + ended.stderr).strip()[-200:]}")
