"""More is asked than a model can do: deadlines, clients that leave, full queues, fairness. The model's one worker is
kept busy by a request of a minute, so that nothing here depends on how fast anything is."""

import random
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import tritonclient.http as triton
from tritonclient.utils import InferenceServerException

from support.http import ask
from support.occupied import (MODEL, SECOND, SIMULATED, Metrics, Waiting, infer, is_right, occupied, phase_ms, question,
                              send)
from support.waiting import until


@pytest.fixture
def server(serve):
    return serve("--simulate", SIMULATED, "--workers", 1, "--max-batch-rows", 1)


def assert_is_free_again(server):
    assert is_right(infer(server, [[1, 2]]), [[1, 2]])


# ---- Deadlines


def by_header(server):
    return infer(server, [[1]], headers={"x-request-timeout-ms": "300"})


def by_parameter(server):
    body = question([[1]])
    body["parameters"] = {"timeout": 300_000}
    return ask(f"{server.url}/v2/models/{MODEL}/infer", "POST", json=body)


@pytest.mark.parametrize("ask_within_300_ms", [by_header, by_parameter])
def test_a_deadline_that_passes_in_the_queue_is_504(server, ask_within_300_ms):
    with occupied(server) as metrics:
        begin = time.monotonic()
        reply = ask_within_300_ms(server)
        assert time.monotonic() - begin >= 0.3
        assert reply.status == 504 and "deadline" in reply.error
        assert metrics.requests("failure", "deadline") == 1
        # What runs has nothing to do with it.
        assert (metrics.value("mettle_in_flight"), metrics.value("mettle_queue_depth")) == (1, 0)
    assert_is_free_again(server)


def test_tritons_client_is_told_of_its_timeout(server):
    client = triton.InferenceServerClient(f"127.0.0.1:{server.port}", network_timeout=30)
    tensor = triton.InferInput("x", [1, 1], "FP32")
    tensor.set_data_from_numpy(np.ones((1, 1), np.float32))
    with occupied(server), pytest.raises(InferenceServerException, match="deadline"):
        client.infer(MODEL, [tensor], timeout=300_000)
    assert client.infer(MODEL, [tensor], timeout=20_000_000).as_numpy("sum").tolist() == [1]
    client.close()


def test_a_deadline_that_passes_in_a_run_ends_it(server):
    metrics = Metrics(server)
    reply = infer(server, [[0] * 30 * SECOND], headers={"x-request-timeout-ms": "300"})
    assert reply.status == 504 and "while it ran" in reply.error
    assert metrics.requests("failure", "deadline_running") == 1
    assert metrics.value("mettle_terminated_runs_total") == 1
    assert metrics.value("mettle_wasted_rows_total") == 0  # It was not run to its end.
    assert_is_free_again(server)


def test_the_slo_is_a_deadline_for_who_waits_and_not_for_who_runs(serve):
    server = serve("--simulate", SIMULATED, "--workers", 1, "--slo", "p99<300ms")
    with occupied(server):
        assert infer(server, [[1]]).status in (503, 504)
    Metrics(server).wait_for("mettle_in_flight", 0)
    late = infer(server, [[1] * 50])  # Takes half a second.
    assert is_right(late, [[1] * 50])
    assert Metrics(server).value("mettle_deadline_missed_total") >= 1


# ---- Clients that leave


@pytest.mark.parametrize("leave", [lambda wire: wire.socket.close(), lambda wire: wire.reset(), lambda wire: wire.no_more()],
                         ids=["close", "reset", "half_close"])
def test_who_leaves_the_queue_is_not_run(server, leave):
    with occupied(server) as metrics:
        wire = send(server, [[1]])
        metrics.wait_for("mettle_queue_depth", 1)
        leave(wire)
        metrics.wait_for("mettle_queue_depth", 0)
        assert metrics.value("mettle_cancelled_waiting_total") == 1
        assert metrics.requests("failure", "cancelled") == 1
    metrics.wait_for("mettle_in_flight", 0)
    assert metrics.value("mettle_runs_total") == 0  # The long one was ended.
    assert_is_free_again(server)


def test_a_run_that_nobody_waits_for_is_ended(server):
    with occupied(server) as metrics:
        pass
    metrics.wait_for("mettle_terminated_runs_total", 1)
    metrics.wait_for("mettle_requests_total", 1, status="failure", reason="cancelled")
    assert metrics.value("mettle_wasted_rows_total") == 0
    assert_is_free_again(server)


def test_who_leaves_a_shared_run_costs_the_others_nothing(serve):
    server = serve("--simulate", SIMULATED, "--workers", 1, "--max-batch-rows", 2)
    rows = [[7] * 2 * SECOND]
    with occupied(server) as metrics:
        leaving = send(server, rows)
        metrics.wait_for("mettle_queue_depth", 1)
        stays = Waiting(metrics).send(rows)
    metrics.wait_for("mettle_queue_depth", 0)  # Both run, for four seconds.
    leaving.socket.close()
    assert is_right(stays.result(), rows)
    assert phase_ms(stays.result(), "infer") >= 4000
    metrics.wait_for("mettle_wasted_rows_total", 1)
    assert metrics.value("mettle_terminated_runs_total") == 1  # The one before it.


