"""`mettle load` with users, tasks and waits of a scenario in YAML."""

import json
import pathlib

from . import paths
from .digits import Call
from .errors import MeasurementFailed
from .load import Load
from .process import run_client


def task(call: Call, name: str = "post", indent: int = 6) -> str:
    """One that posts the call's body and wants a 200."""
    lines = [f"{name}:", "  post: /null", f"  name: {name}", f"  body_file: {call.body}",
             "  headers: {Content-Type: application/json}", "  checks: {status: 200}"]
    return "\n".join(" " * indent + line for line in lines)


def users(tasks: str, wait: str = "0") -> str:
    return f"users:\n  Poster:\n    wait: {wait}\n    tasks:\n{tasks}\n"


def run(port: int, text: str, count: int, seconds: float, cpu: int, scratch: pathlib.Path, *extra) -> tuple[Load, dict]:
    """The load, and the whole result (schema mettle.run/1)."""
    file, out = scratch / "scenario.yaml", scratch / "scenario.json"
    file.write_text(text)
    out.unlink(missing_ok=True)
    ended = run_client([paths.mettle(), "load", "-f", file, "-H", f"http://127.0.0.1:{port}", "-u", count, "-t",
                        f"{seconds:g}s", "--workers", "1", "--headless", "-o", out, *extra], cpu, timeout_s=seconds + 90)
    if ended.code not in (0, 3) or not out.exists():
        raise MeasurementFailed(f"mettle load ended with {ended.code}: {ended.stderr.strip()[-300:]}")
    result = json.loads(out.read_text())
    totals = result["totals"]
    if totals["failures"]:
        raise MeasurementFailed(f"{totals['failures']} of {totals['requests']} requests failed")
    return Load(totals["requests"], totals["rps"], ended.cpu_s, ended.wall_s), result
