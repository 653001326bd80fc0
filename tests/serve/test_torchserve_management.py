"""TorchServe's management API over a repository whose models are loaded by request."""

import pytest

from support import paths
from support.http import ask
from support.loading import load
from support.samples import rows


@pytest.fixture
def server(serve, repository):
    return serve(repository, "--model-control", "explicit", "--load-model", "digits")


def names(server, query=""):
    return [model["modelName"] for model in ask(f"{server.url}/models{query}").json()["models"]]


def test_a_model_is_registered_described_and_unregistered(server):
    assert names(server) == ["digits"]
    assert ask(server.url + "/predictions/wine", "POST", b"[]").status == 404
    reply = ask(server.url + "/models?url=wine&initial_workers=1&synchronous=true", "POST")
    assert reply.status == 200, reply.body
    assert reply.json()["status"].startswith('Model "wine" Version: 1 registered with ')
    assert names(server) == ["digits", "wine"]
    (wine,) = ask(server.url + "/models/wine").json()
    assert wine["modelName"] == "wine" and wine["modelVersion"] == "1" and wine["workers"][0]["status"] == "READY"
    assert set(wine["jobQueueStatus"]) == {"remainingCapacity", "pendingRequests"}
    again = ask(server.url + "/models?url=wine&model_name=wine", "POST")
    assert again.status == 409 and again.json()["type"] == "ConflictStatusException"
    reply = ask(server.url + "/models/wine", "DELETE")
    assert reply.status == 200 and reply.json() == {"status": 'Model "wine" unregistered'}
    assert names(server) == ["digits"]
    assert ask(server.url + "/models/wine", "DELETE").status == 404


def test_versions_are_described_and_one_is_the_default(server):
    assert [model["modelVersion"] for model in ask(server.url + "/models/digits/all").json()] == ["1", "3"]
    assert ask(server.url + "/models/digits").json()[0]["modelVersion"] == "3"
    assert ask(server.url + "/models/digits/1.0").json()[0]["modelVersion"] == "1"
    assert ask(server.url + "/models/digits/2.0").json()["type"] == "ModelVersionNotFoundException"
    reply = ask(server.url + "/models/digits/1.0/set-default", "PUT")
    assert reply.status == 200 and 'model "digits" to "1"' in reply.json()["status"]
    assert ask(server.url + "/models/digits").json()[0]["modelVersion"] == "1"
    assert ask(server.url + "/models/digits/2/set-default", "PUT").status == 404
    reply = ask(server.url + "/models/digits/1", "DELETE")
    assert reply.status == 403 and "version_policy" in reply.json()["message"]


def test_the_list_comes_in_pages(serve):
    server = serve(paths.DATA / "identities")
    whole = names(server)
    assert whole == sorted(whole) and len(whole) > 10
    page = ask(server.url + "/models?limit=4").json()
    found = []
    while True:
        found += [model["modelName"] for model in page["models"]]
        if "nextPageToken" not in page:
            break
        page = ask(f"{server.url}/models?limit=4&next_page_token={page['nextPageToken']}").json()
    assert found == whole
    assert names(server, "?limit=1000") == whole and names(server, "?next_page_token=999") == []


def test_workers_are_what_the_server_was_started_with(serve, repository):
    server = serve(repository, "--lane", "worker", "--workers", "2")
    assert len(ask(server.url + "/models/digits").json()[0]["workers"]) == 2
    for query in ("min_worker=2", "min_worker=1&max_worker=4&synchronous=true", "max_worker=3"):
        reply = ask(f"{server.url}/models/digits?{query}", "PUT")
        assert reply.status == 200 and reply.json() == {"status": "Workers scaled to 2 for model: digits"}, query
    reply = ask(server.url + "/models/digits?min_worker=3", "PUT")
    assert reply.status == 501 and "--workers" in reply.json()["message"]


@pytest.mark.parametrize("method, path, status, message", [
    ("POST", "/models", 400, "Parameter url is required."),
    ("POST", "/models?url=", 400, "Parameter url is required."),
    ("POST", "/models?url=nonsense", 404, "no such model"),
    ("POST", "/models?url=../wine", 400, "outside of the repository"),
    ("POST", "/models?url=http://127.0.0.1:1/wine.mar", 400, "outside of the repository"),
    ("POST", "/models?url=%2Fetc%2Fpasswd", 400, "outside of the repository"),
    ("POST", "/models?url=wine&model_name=grapes", 400, "model_name"),
    ("POST", "/models?" + "a&" * 300, 413, "fields"),
    ("GET", "/models?limit=many", 400, "'many' is not a whole number"),
    ("GET", "/models?next_page_token=-1", 400, "next_page_token"),
    ("GET", "/models/nonsense", 404, "Model not found: nonsense"),
    ("GET", "/models/nonsense/all", 404, "Model not found: nonsense"),
    ("PUT", "/models/digits?min_worker=x", 400, "min_worker"),
    ("PUT", "/models/digits?min_worker=3&max_worker=2", 400, "max_worker cannot be less"),
    ("DELETE", "/models/nonsense", 404, "Model not found"),
    ("DELETE", "/models", 405, "Method Not Allowed"),
    ("GET", "/models/digits/1/2", 404, "Not Found")])
def test_mistakes_are_said(server, method, path, status, message):
    reply = ask(server.url + path, method)
    answer = reply.json()
    assert reply.status == status, answer
    assert answer["code"] == status and answer["type"].endswith("Exception") and message in answer["message"]


def test_nothing_is_changed_unless_that_was_switched_on(serve, repository):
    server = serve(repository)
    for method, path in (("POST", "/models?url=missing"), ("DELETE", "/models/wine"), ("PUT", "/models/digits/1/set-default")):
        reply = ask(server.url + path, method)
        assert reply.status == 501 and "--model-control explicit" in reply.json()["message"]
    assert names(server) == ["digits", "wine"]


def test_mettle_load_finds_the_only_model(serve, tmp_path):
    server = serve(paths.DIGITS)
    (tmp_path / "row.json").write_text(str(rows(1)[0].tolist()))
    run = load(tmp_path, server.url + "/predictions/digits", "--body", tmp_path / "row.json", "-i", "50")
    assert run.passed, run
    run = load(tmp_path, "torchserve+" + server.url, "--body", tmp_path / "row.json", "-i", "50")
    assert run.passed and run.result["target"]["protocol"] == "torchserve", run
