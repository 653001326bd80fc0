"""The real tritonserver and ours get the same requests. Where the answers differ, the difference stands here with its reason."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from support import samples
from support.http import ask
from support.samples import INFER, output
from support.wrong_bodies import WRONG, WRONG_BINARY

sys.path.insert(0, str(Path(__file__).parent))
import triton  # noqa: E402


@pytest.fixture(scope="module")
def theirs(tmp_path_factory):
    server = triton.start(tmp_path_factory.mktemp("triton"))
    yield server
    server.reap()


@pytest.fixture(scope="module")
def both(theirs, digits):
    """Sends a request to each, and checks that Triton has lived through it."""

    def send(path, method="GET", body=None, headers=None):
        answers = [ask(server.url + path, method, body, headers) for server in (theirs, digits)]
        assert theirs.returncode is None, theirs.describe()
        return answers

    return send


# ---- Right requests: the same answer

PIXELS = samples.request(3)
BINARY = samples.binary(3)


def with_keys(**keys):
    return json.dumps({**PIXELS, **keys}).encode(), {}


def raw(count):
    return samples.rows(count)[0].tobytes(), {"Inference-Header-Content-Length": "0"}


GOOD = {
    "json": with_keys(),
    "json, nested": (samples.body(3, data=samples.rows(3)[0].tolist()), {}),
    "binary": BINARY,
    "raw binary": raw(1),
    "raw binary of three rows": raw(3),
    "an id": with_keys(id="seven"),
    "one output": with_keys(outputs=[{"name": "probabilities"}]),
    "outputs in another order": with_keys(outputs=[{"name": "probabilities"}, {"name": "label"}]),
    "all outputs binary": with_keys(parameters={"binary_data_output": True}),
    "one output binary": with_keys(outputs=[{"name": "label", "parameters": {"binary_data": True}}, {"name": "probabilities"}]),
    "unknown keys": with_keys(colour="blue"),
    "unknown parameters": with_keys(parameters={"colour": "blue", "depth": 1, "loud": True}),
    "a priority and a timeout": with_keys(parameters={"priority": 1, "timeout": 10_000_000}),
    "no outputs named": with_keys(outputs=[]),
    "classification of nothing": with_keys(outputs=[{"name": "label", "parameters": {"classification": 0}}]),
}


def read(reply) -> dict:
    """The tensors by name, however they came, and the rest of the answer's keys."""
    assert reply.status == 200, reply.body[:300]
    size = reply.headers.get("inference-header-content-length")
    document = json.loads(reply.body[:int(size)] if size else reply.body)
    tail = reply.body[int(size):] if size else b""
    tensors = []
    for tensor in document.pop("outputs"):
        kind = {"INT64": np.int64, "FP32": np.float32}[tensor["datatype"]]
        count = tensor.get("parameters", {}).get("binary_data_size")
        values = np.frombuffer(tail[:count], kind) if count is not None else np.array(tensor["data"], kind)
        tail = tail[count or 0:]
        tensors.append((tensor["name"], tensor["datatype"], tensor["shape"], count, values))
    assert tail == b""
    # Triton's order is the model's; ours is the one that was asked for.
    tensors.sort(key=lambda tensor: tensor[0])
    return {"document": document, "tensors": tensors, "type": reply.headers["content-type"]}


@pytest.mark.parametrize("what", GOOD)
def test_right_requests_have_the_same_answer(both, what):
    theirs, ours = (read(reply) for reply in both(INFER, "POST", *GOOD[what]))
    assert ours["document"] == theirs["document"]
    assert ours["type"] == theirs["type"]
    assert [tensor[:4] for tensor in ours["tensors"]] == [tensor[:4] for tensor in theirs["tensors"]]
    for mine, other in zip(ours["tensors"], theirs["tensors"], strict=True):
        np.testing.assert_allclose(mine[4], other[4], rtol=1e-4, atol=1e-6)


def test_an_empty_id_comes_back_from_us_only(both):
    theirs, ours = both(INFER, "POST", *with_keys(id=""))
    assert "id" not in theirs.json() and ours.json()["id"] == ""


def test_binary_data_output_counts_for_named_outputs_too(both):
    """As the extension's document says; Triton forgets it once an output is named."""
    theirs, ours = both(INFER, "POST", *with_keys(parameters={"binary_data_output": True}, outputs=[{"name": "label"}]))
    assert theirs.headers["content-type"] == "application/json"
    assert ours.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("classes", [3, 99])
def test_classes_are_tritons_in_its_form_and_order(both, classes):
    """Its model has no rows there (max_batch_size 0), so its answer has no dimension for them."""
    asked = {**samples.request(1), "outputs": [{"name": "probabilities", "parameters": {"classification": classes}}]}
    theirs, ours = (reply.json()["outputs"][0] for reply in both(INFER, "POST", json.dumps(asked).encode(), {}))
    assert (ours["name"], ours["datatype"]) == (theirs["name"], theirs["datatype"])
    assert ours["shape"] == [1, *theirs["shape"]]
    for mine, other in zip(ours["data"], theirs["data"], strict=True):
        (my_value, my_index), (value, index) = mine.split(":"), other.split(":")
        assert my_index == index and len(my_value) == len(value)
        assert abs(float(my_value) - float(value)) <= 2e-6


# ---- What Triton does and we do not offer

NOT_OFFERED = {
    # What it is, the request, Triton's status, ours.
    "shared memory in": ((WRONG["shared memory in"][0], {}), 404, 400),
    "shared memory out": ((WRONG["shared memory out"][0], {}), 404, 400),
}


