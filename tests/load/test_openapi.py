"""Any service by its URL: a FastAPI app with ONNX Runtime behind it, of which Mettle is told nothing else."""

import http.server
import json
import threading

import pytest

from support.loading import load

CHANGING = ("PUT /items/{item_id}", "DELETE /items/{item_id}", "POST /items")


def test_a_fastapi_app_is_tested_with_only_its_url(planted, tmp_path):
    app = planted("fastapi_digits")
    run = load(tmp_path, app.url, "-u", "4", "-i", "400")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    assert run.result["target"]["protocol"] == "openapi"
    tasks = {(task["method"], task["name"]): task["requests"] for task in run.result["tasks"]}
    assert set(tasks) == {("POST", "/predict"), ("POST", "/trees/score"), ("POST", "/pets/classify"),
                          ("GET", "/health"), ("GET", "/search")}
    assert "speaks OpenAPI 3.1.0, 'Digits'" in run.stderr
    assert "sends POST /predict (32 requests)" in run.stderr
    for operation in CHANGING:
        assert f"leaves out {operation} (may change something); --only '{operation}' sends it" in run.stderr
    assert "first request: POST" in run.stderr and "200 OK" in run.stderr
    log = app.log()
    # Once more than counted: the first request.
    assert log["counts"]["POST /predict"] in (tasks["POST", "/predict"], tasks["POST", "/predict"] + 1)
    assert sum(log["counts"].values()) == run.result["totals"]["requests"] + 1
    assert not set(log["counts"]) & set(CHANGING)
    assert set(log["refused"]) == {"GET /v2", "GET /v1/models", "GET /ping"}, "every made request is one that the app takes"


def test_answers_that_break_their_schema_are_failures(planted, tmp_path):
    app = planted("fastapi_digits", "lies")
    run = load(tmp_path, app.url, "--only", "POST /predict", "-i", "60")
    assert run.failed, run
    assert set(run.failures()) == {"validation"}
    assert "/label: a string where an integer is documented" in run.result["failures"][0]["detail"]
    assert "(not as documented: /label" in run.stderr


def test_a_path_gets_its_method_and_body_from_the_document(planted, tmp_path):
    app = planted("fastapi_digits")
    run = load(tmp_path, f"{app.url}/predict", "-i", "50")
    assert run.passed, run
    assert [(task["method"], task["name"]) for task in run.result["tasks"]] == [("POST", "/predict")]
    run = load(tmp_path, f"{app.url}/items/7", "-i", "20")
    assert run.passed, run
    assert app.log()["seen"] == [7]


def test_a_body_of_ones_own_wins(planted, tmp_path):
    app = planted("fastapi_digits")
    body = tmp_path / "row.json"
    body.write_text(json.dumps({"value": 1.5}))
    run = load(tmp_path, f"{app.url}/trees/score", "--body", body, "--header", "Content-Type: application/json", "-i", "20")
    assert run.passed and run.result["target"]["protocol"] == "plain", run


def test_only_what_is_asked_for_by_name_may_change_something(planted, tmp_path):
    app = planted("fastapi_digits")
    rows = tmp_path / "ids.csv"
    rows.write_text("item_id,comment\n3,a\n4,b\n")
    run = load(tmp_path, app.url, "--only", "DELETE /items/{item_id}", "--only", "read_item_items__item_id__get",
               "--data", rows, "-i", "40")
    assert run.passed, run
    assert "columns of --data that nothing takes: comment" in run.stderr
    log = app.log()
    assert set(log["counts"]) == {"DELETE /items/{item_id}", "GET /items/{item_id}"}
    assert log["seen"] == [3, 4]


def test_rows_give_ids_and_fields(planted, tmp_path):
    app = planted("fastapi_digits")
    rows = tmp_path / "rows.jsonl"
    rows.write_text("".join(json.dumps({"item_id": number, "q": "word"}) + "\n" for number in range(5)))
    run = load(tmp_path, app.url, "--data", rows, "-i", "200")
    assert run.passed, run
    log = app.log()
    assert log["seen"] == [0, 1, 2, 3, 4]
    assert not set(log["counts"]) & set(CHANGING)


def test_a_share_of_wrong_requests_is_refused_and_that_is_right(planted, tmp_path):
    app = planted("fastapi_digits")
    run = load(tmp_path, app.url, "--only", "POST /predict", "--invalid-share", "25%", "-i", "200")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    assert 40 <= app.log()["refused"]["POST /predict"] <= 60


def test_wrong_requests_that_are_taken_are_failures(tmp_path):
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "paths": {"/predict": {"post": {
        "requestBody": {"content": {"application/json": {"schema": {
            "type": "object", "required": ["x"], "properties": {"x": {"type": "integer"}}}}}}}}}}
    with serving(document) as url:
        run = load(tmp_path, url, "--invalid-share", "50%", "-i", "40")
    assert run.failed, run
    assert set(run.failures()) == {"validation"}
    assert "wrong on purpose was taken" in run.result["failures"][0]["detail"]


