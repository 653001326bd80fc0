"""A FastAPI app's prediction is proved with only its URL."""

import json

from support.process import mettle


def test_the_first_prediction_is_proved(planted, tmp_path):
    app = planted("fastapi_digits")
    file = tmp_path / "prove.json"
    run = mettle("prove", app.url, "--only", "POST /predict", "--profile", "quick", "--stages-only", "correctness",
                 "-o", file, within=60)
    assert run.code in (0, 3), run
    result = json.loads(file.read_text())
    assert result["target"]["protocol"] == "openapi"
    stage = next(stage for stage in result["stages"] if stage["name"] == "correctness")
    assert stage["verdict"] == "pass", run
    assert set(app.log()["counts"]) == {"POST /predict"}


def test_an_answer_otherwise_than_documented_is_said_before_the_stages(planted):
    app = planted("fastapi_digits", "lies")
    run = mettle("prove", f"{app.url}/predict", "--profile", "quick", "--stages-only", "correctness", within=60)
    assert run.code != 0, run
    assert "answered otherwise than documented: /label: a string where an integer is documented" in run.output, run
