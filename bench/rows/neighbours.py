"""Two models on one server, one of them overloaded: the other's tail, against the same without its neighbour's load."""

import contextlib
import pathlib
import threading

from harness import heavy, paths, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed
from harness.fleet import Fleet
from harness.load import Load, mettle, wrk
from harness.process import spawn

SLO_MS = 20
LAW = f"constant(5ms),width={heavy.WIDTH}"
SHARE = 0.3  # Of the quiet one's capacity: its own queue is not what is looked at.


def run(plan: Plan) -> list[Line]:
    return sleeping(plan) + computing(plan)


def sleeping(plan: Plan) -> list[Line]:
    """Models that wait for something else than the core, as for an accelerator: what they share is the server's own."""
    with Fleet(plan, both=lambda cpu, scratch: servers.mettle(
            cpu, scratch, "--workers", 1, "--slo", f"p99<{4 * SLO_MS}ms", "--simulate", f"loud={LAW}",
            simulate=f"quiet={LAW}")) as fleet:
        port = fleet["both"].port
        quiet = heavy.call(port, plan.scratch, "quiet", "x")
        loud = heavy.call(port, plan.scratch, "loud", "x")
        return compare("models that sleep for 5 ms", quiet, SHARE * 200, loud, 2 * 200, plan)


def computing(plan: Plan) -> list[Line]:
    """Two copies of `heavy` on the same core: half of it is the quiet one's when it asks for so much."""
    folder = plan.scratch / "neighbours"
    for name in ("quiet", "loud"):
        (folder / name).mkdir(parents=True, exist_ok=True)
        link = folder / name / "model.onnx"
        link.unlink(missing_ok=True)
        link.symlink_to(heavy.folder() / "model.onnx")
    with Fleet(plan, both=lambda cpu, scratch: servers.repository(
            cpu, scratch, folder, "--workers", 1, "--slo", f"p99<{SLO_MS}ms")) as fleet:
        port = fleet["both"].port
        quiet, loud = (heavy.call(port, plan.scratch, name) for name in ("quiet", "loud"))
        heavy.check(quiet)
        capacity = wrk(loud, 64, plan.seconds, plan.client_cpu).rps
        return compare("two copies of heavy on one core", quiet, 500, loud, 1.5 * capacity, plan)


def compare(what: str, quiet, rate: float, loud, loud_rate: float, plan: Plan) -> list[Line]:
    def alone() -> Load:
        return mettle(quiet, 0, plan.seconds, plan.client_cpu, plan.scratch, "--rate", round(rate), "--arrivals", "poisson",
                      closed=False)[0]

    def beside() -> Load:
        with loaded(loud, loud_rate, plan):
            return alone()

    series = Series(plan, {"beside": beside, "alone": alone})
    return [series.line("neighbours", f"{what}, one overloaded: the other's p99 at {rate:g} requests/s, against alone", "ms",
                        "beside", "alone", lambda load: load.p99_us / 1000, target="<= 2")]


@contextlib.contextmanager
def loaded(call, rate: float, plan: Plan):
    """So many requests/s, whatever is answered, until the block ends."""
    out = pathlib.Path(plan.scratch / "loud.txt")
    headers = [x for k, v in call.headers.items() for x in ("--header", f"{k}: {v}")]
    with open(out, "wb") as log:
        process = spawn([paths.mettle(), "load", f"plain+{call.url}", "--method", "POST", "--body", call.body, *headers,
                         "--rate", round(rate), "--max-connections", 1000, "--workers", 1, "--headless", "-t", "600s"],
                        plan.client_cpu, stdout=log, stderr=log)
    try:
        threading.Event().wait(0.5)
        yield
        if process.poll() is not None:
            raise MeasurementFailed(f"the neighbour's load ended with {process.returncode}: {out.read_text()[-200:]}")
    finally:
        process.terminate()
        process.wait()
