"""Ids in paths that come from earlier answers: the service gives them out, and no others reach it."""

import pytest

from support.loading import load

POST, GET = "POST /items", "GET /items/{item_id}"


def requests_of(run) -> dict[str, int]:
    return {f"{task['method']} {task['name']}": task["requests"] for task in run.result["tasks"]}


@pytest.mark.parametrize("mode", [[], ["location"]], ids=["in the body", "in Location"])
def test_every_get_has_an_id_that_the_app_gave_out(planted, tmp_path, mode):
    app = planted("fastapi_digits", "gives_ids", *mode)
    run = load(tmp_path, app.url, "--only", GET, "--only", POST, "-u", "4", "-i", "300", "--workers", "2")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    assert f"sends {GET}" in run.stderr and "; takes item_id from answers of POST /items" in run.stderr
    assert "first request: POST /items -> 201" in run.stderr
    tasks, log = requests_of(run), app.log()
    assert tasks[GET] > 60 and tasks[POST] > 60
    # Once more than counted: the first request.
    assert log["counts"] == {GET: tasks[GET], POST: tasks[POST] + 1}
    assert len(log["seen"]) > 20 and all(seen.startswith("given ") for seen in log["seen"])
    assert not any(refused.startswith("GET /items") for refused in log["refused"])


def test_arrivals_learn_ids_too(planted, tmp_path):
    app = planted("fastapi_digits", "gives_ids")
    run = load(tmp_path, app.url, "--only", GET, "--only", POST, "--rate", "100", "-t", "2s")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    assert requests_of(run)[GET] > 30
    assert not any(refused.startswith("GET /items") for refused in app.log()["refused"])


def test_without_a_collection_that_is_sent_nothing_is_learned(planted, tmp_path):
    app = planted("fastapi_digits", "gives_ids")
    run = load(tmp_path, app.url, "--only", GET, "-u", "1", "-i", "5")
    assert run.code == 2 and "takes item_id" not in run.stderr
    assert "404 Not Found, so nothing more was sent" in run.stderr


def test_an_app_whose_answers_hold_no_ids_gets_made_ones(planted, tmp_path):
    app = planted("fastapi_digits")
    run = load(tmp_path, app.url, "--only", POST, "--only", "PUT /items/{item_id}", "-u", "1", "-i", "100")
    assert run.passed, run
    assert requests_of(run)["PUT /items/{item_id}"] > 10


def test_a_task_that_is_not_there_is_still_bad_input(planted, tmp_path):
    app = planted("fastapi_digits", "gives_ids")
    run = load(tmp_path, app.url, "--only", GET, "--only", POST, "-i", "10", "--fail-if", "/nope:p99>1s")
    assert run.code == 2, run
    assert "there is no task '/nope'" in run.stderr
