"""The repository of models: Triton's own client loads and unloads, configs are held against graphs, and the folders of
other tools are models."""

import json
import shutil

import numpy as np
import onnx
import pytest
import tritonclient.http as triton
from onnx import TensorProto, helper, numpy_helper
from support import paths
from support.http import ask
from support.process import mettle
from support.waiting import until
from tritonclient.utils import InferenceServerException

WHOLE = (paths.DIGITS / "model.onnx").read_bytes()


def layers(file, count=1, width=64, seed=1):
    """A chain of layers x FP32[n,width] -> y FP32[n,width]; 16 KB of weights for each layer of 64."""
    random = np.random.default_rng(seed)
    nodes, weights, last = [], [], "x"
    for layer in range(count):
        name = "y" if layer == count - 1 else f"h{layer}"
        weights.append(numpy_helper.from_array((random.standard_normal((width, width)) * 0.1).astype(np.float32),
                                               f"w{layer}"))
        nodes += [helper.make_node("MatMul", [last, f"w{layer}"], [f"m{layer}"]),
                  helper.make_node("Tanh", [f"m{layer}"], [name])]
        last = name
    tensors = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width]) for name in ("x", "y")]
    graph = helper.make_graph(nodes, "layers", tensors[:1], tensors[1:], weights)
    file.parent.mkdir(parents=True, exist_ok=True)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), file)


def outputs(server, model, width=64):
    body = {"inputs": [{"name": "x", "shape": [1, width], "datatype": "FP32", "data": [0.5] * width}]}
    reply = ask(f"{server.url}/v2/models/{model}/infer", "POST", json=body)
    assert reply.status == 200, reply
    return reply.json()["outputs"][0]["data"]


def metric(server, name) -> float:
    lines = ask(f"{server.url}/metrics").body.decode().splitlines()
    return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(name))


def test_tritons_client_loads_lists_and_unloads(serve, repository):
    server = serve(repository, "--model-control", "explicit")
    client = triton.InferenceServerClient(server.address)
    assert client.is_server_ready() and not client.is_model_ready("digits")
    assert {entry["state"] for entry in client.get_model_repository_index()} <= {"UNAVAILABLE"}
    client.load_model("digits")
    assert client.is_model_ready("digits", "1") and client.is_model_ready("digits", "3")
    client.load_model("digits", config=json.dumps({"versionPolicy": {"specific": {"versions": [1]}}}))
    index = {(entry["name"], entry["version"]): entry for entry in client.get_model_repository_index()}
    assert index["digits", "1"]["state"] == "READY" and index["digits", "3"]["state"] != "READY"
    assert client.get_model_metadata("digits")["versions"] == ["1"]
    client.unload_model("digits")
    assert not client.is_model_ready("digits")
    until(lambda: all(entry["state"] == "UNAVAILABLE" for entry in client.get_model_repository_index()),
          "the unloaded model to have drained")
    with pytest.raises(InferenceServerException, match="no such model"):
        client.load_model("nonsense")
    with pytest.raises(InferenceServerException, match="read from the repository only"):
        client.load_model("digits", config="{}", files={"file:1/model.onnx": WHOLE})
    client.close()


def test_only_what_is_ready_is_listed_where_that_is_asked_for(serve, repository):
    server = serve(repository, "--model-control", "explicit", "--load-model", "wine")
    index = f"{server.url}/v2/repository/index"
    ready = ask(index, "POST", json={"ready": True}).json()
    assert [entry["name"] for entry in ready] == ["wine"]
    assert ask(index, "POST", json={"ready": 1}).status == 400
    assert ask(index, "POST", "{").status == 400


def test_loading_is_refused_unless_it_was_switched_on(serve, repository):
    server = serve(repository)
    for verb in ("load", "unload"):
        reply = ask(f"{server.url}/v2/repository/models/wine/{verb}", "POST")
        assert reply.status == 501 and "--model-control explicit" in reply.error
    assert ask(f"{server.url}/v2/models/wine/ready").status == 200


@pytest.mark.parametrize("name", ["..", "..%2Fsecret", "%2Fetc", "a%2Fb", "a%5Cb", "%00"])
def test_a_path_outside_of_the_repository_is_refused(serve, repository, name):
    server = serve(repository, "--model-control", "explicit")
    for verb in ("load", "unload"):
        reply = ask(f"{server.url}/v2/repository/models/{name}/{verb}", "POST")
        assert reply.status in (400, 404), reply


@pytest.mark.parametrize("body, why", [
    ("[1]", "not a JSON object"), ("{", "not JSON"), ('{"parameters": 1}', "parameters is an object"),
    ('{"parameters": {"config": 1}}', "in a string"), ('{"parameters": {"confg": ""}}', "'confg' is unknown"),
    ('{"parameters": {"config": "{\\"maxBatchSize\\": \\"x\\"}"}}', "config:1:18: max_batch_size is a whole"),
    ('{"parameters": {"config": "{\\"a\\": [[["}}', "parameters.config:1")])
def test_a_wrong_load_request_says_what_is_wrong_and_leaves_the_model(serve, repository, body, why):
    server = serve(repository, "--model-control", "explicit", "--load-model", "wine")
    reply = ask(f"{server.url}/v2/repository/models/wine/load", "POST", body)
    assert reply.status == 400 and why in reply.error, reply
    assert ask(f"{server.url}/v2/models/wine/ready").status == 200


