"""Verdicts of mettle compare where the truth is known: a simulated model against itself, and against one 5 % slower."""

import json
import os
import subprocess

from harness import paths
from harness.compare import Line, Plan, Series, Spread
from harness.errors import MeasurementFailed

ONLY_WHEN_ASKED = True
BUDGET_S = 240


def run(plan: Plan) -> list[Line]:
    pairs: dict[str, list[int]] = {"same": [], "slower": []}
    seen: dict[str, list[str]] = {"same": [], "slower": []}
    out = plan.scratch / "compare.json"

    def command(p50: float, p99: float) -> str:
        return f"{paths.mettle()} serve --port {{port}} --simulate 'slow=lognormal(p50={p50}ms,p99={p99}ms)'"

    def verdict(kind: str, factor: float) -> float:
        done = subprocess.run(
            [paths.mettle(), "compare", "--ab-cmd", command(8, 14), command(8 * factor, 14 * factor), "--budget",
             f"{BUDGET_S}s", "--seed", str(len(seen[kind]) + 1), "-o", out],
            capture_output=True, text=True, timeout=BUDGET_S + 60,
            # Both cores, which compare shares out itself.
            preexec_fn=lambda: os.sched_setaffinity(0, {plan.server_cpu, plan.client_cpu}))
        if done.returncode not in (0, 1, 3):
            raise MeasurementFailed(done.stderr[-500:])
        result = json.loads(out.read_text())
        seen[kind].append(result["verdict"])
        pairs[kind].append(result["pairs"])
        return 1.0 if result["verdict"] == "regression" else 0.0

    series = Series(plan, {"same": lambda: verdict("same", 1.0), "slower": lambda: verdict("slower", 1.05)})
    lines = []
    for kind, what, target in (("same", "A against A called a regression", "<= 0.02"),
                               ("slower", "5 % slower called a regression", ">= 0.9")):
        blamed = series.samples.get(kind, [])
        if not blamed:
            continue
        share = sum(blamed) / len(blamed)
        counts = ", ".join(f"{seen[kind].count(word)} {word}" for word in ("pass", "regression", "inconclusive"))
        lines.append(Line("compare", what, "share", ratio=Spread(share, share, share, len(blamed)), target=target,
                          notes=[f"{counts} of {len(blamed)}; {min(pairs[kind])} to {max(pairs[kind])} pairs of runs"]))
    return lines
