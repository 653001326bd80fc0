"""Multipart bodies made from an OpenAPI document, taken apart by real FastAPI: UploadFile and Form."""

import pytest

from support.loading import load

# What FastAPI itself needs for forms.
pytest.importorskip("python_multipart")


def test_files_and_fields_arrive_as_they_are_documented(planted, tmp_path):
    app = planted("fastapi_upload")
    run = load(tmp_path, app.url, "-u", "2", "-i", "100")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    tasks = {task["name"]: task["requests"] for task in run.result["tasks"]}
    log = app.log()
    assert log["refused"] == [], "FastAPI and pydantic take each of them"
    assert set(tasks) == {"/classify", "/embed"} and sum(tasks.values()) == 100
    # Once more than counted: the first request.
    assert log["classified"] + log["several"] == 101
    assert log["classified"] > 20 and log["several"] > 20
    assert log["bytes"] > 0 and all(1 <= len(label) <= 8 for label in log["labels"])
    assert len(log["labels"]) > 1, "the fields vary"
