"""prove speaks what load speaks: TF Serving, TorchServe, OpenAI-style servers, and whatever a scenario says."""

import json
import sys

from support import paths
from support.process import mettle


def prove(folder, *arguments, stages="correctness"):
    file = folder / "prove.json"
    run = mettle("prove", *arguments, "--profile", "quick", "--stages-only", stages, "--no-history", "-o", file, within=60)
    return run, json.loads(file.read_text()) if file.exists() else None


def stage(result, name="correctness"):
    return next(stage for stage in result["stages"] if stage["name"] == name)


def test_tf_servings_answers_are_recorded_and_compared(planted, tmp_path):
    run, result = prove(tmp_path, planted("tfs").url, "--model", "half", "-b", "3")
    assert result["target"]["protocol"] == "tfs" and result["target"]["model"] == "half"
    assert stage(result)["verdict"] == "pass" and run.code == 0, run
    assert stage(result)["evidence"]["source"] == "recorded" and stage(result)["evidence"]["tolerance"] > 0


def test_a_value_of_tf_serving_that_is_not_finite_is_named(planted, tmp_path):
    run, result = prove(tmp_path, planted("tfs", "--nan", "150").url, "--model", "half")
    assert run.code == 1 and any("NaN" in reason for reason in result["reasons"]), run


def test_torchserve_gets_the_users_files(planted, tmp_path):
    server = planted("torchserve")
    folder = tmp_path / "images"
    folder.mkdir()
    for size in (10, 20):
        (folder / f"{size}.jpg").write_bytes(b"x" * size)
    run, result = prove(tmp_path, server.url, "--model", "resnet", "--data", folder)
    assert result["target"]["protocol"] == "torchserve" and run.code == 0, run
    assert stage(result)["evidence"]["source"] == "recorded"
    assert set(server.log()["bodies"]) == {10, 20}


def test_torchserve_has_to_be_told_what_to_send(planted, tmp_path):
    run, _ = prove(tmp_path, planted("torchserve").url, "--model", "resnet")
    assert run.code == 2 and "--body FILE" in run.stderr, run


def test_answers_of_prompts_are_compared_without_their_ids(planted, tmp_path):
    run, result = prove(tmp_path, planted("openai").url, "--max-tokens", "5", "--prompt-tokens", "9")
    assert result["target"]["protocol"] == "openai" and run.code == 0, run
    assert stage(result)["evidence"]["source"] == "recorded" and stage(result)["evidence"]["deterministic"]


def test_a_stream_without_its_end_is_found(planted, tmp_path):
    run, result = prove(tmp_path, planted("openai", "--broken", "100").url, "--stream")
    assert run.code == 1 and "[DONE]" in " ".join(result["reasons"]), run


SCENARIO = """
tasks:
  models:
    - {get: /v2/models/sum, checks: {status: 200, json: {/name: NAME}}}
    - {get: /v2, name: about}
"""


def write(folder, name):
    path = folder / "scenario.yaml"
    path.write_text(SCENARIO.replace("NAME", name))
    return path


def command():
    return " ".join(map(str, (sys.executable, paths.TESTS / "planted" / "ailing.py", "--port {port}")))


def test_a_scenario_says_what_is_sent_to_a_command_and_what_is_right(tmp_path):
    run, result = prove(tmp_path, "-f", write(tmp_path, "sum"), "--cmd", command(), stages="cold_start,correctness")
    assert stage(result, "cold_start")["verdict"] == stage(result)["verdict"] == "pass", run
    assert stage(result)["evidence"]["source"] == "scenario"
    assert all(level["requests"] > 100 for level in stage(result)["evidence"]["levels"])


def test_what_a_scenario_calls_wrong_is_wrong(tmp_path):
    run, result = prove(tmp_path, "-f", write(tmp_path, "product"), "--cmd", command())
    assert run.code == 1 and "sum" in " ".join(result["reasons"]), run


def test_a_scenario_alone_says_what_is_sent(tmp_path):
    run, _ = prove(tmp_path, "-f", write(tmp_path, "sum"), "--cmd", command(), "--method", "POST")
    assert run.code == 2 and "--method says what is sent, and so does the scenario" in run.stderr, run
    once = tmp_path / "once.yaml"
    once.write_text("setup: [get /]\n" + SCENARIO)
    run, _ = prove(tmp_path, "-f", once, "--cmd", command())
    assert run.code == 2 and "has a setup or a teardown" in run.stderr, run
