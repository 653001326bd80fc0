"""/openapi.json: right by the validators, its examples work as they stand, and tools need nothing else."""

import base64
import json
import shutil
from collections import Counter

import jsonschema
import onnx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from onnx import TensorProto, helper
from openapi_spec_validator import OpenAPIV31SpecValidator
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from support import paths
from support.http import ask
from support.loading import load

SIMULATED = ("--simulate", "slow=constant(100us)")


@pytest.fixture(scope="module")
def server(serve_for_module, repository):
    return serve_for_module(repository, *SIMULATED)


@pytest.fixture(scope="module")
def document(server):
    reply = ask(server.url + "/openapi.json")
    assert reply.status == 200 and reply.headers["content-type"] == "application/json"
    return reply.json()


def test_it_is_openapi_3_1(document):
    assert document["openapi"] == "3.1.0"
    OpenAPIV31SpecValidator(document).validate()


def predictions(document):
    return {path: item["post"] for path, item in document["paths"].items() if path.startswith("/predict/")}


def test_every_example_is_answered(server, document):
    tried = 0
    for path, operation in predictions(document).items():
        for name, example in operation["requestBody"]["content"]["application/json"]["examples"].items():
            reply = ask(server.url + path, "POST", json=example["value"])
            assert reply.status == 200, (path, name, reply.body[:500])
            tried += 1
    assert tried == 6  # Two forms of digits, wine and slow.


def test_the_newest_version_is_described(document):
    assert set(predictions(document)) == {"/predict/digits", "/predict/wine", "/predict/slow"}
    assert "version 3" in predictions(document)["/predict/digits"]["description"]


def test_routes_without_parameters_answer_as_described(server, document):
    for path, item in document["paths"].items():
        if "get" in item and "{" not in path:
            reply = ask(server.url + path)
            assert reply.status == 200, path
            documented = next(iter(item["get"]["responses"]["200"]["content"]))
            assert reply.headers["content-type"].startswith(documented), path


@pytest.mark.parametrize("mode", list(GenerationMode))
def test_schemathesis_finds_nothing(server, mode):
    """What it makes by the schemas and against them: statuses, content types, schemas and headers of the answers."""
    api = schemathesis.openapi.from_url(server.url + "/openapi.json")
    wanted = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
              checks.response_schema_conformance, checks.response_headers_conformance, checks.negative_data_rejection,
              checks.positive_data_acceptance]
    statuses = Counter()
    for operation in api.include(path_regex="^/(predict|health)/").get_all_operations():
        if mode is GenerationMode.NEGATIVE and operation.ok().method == "get":
            continue  # Nothing can be wrong.

        @given(case=operation.ok().as_strategy(generation_mode=mode))
        @settings(max_examples=40, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))
        def check(case):
            statuses[case.call_and_validate(checks=wanted, timeout=20).status_code] += 1

        check()
    assert statuses[200 if mode is GenerationMode.POSITIVE else 422] > 50, statuses


@pytest.mark.parametrize("model", ["digits", "wine", "slow"])
def test_load_finds_operation_and_bodies_in_it(server, tmp_path, model):
    run = load(tmp_path, f"openapi+{server.url}/predict/{model}", "-u", "2", "-i", "200")
    assert run.passed, run
    assert run.result["totals"]["failures"] == 0 and run.result["target"]["protocol"] == "openapi"
    assert {task["name"] for task in run.result["tasks"]} == {f"/predict/{model}"}


def test_load_needs_only_the_address(server, tmp_path):
    run = load(tmp_path, f"openapi+{server.url}", "-u", "2", "-i", "300")
    assert run.passed and run.result["totals"]["failures"] == 0, run
    names = {task["name"] for task in run.result["tasks"]}
    assert {"/predict/digits", "/predict/wine", "/predict/slow", "/health/live"} <= names
    assert not any("{" in name for name in names)


