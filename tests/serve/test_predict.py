"""The typed POST /predict/{model}: a key for each input, and FastAPI's form of what is wrong."""

import json

import numpy as np
import pytest

from support.http import ask as ask_http
from support.samples import rows, samples


@pytest.fixture(scope="module")
def server(serve_for_module, repository):
    return serve_for_module(repository)


def ask(server, model, body):
    reply = ask_http(f"{server.url}/predict/{model}", "POST",
                     body if isinstance(body, bytes) else json.dumps(body).encode())
    return reply.status, reply.json()


def test_a_batch_and_a_single_row_get_the_same_answers(server):
    pixels, labels = rows(3)
    status, batch = ask(server, "digits", {"pixels": pixels.tolist()})
    assert status == 200 and batch["label"] == labels.tolist()
    for at, row in enumerate(pixels.tolist()):
        status, single = ask(server, "digits", {"pixels": row})
        assert status == 200 and single["label"] == labels[at]
        np.testing.assert_allclose(single["probabilities"], batch["probabilities"][at], rtol=0, atol=1e-5)


def test_the_samples_are_answered_right(server):
    for sample in samples("wine"):
        status, answer = ask(server, "wine", sample["inputs"])
        assert status == 200 and answer["label"] == sample["outputs"]["label"]


def test_all_that_is_wrong_is_said_at_once(server):
    status, answer = ask(server, "digits", {"pixel": 1})
    assert status == 422
    assert answer["detail"] == [
        {"type": "extra_forbidden", "loc": ["body", "pixel"], "msg": "Extra inputs are not permitted", "input": 1},
        {"type": "missing", "loc": ["body", "pixels"], "msg": "Field required", "input": {"pixel": 1}}]


@pytest.mark.parametrize("body, kind, loc", [
    (b"", "missing", ["body"]),
    (b"[1]", "model_attributes_type", ["body"]),
    (b'{"pixels": [', "json_invalid", ["body"]),
    (b'{"pixels": "x"}', "value_error", ["body", "pixels"]),
    (b'{"pixels": [1, 2]}', "value_error", ["body", "pixels"]),
    (b'{"pixels": []}', "value_error", ["body", "pixels"])])
def test_mistakes_are_422(server, body, kind, loc):
    status, answer = ask(server, "digits", body)
    assert status == 422 and [(it["type"], it["loc"]) for it in answer["detail"]] == [(kind, loc)]
    assert all(set(it) == {"type", "loc", "msg", "input"} for it in answer["detail"])


def test_no_model_is_404(server):
    status, answer = ask(server, "none", {})
    assert status == 404 and "none" in answer["detail"]