def test_a_config_that_contradicts_the_graph_ends_the_start_with_its_lines(tmp_path):
    shutil.copy(paths.DIGITS / "model.onnx", tmp_path)
    (tmp_path / "config.pbtxt").write_text(
        'max_batch_size: 8\ninput [ { name: "pixels"\n  data_type: TYPE_INT32\n  dims: [ 65 ] } ]\nmax_batch: 3\n')
    done = mettle("serve", tmp_path, "--port", "0")
    assert done.code == 2 and "config.pbtxt:5:1: a model's config has no key 'max_batch'" in done.stderr, done
    (tmp_path / "config.pbtxt").write_text(
        'max_batch_size: 8\ninput [ { name: "pixels"\n  data_type: TYPE_INT32\n  dims: [ 65 ] } ]\n')
    done = mettle("serve", tmp_path, "--port", "0")
    assert "config.pbtxt:3:14: input 'pixels' has data_type INT32, but in the graph it is FP32" in done.stderr, done
    assert "config.pbtxt:4:9: input 'pixels' has dims [65] behind the batch's" in done.stderr, done
    assert done.code == 2 and done.stdout == ""


def test_knobs_of_a_config_take_effect(serve, tmp_path):
    shutil.copy(paths.DIGITS / "model.onnx", tmp_path)
    (tmp_path / "mettle.yaml").write_text("max_batch_size: 4\nlane: worker\ninstance_group: {count: 3}\n")
    server = serve(tmp_path)
    assert "worker lane" in server.stdout and "batches of up to 4 rows" in server.stdout
    config = ask(f"{server.url}/v2/models/{tmp_path.name}/config").json()
    assert config["instance_group"][0]["count"] == 3


def test_the_least_recently_used_makes_room_and_comes_back_when_asked_for(serve, tmp_path):
    for model in ("a", "b"):
        layers(tmp_path / model / "1" / "model.onnx", count=500, seed=ord(model))  # 8 MB.
    server = serve(tmp_path, "--memory-budget", "15MiB", "--model-cache", "off")
    first = outputs(server, "a")
    reply = ask(f"{server.url}/v2/models/b/ready")
    assert reply.status == 503 and int(reply.headers["retry-after"]) >= 1 and "loaded again" in reply.error
    until(lambda: ask(f"{server.url}/v2/models/b/ready").status == 200, "b to be loaded")
    assert metric(server, "mettle_model_evictions_total") >= 1
    assert metric(server, "mettle_model_memory_bytes") <= 15 << 20
    until(lambda: ask(f"{server.url}/v2/models/a/ready").status == 200, "a to come back")
    assert outputs(server, "a") == first


def test_weights_beside_the_graph_are_loaded_and_counted(serve, tmp_path):
    folder = tmp_path / "outside" / "1"
    layers(folder / "whole.onnx", count=40)
    model = onnx.load(folder / "whole.onnx")
    (folder / "whole.onnx").unlink()
    onnx.save_model(model, folder / "model.onnx", save_as_external_data=True, location="weights.bin", size_threshold=0)
    layers(tmp_path / "inside" / "1" / "model.onnx", count=40)
    server = serve(tmp_path)
    assert outputs(server, "outside") == outputs(server, "inside")
    assert metric(server, 'mettle_model_memory_bytes{model="outside"') >= (folder / "weights.bin").stat().st_size


def test_an_mlflow_folder_is_a_model_with_its_example_as_warm_up(serve, tmp_path):
    folder = tmp_path / "net"
    layers(folder / "net.onnx", width=4)
    (folder / "input_example.json").write_text('{"inputs": [[1.0, 2.0, 3.0, 4.0]]}')
    side = [{"name": "x", "type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 4]}}]
    lines = ["artifact_path: model", "flavors:", "  onnx:", "    data: net.onnx", "    onnx_version: 1.17.0",
             "  python_function:", "    loader_module: mlflow.onnx", "saved_input_example_info:",
             "  artifact_path: input_example.json", "  type: ndarray", "signature:",
             f"  inputs: '{json.dumps(side)}'"]
    (folder / "MLmodel").write_text("\n".join(lines) + "\n")
    server = serve(folder)
    assert len(outputs(server, "net", 4)) == 4
    assert server.stderr == ""
    # An example that does not fit is no reason not to serve; it is said.
    (folder / "input_example.json").write_text('{"inputs": [[1.0, 2.0]]}')
    again = serve(folder)
    assert "don't fit input x FP32[-1,4]" in again.stderr


def test_a_hugging_face_folder_is_a_model(serve, tmp_path):
    folder = tmp_path / "sentiment"
    layers(folder / "onnx" / "model.onnx", width=2)
    (folder / "config.json").write_text(json.dumps({"id2label": {"0": "NEGATIVE", "1": "POSITIVE"}}))
    (folder / "tokenizer.json").write_text("{}")
    assert len(outputs(serve(folder), "sentiment", 2)) == 2


def test_an_optimised_graph_is_kept_and_answers_the_same(serve, tmp_path):
    model, cache = tmp_path / "net.onnx", tmp_path / "cache"
    layers(model, count=40)
    want = outputs(serve(model, "--model-cache", "off"), "net")
    assert not cache.exists()
    assert outputs(serve(model, "--model-cache", cache), "net") == want
    kept = list(cache.iterdir())
    assert len(kept) == 1 and kept[0].suffix == ".onnx"
    assert outputs(serve(model, "--model-cache", cache), "net") == want
    # One that was cut off is made again, whole.
    size = kept[0].stat().st_size
    kept[0].write_bytes(kept[0].read_bytes()[:1000])
    assert outputs(serve(model, "--model-cache", cache), "net") == want
    assert [file.stat().st_size for file in cache.iterdir()] == [size]
    # Other bytes are another model.
    layers(model, count=40, seed=2)
    assert outputs(serve(model, "--model-cache", cache), "net") != want
    assert len(list(cache.iterdir())) == 2
