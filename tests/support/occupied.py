"""A server whose only worker is busy for as long as a test wants, so that what comes meanwhile waits."""

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor

from prometheus_client.parser import text_string_to_metric_families

from .http import ask
from .waiting import until
from .wire import Wire

# 10 ms for each number of a row: the longest rows take a minute, which no test waits for.
MODEL = "m"
SIMULATED = f"{MODEL}=constant(10ms),scale(bytes,4),width=any"
SECOND, MINUTE = 100, 6_000


def question(rows, **parameters) -> dict:
    data = [value for row in rows for value in row]
    tensor = {"name": "x", "shape": [len(rows), len(rows[0])], "datatype": "FP32", "data": data}
    return {"inputs": [tensor], **({"parameters": parameters} if parameters else {})}


def infer(server, rows, model=MODEL, headers=None, timeout=60, **parameters):
    return ask(f"{server.url}/v2/models/{model}/infer", "POST", json=question(rows, **parameters), headers=headers,
               timeout=timeout)


def is_right(reply, rows) -> bool:
    outputs = {entry["name"]: entry["data"] for entry in reply.json()["outputs"]}
    return outputs == {"sum": [sum(row) for row in rows], "first": [row[0] for row in rows]}


def phase_ms(reply, name) -> float:
    parts = dict(part.strip().split(";", 1) for part in reply.headers["server-timing"].split(","))
    return float(parts[name].split("dur=")[1].split(";")[0])


class Metrics:
    """What /metrics says of a model, each time anew."""

    def __init__(self, server, model=MODEL):
        self.server, self.model = server, model

    def value(self, name, **labels) -> float:
        text = ask(self.server.url + "/metrics").body.decode()
        wanted = {"model": self.model, **labels}
        found = [sample.value for family in text_string_to_metric_families(text) for sample in family.samples
                 if sample.name == name and wanted.items() <= sample.labels.items()]
        assert len(found) == 1, (name, labels, found)
        return found[0]

    def requests(self, status, reason="") -> float:
        return self.value("mettle_requests_total", status=status, reason=reason)

    def wait_for(self, name, wanted, **labels):
        until(lambda: self.value(name, **labels) == wanted, f"{name} to be {wanted}")


def send(server, rows, model=MODEL) -> Wire:
    """A request whose answer nobody has asked for yet: closing it hangs up."""
    body = json.dumps(question(rows))
    wire = Wire(server.port, timeout=60)
    return wire.send(f"POST /v2/models/{model}/infer HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n{body}")


@contextlib.contextmanager
def occupied(server, rows=((0,) * MINUTE,), model=MODEL):
    """Within it the model's only worker runs something that ends with it, since its client then leaves."""
    metrics = Metrics(server, model)
    with send(server, rows, model):
        until(lambda: (metrics.value("mettle_in_flight"), metrics.value("mettle_queue_depth")) == (1, 0), "a run to begin")
        yield metrics


class Waiting:
    """Requests that wait in a queue, one behind the other: each is there before the next is sent."""

    def __init__(self, metrics: Metrics):
        self.metrics = metrics
        self.pool = ThreadPoolExecutor(16)

    def send(self, rows, grows_to=None, **options):
        before = self.metrics.value("mettle_queue_depth")
        reply = self.pool.submit(infer, self.metrics.server, rows, self.metrics.model, **options)
        self.metrics.wait_for("mettle_queue_depth", before + 1 if grows_to is None else grows_to)
        return reply