@pytest.mark.parametrize("what", NOT_OFFERED)
def test_what_is_not_offered_is_refused_and_named(both, what):
    request, their_status, our_status = NOT_OFFERED[what]
    theirs, ours = both(INFER, "POST", *request)
    assert (theirs.status, ours.status) == (their_status, our_status)
    assert "not offered" in ours.error


# ---- Wrong requests

STRICTER = {
    "name twice": "of two equal keys one would be dropped in silence",
    "output twice": "the answer would have it once, and the client wait for two",
    "data with NaN": "not JSON; binary tensors may hold it",
    "data with Infinity": "not JSON; binary tensors may hold it",
    "data beyond FP32": "Triton makes an infinity of it",
    "data nested the wrong way": "Triton takes the values in any nesting, a transposed matrix too",
    "data ragged": "Triton takes the values in any nesting, rows of different lengths too",
}
KILLS_TRITON = {
    "deep nesting in data": "recursion until its stack is used up",
    "shape overflows in the product": "its model process dies",
    "shape promises a terabyte": "it allocates it, and dies",
    "rows that overflow": "its model process dies",
}
COVERED_ABOVE = {"shared memory in", "shared memory out"}
ALL_WRONG = {name: (body, {}) for name, (body, _) in WRONG.items()}
ALL_WRONG |= {f"binary: {name}": request for name, (request, _) in WRONG_BINARY.items()}


@pytest.mark.parametrize("what", ALL_WRONG)
def test_wrong_requests_are_refused_by_both(both, what):
    plain = what.removeprefix("binary: ")
    if plain in KILLS_TRITON or what in COVERED_ABOVE:
        pytest.skip(KILLS_TRITON.get(plain, "stands above"))
    theirs, ours = both(INFER, "POST", *ALL_WRONG[what])
    assert ours.status == 400 and ours.error
    if what in STRICTER:
        assert theirs.status == 200
        return
    # Triton says 500 to much of what is a client's mistake: a 500 wakes somebody up, and clients try it again.
    assert theirs.status in (400, 500), theirs.body[:300]
    assert list(json.loads(theirs.body.decode("latin-1"))) == list(ours.json()) == ["error"]


def test_the_lists_of_differences_name_real_cases():
    assert STRICTER.keys() <= ALL_WRONG.keys()
    assert {name.removeprefix("binary: ") for name in ALL_WRONG} >= KILLS_TRITON.keys() | COVERED_ABOVE


# ---- Documents and paths

@pytest.mark.parametrize("path", ["/v2/health/live", "/v2/health/ready", "/v2/models/digits/ready", "/v2/models/digits/versions/1/ready"])
def test_health(both, path):
    theirs, ours = both(path)
    assert theirs.status == ours.status == 200
    # Triton's body is empty; the protocol's own document has one. Clients look at the status.
    assert theirs.body == b"" and ours.json()


@pytest.mark.parametrize("path, their_status, our_status", [
    ("/v2/models/nonsense", 404, 404), ("/v2/models/digits/versions/9", 404, 404), ("/v2/models/digits/versions/9/config", 404, 404),
    ("/v2/models/digits/nonsense", 404, 404), ("/v2/nonsense", 404, 404), ("/v2/models/nonsense/stats", 400, 404),
    # Triton says 400 to the readiness of what it does not have; 404 says more, and clients take both for no.
    ("/v2/models/nonsense/ready", 400, 404)])
def test_unknown_things(both, path, their_status, our_status):
    theirs, ours = both(path)
    assert (theirs.status, ours.status) == (their_status, our_status)
    assert ours.error


@pytest.mark.parametrize("method, path", [("POST", "/v2/health/live"), ("GET", INFER), ("DELETE", INFER), ("PUT", "/v2"),
                                          ("POST", "/v2/models/digits"), ("GET", "/v2/repository/index")])
def test_wrong_methods(both, method, path):
    theirs, ours = both(path, method)
    assert theirs.status == ours.status == 405


def test_model_metadata(both):
    theirs, ours = (reply.json() for reply in both("/v2/models/digits"))
    assert theirs.pop("platform") == "python" and ours.pop("platform") == "onnxruntime_onnx"
    assert ours.pop("execution_providers") == "cpu"
    assert ours == theirs


def test_server_metadata_has_the_same_keys(both):
    theirs, ours = (reply.json() for reply in both("/v2"))
    assert ours.keys() == theirs.keys()
    assert set(ours["extensions"]) < set(theirs["extensions"])


@pytest.mark.parametrize("path", ["/v2/models/digits/stats", "/v2/models/stats"])
def test_statistics_have_the_same_keys(both, path):
    def keys(document):
        return {key: keys(value) for key, value in document.items() if key != "response_stats"} if isinstance(document, dict) else None

    theirs, ours = (reply.json()["model_stats"][0] for reply in both(path))
    assert keys(ours) == keys(theirs)


def test_config_has_keys_that_tritons_has_too(both):
    theirs, ours = (reply.json() for reply in both("/v2/models/digits/config"))
    assert ours.keys() <= theirs.keys()
    for side in ("input", "output"):
        assert [one["name"] for one in ours[side]] == [one["name"] for one in theirs[side]]
        assert [one["data_type"] for one in ours[side]] == [one["data_type"] for one in theirs[side]]
        assert all(one.keys() <= other.keys() | {"reshape"} for one, other in zip(ours[side], theirs[side], strict=True))


def test_repository_index(both):
    theirs, ours = (reply.json() for reply in both("/v2/repository/index", "POST"))
    assert [(one["name"], one["version"], one["state"]) for one in ours] == [(one["name"], one["version"], one["state"]) for one in theirs]


def test_both_give_the_samples_digits(both):
    for reply in both(INFER, "POST", samples.body(32)):
        assert output(reply.json(), "label")["data"] == samples.rows(32)[1].tolist()