def test_an_app_that_hides_its_document_is_tested_with_a_file(planted, tmp_path):
    app = planted("fastapi_digits", "hidden", "document")
    file = tmp_path / "openapi.json"
    file.write_text(app.wait_for(r"^\{.*\}$", where="stderr").group(0))
    run = load(tmp_path, app.url, "--openapi", file, "--only", "POST /predict", "-i", "20")
    assert run.passed, run
    hidden = load(tmp_path, f"openapi+{app.url}", "-i", "20")
    assert hidden.code == 2 and "--openapi FILE" in hidden.stderr, hidden
    assert app.log()["counts"]["POST /predict"] in (20, 21)


def test_nothing_harmless_means_a_list_and_nothing_sent(planted, tmp_path):
    app = planted("fastapi_digits", "only_changes")
    run = load(tmp_path, app.url, "-i", "20")
    assert run.code == 2, run
    for operation in CHANGING:
        assert f"--only '{operation}'" in run.stderr
    assert app.log()["counts"] == {}


def test_a_404_to_a_made_id_stops_before_the_load(planted, tmp_path):
    app = planted("fastapi_digits")
    rows = tmp_path / "ids.csv"
    rows.write_text("item_id\n9000\n")
    run = load(tmp_path, app.url, "--only", "/items/{item_id}", "--data", rows, "-i", "20")
    assert run.code == 2 and "404 Not Found, so nothing more was sent" in run.stderr, run


class serving:
    """A server that shows `document` and says 200 `answer` to all else; it keeps the paths that it was asked for."""

    def __init__(self, document, answer=b"{}"):
        text = document if isinstance(document, bytes) else json.dumps(document).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def reply(self):
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body = (200, text) if self.path == "/openapi.json" else (404, b"") if self.path == "/v2" else (200, answer)
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_POST = reply

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://127.0.0.1:{self._server.server_port}"

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def predicting(schema, **components):
    return {"openapi": "3.0.3", "info": {"title": "t", "version": "1"}, "components": {"schemas": components},
            "paths": {"/predict": {"post": {"requestBody": {"content": {"application/json": {"schema": schema}}}}}}}


NODE = {"type": "object", "required": ["next"], "properties": {"next": {"$ref": "#/components/schemas/Node"}}}


@pytest.mark.parametrize("document, message", [
    (predicting({"$ref": "http://127.0.0.1:1/schema.json#/X"}), "nothing is fetched from elsewhere"),
    (predicting({"$ref": "#/components/schemas/None"}), "there is nothing of that name"),
    (predicting({"$ref": "#/components/schemas/Node"}, Node=NODE), "requires itself without an end"),
    (predicting({"type": "string", "pattern": "^(?=.*x)y$"}), "no text could be made for the pattern"),
    (predicting({"type": "array", "minItems": 10**12}), "larger than two million values"),
    ({"openapi": "2.0", "paths": {}}, "must be of version 3.0 or 3.1"),
    ({"openapi": "3.1.0", "paths": []}, "has no `paths`"),
    (b'{"openapi":"3.1.0","paths":{"/a":{"get":{"x":' + b"[" * 400 + b"]" * 400 + b"}}}}", None),
])
def test_a_bad_document_is_said_to_be_bad_and_nothing_is_sent(tmp_path, document, message):
    with serving(document) as url:
        run = load(tmp_path, url, "-i", "5")
    if message is None:
        assert run.passed, run
    else:
        assert run.code == 2 and message in run.stderr, run


def test_a_path_that_the_document_does_not_have_is_plain_http(tmp_path):
    with serving(predicting({})) as url:
        run = load(tmp_path, f"{url}/elsewhere", "-i", "5")
    assert run.passed and run.result["target"]["protocol"] == "plain", run


@pytest.mark.parametrize("arguments, message", [
    (["--only", "POST /x", "--method", "PUT"], "give one of them"),
    (["--invalid-share", "100%"], "write 5%, at most 90%"),
    (["--openapi", "/nowhere.json"], "/nowhere.json"),
    (["--all", "--batch", "4"], "this is OpenAPI"),
    (["--only", "POST /nothing"], "no such operation; it has POST /predict"),
    (["--data", "/nowhere.csv"], "/nowhere.csv"),
])
def test_contradictions_end_before_anything_is_sent(tmp_path, arguments, message):
    with serving(predicting({})) as url:
        run = load(tmp_path, url, *arguments, "-i", "5")
    assert run.code == 2 and message in run.stderr, run
