"""Memory of `mettle load` over an hour's worth of requests: resident at the end over resident at a tenth of them."""

import json

from harness import digits, paths, servers
from harness.compare import Line, Plan, Spread
from harness.errors import MeasurementFailed
from harness.process import run_client

REQUESTS = 3_600 * 5_000  # An hour at 5,000 a second, as fast as the server answers.
MIB = 2**20
ONLY_WHEN_ASKED = True  # It takes some minutes.


def run(plan: Plan) -> list[Line]:
    with servers.mettle(plan.server_cpu, plan.scratch) as server:
        call = digits.v2_json(server.port, plan.scratch)
        out = plan.scratch / "soak.json"
        out.unlink(missing_ok=True)
        ended = run_client([paths.mettle(), "load", f"plain+http://127.0.0.1:{call.port}/health/live", "-u", 16, "-i",
                            REQUESTS, "--workers", "1", "--headless", "-o", out], plan.client_cpu, timeout_s=3_600)
        if ended.code not in (0, 3) or not out.exists():
            raise MeasurementFailed(f"mettle load ended with {ended.code}: {ended.stderr.strip()[-300:]}")
    result = json.loads(out.read_text())
    sent, early = 0.0, None
    for point in result["series"]:
        sent += point["rps"]
        if early is None and sent >= REQUESTS / 10:
            early = point["rss_bytes"]
    late = result["series"][-1]["rss_bytes"]
    note = f"{result['totals']['requests']} requests in {result['duration_s']:.0f} s"
    return [Line("soak", "resident memory of the load tool, at the end over at a tenth", "MiB",
                 Spread.of([late / MIB]), Spread.of([early / MIB]), Spread.of([late / early]), "<= 1.05", [note])]