# ---- Full queues, turns


@pytest.fixture
def small(serve):
    return serve("--simulate", SIMULATED, "--workers", 1, "--max-batch-rows", 1, "--max-queue", 2)


def assert_says_when_to_come_again(reply):
    exact, whole = int(reply.headers["retry-after-ms"]), int(reply.headers["retry-after"])
    assert 1 <= exact <= 60_000 and whole == -(-exact // 1000)


def test_a_full_queue_is_503_and_says_when_to_come_again(small):
    with occupied(small) as metrics:
        waiting = Waiting(metrics)
        replies = [waiting.send([[number]]) for number in (1, 2)]
        refused = infer(small, [[3]])
        assert refused.status == 503 and "its queue is full" in refused.error
        assert_says_when_to_come_again(refused)
        assert metrics.requests("refused", "queue_full") == 1
    assert [is_right(reply.result(), [[number]]) for number, reply in zip((1, 2), replies)] == [True, True]


@pytest.mark.parametrize("header", ["x-api-key", "authorization"])
def test_in_a_full_queue_the_one_who_holds_most_makes_room(small, header):
    greedy, modest = {header: "greedy"}, {header: "modest"}
    with occupied(small) as metrics:
        waiting = Waiting(metrics)
        first = waiting.send([[1]], headers=greedy)
        second = waiting.send([[2]], headers=greedy)
        other = waiting.send([[3]], grows_to=2, headers=modest)
        refused = second.result()  # It was in, and gives way.
        assert refused.status == 429 and "your share" in refused.error
        assert_says_when_to_come_again(refused)
        assert infer(small, [[4]], headers=greedy).status in (429, 503)
        assert metrics.requests("refused", "client_limit") >= 1
    assert is_right(first.result(), [[1]]) and is_right(other.result(), [[3]])


def test_clients_take_turns_however_many_requests_one_has(server):
    with occupied(server) as metrics:
        waiting = Waiting(metrics)
        greedy = [waiting.send([[number]], headers={"x-api-key": "greedy"}) for number in range(5)]
        modest = waiting.send([[9]], headers={"x-api-key": "modest"})
    # The last to come, and yet it has waited for one of theirs only.
    its = phase_ms(modest.result(), "queue")
    assert sum(phase_ms(reply.result(), "queue") > its for reply in greedy) >= 4


# ---- A real overload, by real clients


def test_a_backlog_that_lasts_is_cut_and_forgotten(serve):
    server = serve("--simulate", "busy=constant(20ms)", "--workers", 1, "--queue-target", "20ms")
    metrics = Metrics(server, "busy")

    def ask_for_a_while(number):
        end = time.monotonic() + 1.5
        statuses = set()
        while time.monotonic() < end:
            statuses.add(infer(server, [[number, 0, 0, 0]], "busy").status)
        return statuses

    with ThreadPoolExecutor(24) as pool:
        statuses = set().union(*pool.map(ask_for_a_while, range(24)))
    assert statuses == {200, 503}
    assert metrics.requests("refused", "overloaded") > 0
    until(lambda: infer(server, [[1, 2, 3, 4]], "busy").status == 200, "the model to take requests again")


def test_every_answer_is_to_its_own_request_whatever_goes_on(serve):
    """Rows of several widths and numbers, joined and split, beside clients that leave and deadlines that pass."""
    server = serve("--simulate", "busy=constant(1ms),batch=0.1,width=any", "--workers", 2, "--max-batch-rows", 6)

    def many(number):
        rng = random.Random(number)
        right = 0
        for step in range(40):
            width = rng.randint(1, 3)
            rows = [[number * 1000 + step * 10 + row] * width for row in range(rng.choice([1, 1, 2, 5, 14]))]
            fate = rng.random()
            if fate < 0.1:
                send(server, rows, "busy").socket.close()
                continue
            headers = {"x-request-timeout-ms": "2"} if fate < 0.2 else {}
            reply = infer(server, rows, "busy", headers=headers)
            assert reply.status == 200 or headers and reply.status in (503, 504), (reply.status, reply.body)
            if reply.status == 200:
                assert is_right(reply, rows), (rows, reply.body)
                right += 1
        return right

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(many, range(16))) > 16 * 20
    metrics = Metrics(server, "busy")
    metrics.wait_for("mettle_in_flight", 0)
    assert metrics.value("mettle_runs_by_rows_total", up_to="512") > metrics.value("mettle_runs_by_rows_total", up_to="2"), \
        "nothing was joined"


def test_a_model_that_is_overloaded_does_not_hold_up_another(serve):
    server = serve("--simulate", SIMULATED, "--simulate", "other=constant(1ms)", "--workers", 1, "--max-batch-rows", 1,
                   "--max-queue", 2)
    with occupied(server) as metrics, ThreadPoolExecutor(4) as pool:
        waiting = Waiting(metrics)
        for number in (1, 2):
            waiting.send([[number]])
        flood = pool.map(lambda _: infer(server, [[1]]).status, range(200))
        rows = [[[number, 1, 2, 3]] for number in range(100)]
        assert all(is_right(infer(server, its, "other"), its) for its in rows)
        assert set(flood) == {503}
    assert Metrics(server, "other").requests("success") == 100
