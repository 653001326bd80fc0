"""Triton's settings of a queue in a model's config.pbtxt, end to end: they mean what they mean there."""

from concurrent.futures import ThreadPoolExecutor

import onnx
import pytest
from onnx import TensorProto, helper

from support.http import ask
from support.occupied import Metrics, Waiting, occupied, phase_ms, question

FOR_EVER, SHORT = 1e12, 1


def looping_model():
    """Goes round its loop as often as its input says, and answers with it."""
    scalar = lambda name, kind: helper.make_tensor_value_info(name, kind, [])  # noqa: E731
    body = helper.make_graph(
        [helper.make_node("Identity", ["go_on"], ["still"]), helper.make_node("Identity", ["x_in"], ["x_out"])], "body",
        [scalar("round", TensorProto.INT64), scalar("go_on", TensorProto.BOOL),
         helper.make_tensor_value_info("x_in", TensorProto.FLOAT, [None, 1])],
        [scalar("still", TensorProto.BOOL), helper.make_tensor_value_info("x_out", TensorProto.FLOAT, [None, 1])])
    nodes = [
        helper.make_node("ReduceMax", ["x"], ["most"], keepdims=0),
        helper.make_node("Cast", ["most"], ["rounds"], to=TensorProto.INT64),
        helper.make_node("Constant", [], ["yes"], value=helper.make_tensor("yes", TensorProto.BOOL, [], [True])),
        helper.make_node("Loop", ["rounds", "yes", "x"], ["y"], body=body),
    ]
    graph = helper.make_graph(nodes, "looping", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 1])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 1])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


@pytest.fixture
def serve_with(serve, tmp_path):
    def start(config, *arguments):
        folder = tmp_path / "m"
        (folder / "1").mkdir(parents=True)
        onnx.save(looping_model(), folder / "1" / "model.onnx")
        (folder / "config.pbtxt").write_text(f'name: "m"\nmax_batch_size: 1\n{config}\n')
        return serve(tmp_path, "--lane", "worker", "--workers", 1, *arguments)

    return start


def ask_for(server, value, **parameters):
    return ask(f"{server.url}/v2/models/m/infer", "POST", json=question([[value]], **parameters))


class Queue(Waiting):
    def ask(self, value, **parameters):
        before = self.metrics.value("mettle_queue_depth")
        reply = self.pool.submit(ask_for, self.metrics.server, value, **parameters)
        self.metrics.wait_for("mettle_queue_depth", before + 1)
        return reply


def test_a_higher_priority_goes_first(serve_with):
    server = serve_with("dynamic_batching { priority_levels: 3 default_priority_level: 2 }")
    with occupied(server, ((FOR_EVER,),)) as metrics:
        queue = Queue(metrics)
        low = queue.ask(SHORT, priority=3)
        default = queue.ask(SHORT)
        high = queue.ask(SHORT, priority=1)
    waited = [phase_ms(reply.result(), "queue") for reply in (high, default, low)]
    assert waited == sorted(waited), "who came last has waited least"


def test_a_level_has_a_queue_of_its_own_size(serve_with):
    server = serve_with("""dynamic_batching { priority_levels: 2 default_priority_level: 1
        priority_queue_policy { key: 2 value { max_queue_size: 1 } } }""")
    with occupied(server, ((FOR_EVER,),)) as metrics:
        queue = Queue(metrics)
        queue.ask(SHORT, priority=2)
        assert ask_for(server, SHORT, priority=2).status == 503
        queue.ask(SHORT, priority=1)


def test_a_run_that_is_ended_leaves_no_errors_in_the_log(serve_with):
    server = serve_with("")
    with occupied(server, ((FOR_EVER,),)) as metrics:
        pass
    metrics.wait_for("mettle_terminated_runs_total", 1)
    assert ask_for(server, SHORT).status == 200
    assert " error " not in server.stderr


@pytest.mark.parametrize("action, status", [("REJECT", 504), ("DELAY", 200)])
def test_a_policys_timeout_refuses_or_delays(serve_with, action, status):
    server = serve_with(f"""dynamic_batching {{ default_queue_policy {{
        timeout_action: {action} default_timeout_microseconds: 100000 }} }}""")
    with occupied(server, ((FOR_EVER,),)) as metrics:
        first = Queue(metrics).ask(SHORT)
        if action == "REJECT":
            metrics.wait_for("mettle_queue_depth", 0)
    assert first.result().status == status


@pytest.mark.parametrize("settings", ["preserve_ordering: true", "preserve_ordering: true max_queue_delay_microseconds: 500",
                                      "preferred_batch_size: [ 1 ]"])
def test_all_are_answered_whatever_the_settings(serve_with, settings):
    server = serve_with(f"dynamic_batching {{ {settings} }} instance_group [ {{ count: 2 }} ]")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda value: ask_for(server, value).json()["outputs"][0]["data"], range(80)))
    assert answers == [[value] for value in range(80)]
    assert Metrics(server, "m").requests("success") == 80