def test_it_follows_what_is_served_and_has_a_tag(serve, tmp_path):
    for name in ("digits", "wine"):
        shutil.copytree(paths.MODELS / name, tmp_path / name)
    server = serve(tmp_path, "--model-control", "explicit", "--load-model", "digits")
    url = server.url + "/openapi.json"
    first = ask(url)
    assert set(predictions(first.json())) == {"/predict/digits"}
    again = ask(url, headers={"If-None-Match": first.headers["etag"]})
    assert again.status == 304 and again.body == b"" and again.headers["etag"] == first.headers["etag"]
    assert ask(server.url + "/v2/repository/models/wine/load", "POST").status == 200
    second = ask(url, headers={"If-None-Match": first.headers["etag"]})
    assert second.status == 200 and set(predictions(second.json())) == {"/predict/digits", "/predict/wine"}
    assert ask(server.url + "/v2/repository/models/digits/unload", "POST").status == 200
    assert set(predictions(ask(url).json())) == {"/predict/wine"}


def all_examples(document):
    for path, operation in predictions(document).items():
        for name, example in operation["requestBody"]["content"]["application/json"]["examples"].items():
            yield path, name, example["value"]


@pytest.mark.parametrize("folder", ["identities", "shapes"])
def test_examples_of_every_datatype_and_shape_are_answered(serve, folder):
    server = serve(paths.DATA / folder)
    document = ask(server.url + "/openapi.json").json()
    OpenAPIV31SpecValidator(document).validate()
    tried = 0
    for path, name, value in all_examples(document):
        reply = ask(server.url + path, "POST", json=value)
        assert reply.status == 200, (path, name, value, reply.body[:500])
        tried += 1
    assert tried >= len(predictions(document)) > 3


PICTURES = """\
transforms:
  image:
    resize: [16, 16]
"""


def save_model(folder, inputs, nodes, outputs):
    folder.mkdir()
    graph = helper.make_graph(nodes, folder.name, inputs, outputs)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    onnx.save(model, folder / "model.onnx")


def tensor(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def test_pictures_are_base64_or_a_form(serve, tmp_path):
    folder = tmp_path / "pets"
    save_model(folder, [tensor("image", ["N", 3, 16, 16])], [helper.make_node("GlobalAveragePool", ["image"], ["mean"])],
               [tensor("mean", ["N", 3, 1, 1])])
    (folder / "mettle.yaml").write_text(PICTURES)
    server = serve(folder)
    document = ask(server.url + "/openapi.json").json()
    values = {name: value for _, name, value in all_examples(document)}
    assert set(values) == {"row", "rows"}
    for value in values.values():
        assert ask(server.url + "/predict/pets", "POST", json=value).status == 200
    assert base64.b64decode(values["row"]["image"])[:4] == b"\x89PNG"
    form = predictions(document)["/predict/pets"]["requestBody"]["content"]["multipart/form-data"]["schema"]
    assert list(form["properties"]) == ["image"]
    file = {"image": ("pixel.png", base64.b64decode(values["row"]["image"]), "image/png")}
    assert requests.post(server.url + "/predict/pets", files=file, timeout=20).status_code == 200


def test_inputs_that_share_their_rows_get_as_many(serve, tmp_path):
    folder = tmp_path / "sum"
    save_model(folder, [tensor("a", ["N"]), tensor("b", ["N"])], [helper.make_node("Add", ["a", "b"], ["c"])], [tensor("c", ["N"])])
    server = serve(folder)
    run = load(tmp_path, f"openapi+{server.url}/predict/sum", "-u", "1", "-i", "100")
    assert run.passed and run.result["totals"]["failures"] == 0, run


def test_what_is_switched_off_is_not_described(serve):
    server = serve(paths.DIGITS, "--protocols", "v2", "--metrics-port", "0")
    described = set(ask(server.url + "/openapi.json").json()["paths"])
    assert "/v2" in described and not any(path.startswith(("/predict", "/v1", "/metrics")) for path in described)


def test_mistakes_are_in_the_documented_form(server, document):
    reply = ask(server.url + "/predict/digits", "POST", json={"pixel": 1})
    assert reply.status == 422
    schema = document["components"]["schemas"]["HTTPValidationError"]
    jsonschema.validate(reply.json(), {**schema, "components": document["components"]})
    assert json.dumps(document).count("#/components/schemas/HTTPValidationError") == 1
