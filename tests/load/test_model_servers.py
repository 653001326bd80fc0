"""TF Serving and TorchServe: neither can be had here, so planted servers follow their documents."""

import pytest

from support.loading import load
from support.plant import Planted


@pytest.fixture
def plant():
    started = []

    def start(*arguments):
        started.append(Planted(*arguments))
        return started[-1]

    yield start
    for planted in started:
        planted.reap()


@pytest.mark.parametrize("form", [[], ["--columnar"]])
def test_tf_serving_gets_what_its_metadata_says(plant, tmp_path, form):
    planted = plant("tfs")
    run = load(tmp_path, planted.url, "--model", "half", "-u", "2", "-i", "60", "-b", "3", *form)
    log = planted.log()
    assert run.passed, run
    assert run.result["target"]["protocol"] == "tfs" and run.result["target"]["model"] == "half"
    assert run.result["totals"]["failures"] == 0
    assert log["rows"] == 3 * 61 and log["columnar"] == (61 if form else 0)


def test_a_path_names_tf_servings_model(plant, tmp_path):
    planted = plant("tfs")
    run = load(tmp_path, f"{planted.url}/v1/models/half/versions/3:predict", "-i", "20")
    assert run.passed and run.result["target"]["protocol"] == "tfs", run


def test_a_value_that_is_not_finite_is_a_wrong_form(plant, tmp_path):
    planted = plant("tfs", "--nan", "10")
    run = load(tmp_path, "tfs+" + planted.url, "--model", "half", "-u", "1", "-i", "100")
    nans = planted.log()["nans"]
    found = run.failures()["validation"]
    assert run.failed and nans >= 10 and 1 <= found <= nans  # Not every answer is judged.
    assert "it has a value NaN (payload half/" in run.result["failures"][0]["detail"]


def test_tf_serving_has_to_be_told_the_model(plant, tmp_path):
    planted = plant("tfs")
    run = load(tmp_path, "tfs+" + planted.url, "-i", "1")
    assert run.code == 2 and "--model NAME" in run.stderr
    run = load(tmp_path, "tfs+" + planted.url, "--model", "none", "-i", "1")
    assert run.code == 2 and "no model 'none'" in run.stderr


def test_torchserve_gets_a_folders_files_in_turn(plant, tmp_path):
    planted = plant("torchserve")
    folder = tmp_path / "images"
    folder.mkdir()
    for size in (10, 20, 30):
        (folder / f"{size}.jpg").write_bytes(b"x" * size)
    run = load(tmp_path, planted.url, "--model", "resnet", "--data", folder, "-u", "1", "-i", "6")
    assert run.passed and run.result["target"]["protocol"] == "torchserve", run
    assert planted.log()["bodies"] == [10, 10, 20, 30, 10, 20, 30]


def test_torchserve_has_to_be_told_what_to_send(plant, tmp_path):
    planted = plant("torchserve")
    target = f"torchserve+{planted.url}/predictions/resnet/1.0"
    run = load(tmp_path, target, "-i", "1")
    assert run.code == 2 and "--body FILE" in run.stderr
    (tmp_path / "row.json").write_text('{"data": 1}')
    run = load(tmp_path, target, "-i", "20", "--body", tmp_path / "row.json")
    assert run.passed, run
    assert set(planted.log()["bodies"]) == {11}


def test_rows_of_data_are_json_bodies_of_plain_http(plant, tmp_path):
    planted = plant("torchserve")
    (tmp_path / "rows.csv").write_text("id,name\n7,a\n8,bc\n")
    run = load(tmp_path, f"plain+{planted.url}/predictions/resnet", "--data", tmp_path / "rows.csv", "-u", "1", "-i", "4")
    assert run.passed, run
    assert planted.log()["bodies"] == [len('{"id":7,"name":"a"}'), *[len('{"id":7,"name":"a"}'), len('{"id":8,"name":"bc"}')] * 2]
