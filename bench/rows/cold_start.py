"""From exec to the first right answer, against the FastAPI app."""

import time

from harness import digits, http, servers
from harness.compare import Line, Plan, Series
from harness.errors import MeasurementFailed


def run(plan: Plan) -> list[Line]:
    def measure(make, words) -> float:
        server = make(plan.server_cpu, plan.scratch)
        call = words(server.port, plan.scratch)
        body = call.body.read_bytes()
        begin = time.monotonic()
        server.start()
        try:
            while time.monotonic() - begin < server.patience_s:
                try:
                    reply = http.request(call.port, call.method, call.path, body, call.headers)
                    if reply.status == 200 and digits.is_right(reply):
                        return (time.monotonic() - begin) * 1000
                except OSError:
                    pass
                if server.process.poll() is not None:
                    break
                time.sleep(0.0005)
            raise MeasurementFailed(f"{server.name} never answered right: {server.last_words()}")
        finally:
            server.stop()

    contenders = {
        "mettle": lambda: measure(servers.mettle, digits.v2_json),
        "fastapi": lambda: measure(servers.fastapi, digits.fastapi_json),
    }
    plan.say("    once each, not counted, so that all files are in memory:")
    Series(plan, contenders, repeats=1)
    series = Series(plan, contenders)
    return [series.line("cold_start", "exec to first right answer, against FastAPI", "ms", "mettle", "fastapi", float,
                        target="<= 0.1")]
