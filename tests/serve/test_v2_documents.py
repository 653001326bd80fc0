"""What V2's documents say, read by Triton's own client: health, metadata, config, statistics, the repository."""

import pytest
import tritonclient.http as triton

from support import paths
from support.http import ask


@pytest.fixture(scope="module")
def server(serve_for_module, repository):
    return serve_for_module(repository)


@pytest.fixture(scope="module")
def client(server):
    client = triton.InferenceServerClient(server.address)
    yield client
    client.close()


def test_is_live_and_ready(client):
    assert client.is_server_live()
    assert client.is_server_ready()


def test_says_its_name_and_what_it_offers(client):
    metadata = client.get_server_metadata()
    assert metadata["name"] == "mettle"
    assert "binary_tensor_data" in metadata["extensions"]


@pytest.mark.parametrize("version, ready", [("", True), ("1", True), ("3", True), ("2", False)])
def test_readiness_of_a_models_versions(client, version, ready):
    assert client.is_model_ready("digits", version) is ready


def test_an_unknown_model_is_not_ready(client):
    assert not client.is_model_ready("nonsense")


def test_metadata_has_the_graphs_signature(client):
    assert client.get_model_metadata("digits") == {
        "name": "digits", "versions": ["1", "3"], "platform": "onnxruntime_onnx", "execution_providers": "cpu",
        "inputs": [{"name": "pixels", "datatype": "FP32", "shape": [-1, 64]}],
        "outputs": [{"name": "label", "datatype": "INT64", "shape": [-1]},
                    {"name": "probabilities", "datatype": "FP32", "shape": [-1, 10]}]}


def test_config_leaves_the_rows_to_max_batch_size(client):
    config = client.get_model_config("wine")
    assert config["name"] == "wine" and config["max_batch_size"] > 1
    assert config["input"] == [{"name": "features", "data_type": "TYPE_FP32", "dims": [13]}]
    assert [output["name"] for output in config["output"]] == ["label", "probabilities"]


def test_config_of_a_model_without_rows(serve):
    config = ask(serve(paths.DATA / "shapes").url + "/v2/models/fixed/config").json()
    assert config["max_batch_size"] == 0
    assert config["input"] == [{"name": "x", "data_type": "TYPE_FP32", "dims": [2, 3]}]


def test_statistics_have_what_perf_analyzer_reads(client):
    stats = client.get_inference_statistics("digits", "3")["model_stats"][0]
    assert (stats["name"], stats["version"]) == ("digits", "3")
    for part in ("success", "fail", "queue", "compute_input", "compute_infer", "compute_output"):
        assert set(stats["inference_stats"][part]) == {"count", "ns"}


def test_statistics_of_all_models_at_once(client):
    stats = client.get_inference_statistics()["model_stats"]
    assert [(one["name"], one["version"]) for one in stats] == [("digits", "1"), ("digits", "3"), ("wine", "1")]


def test_repository_index_lists_each_version(client):
    index = client.get_model_repository_index()
    assert [(one["name"], one["version"], one["state"]) for one in index] == [
        ("digits", "1", "READY"), ("digits", "3", "READY"), ("wine", "1", "READY")]


def test_the_clients_errors_carry_our_sentence(client):
    with pytest.raises(triton.InferenceServerException, match="unknown model: 'nonsense' is not found") as caught:
        client.get_model_metadata("nonsense")
    assert caught.value.status() == "404"


def test_config_names_the_backend(serve):
    server = serve(paths.DIGITS, "--simulate", "slow=constant(1ms)")
    configs = {name: ask(f"{server.url}/v2/models/{name}/config").json() for name in ("digits", "slow")}
    assert (configs["digits"]["platform"], configs["digits"]["backend"]) == ("onnxruntime_onnx", "onnxruntime")
    assert (configs["slow"]["platform"], configs["slow"]["backend"]) == ("mettle_simulated", "mettle_simulated")


def test_statistics_of_all_models_stand_together(serve, repository):
    server = serve(repository)
    statistics = ask(server.url + "/v2/models/stats").json()["model_stats"]
    assert [(each["name"], each["version"]) for each in statistics] == [("digits", "1"), ("digits", "3"), ("wine", "1")]
    assert statistics[2] == ask(server.url + "/v2/models/wine/stats").json()["model_stats"][0]
