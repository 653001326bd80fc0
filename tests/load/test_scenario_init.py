"""Scenarios that mettle writes can be run as they are."""

import json
import urllib.request

import pytest

from support.loading import load
from support.playground import Playground
from support.process import mettle


@pytest.fixture
def playground():
    playground = Playground()
    yield playground
    playground.close()


def written(tmp_path, *arguments):
    ended = mettle("load", *arguments, within=30)
    assert ended.code == 0, ended
    file = tmp_path / "new.yaml"
    file.write_text(ended.stdout)
    return file


def run(tmp_path, file, *flags):
    done = load(tmp_path, file, "-i", 6, "--wait", "1ms", *flags)
    assert done.passed and done.result["totals"]["failures"] == 0, done
    return done


def test_for_a_target_of_plain_http(playground, tmp_path):
    run(tmp_path, written(tmp_path, "--init", f"plain+{playground.url}/items"))
    assert playground.counts["GET /items"] >= 6


def test_for_a_v2_server(digits, tmp_path):
    file = written(tmp_path, "--init", digits.url)
    assert "speaks v2" in file.read_text() and "/v2/models/digits/infer" in file.read_text()
    done = run(tmp_path, file)
    assert done.result["tasks"][0]["method"] == "POST"


def test_from_a_command_of_curl(playground, tmp_path):
    command = f"""curl '{playground.url}/predict' -H 'x-key: a "b"' -H 'content-type: application/json' \\
        --data-raw $'{{"features": [1, 2.5]}}' --compressed"""
    run(tmp_path, written(tmp_path, "--from-curl", command))
    method, path, headers, body = playground.seen[-1]
    assert (method, path, json.loads(body)) == ("POST", "/predict", {"features": [1, 2.5]})
    assert headers["x-key"] == 'a "b"'
    wrong = mettle("load", "--from-curl", "curl --proxy x")
    assert wrong.code == 2 and "--proxy is not understood" in wrong.stderr


def test_from_an_openapi_document(planted, tmp_path):
    server = planted("fastapi_digits")
    document = tmp_path / "openapi.json"
    document.write_bytes(urllib.request.urlopen(server.url + "/openapi.json", timeout=10).read())
    file = written(tmp_path, "--from-openapi", document, server.url)
    assert "leaves out DELETE /items/{item_id}" in file.read_text()
    run(tmp_path, file)
    seen = server.log()["counts"]
    assert seen["POST /predict"] > 0 and not any(what.startswith("DELETE") for what in seen), seen


def test_from_a_recording_of_a_browser(playground, tmp_path):
    def entry(second, method, path, body=None):
        request = {"method": method, "url": playground.url + path, "headers": [{"name": "Accept", "value": "*/*"}]}
        if body:
            request["postData"] = {"text": body}
            request["headers"].append({"name": "Content-Type", "value": "application/json"})
        return {"startedDateTime": f"2026-01-31T12:00:0{second:.3f}Z", "request": request}

    har = tmp_path / "shop.har"
    other = {"startedDateTime": "2026-01-31T12:00:01.000Z", "request": {"method": "GET", "url": "http://ads.test/"}}
    har.write_text(json.dumps({"log": {"entries": [
        entry(0, "GET", "/items?q=${x}"), other, entry(0.7, "POST", "/login", '{"user":"anna"}')]}}))
    file = written(tmp_path, "--from-har", har)
    assert "1 request to other hosts left out" in file.read_text() and "wait: 0.7s" in file.read_text()
    run(tmp_path, file, "-s", "5s")
    assert playground.counts["POST /login"] == playground.counts["GET /items"] - 1 == 6  # One more was shown before.
    assert any(path == "/items?q=${x}" for _, path, _, _ in playground.seen)
