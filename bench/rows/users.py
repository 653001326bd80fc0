"""What users, tasks and waits cost the load tool in CPU a request: a scenario in YAML against the bare loop."""

import json

from harness import digits, paths, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed
from harness.fleet import Fleet
from harness.load import Load, mettle
from harness.process import run_client

CONNECTIONS = 16
SCENARIO = """\
target: http://127.0.0.1:{port}
users:
  Poster:
    tasks:
      post:
        post: /null
        body_file: {body}
        headers: {{Content-Type: application/json}}
        checks: {{status: 200}}
"""


def run(plan: Plan) -> list[Line]:
    with Fleet(plan, nginx=servers.nginx) as fleet:
        port = fleet["nginx"].port
        call = digits.null_post(port, plan.scratch)
        file = plan.scratch / "users.yaml"
        file.write_text(SCENARIO.format(port=port, body=call.body))

        def scenario() -> Load:
            out = plan.scratch / "users.json"
            out.unlink(missing_ok=True)
            ended = run_client([paths.mettle(), "load", "-f", file, "-u", CONNECTIONS, "-r", CONNECTIONS * 10, "-t",
                                f"{plan.seconds:g}s", "--workers", "1", "-o", out], plan.client_cpu,
                               timeout_s=plan.seconds + 60)
            if ended.code not in (0, 3) or not out.exists():
                raise MeasurementFailed(f"mettle load ended with {ended.code}: {ended.stderr.strip()[-300:]}")
            totals = json.loads(out.read_text())["totals"]
            if totals["failures"]:
                raise MeasurementFailed(f"{totals['failures']} of {totals['requests']} requests failed")
            return Load(totals["requests"], totals["rps"], ended.cpu_s, ended.wall_s)

        series = Series(plan, {
            "yaml": scenario,
            "bare": lambda: mettle(call, CONNECTIONS, plan.seconds, plan.client_cpu, plan.scratch)[0],
        })
    return [series.line("users", "client CPU a request, a scenario in YAML against the bare loop", "µs", "yaml", "bare",
                        lambda load: load.cpu_us_a_request, target="<= 1.15")]
