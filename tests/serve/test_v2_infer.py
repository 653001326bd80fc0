"""Inference through Triton's own client: JSON and binary, each way, and the right digits."""

import numpy as np
import onnx
import pytest
import tritonclient.http as triton
from onnx import TensorProto, helper

from support.http import ask
from support.samples import DIGITS, rows, samples


@pytest.fixture(scope="module")
def server(serve_for_module, repository):
    return serve_for_module(repository)


@pytest.fixture(scope="module")
def client(server):
    client = triton.InferenceServerClient(server.address)
    yield client
    client.close()


def infer(client, model, name, values, outputs, binary_in=True, binary_out=True, **options):
    tensor = triton.InferInput(name, list(values.shape), triton.np_to_triton_dtype(values.dtype))
    tensor.set_data_from_numpy(values, binary_data=binary_in)
    wanted = [triton.InferRequestedOutput(output, binary_data=binary_out) for output in outputs]
    return client.infer(model, [tensor], outputs=wanted, **options)


@pytest.mark.parametrize("binary_in", [True, False])
@pytest.mark.parametrize("binary_out", [True, False])
@pytest.mark.parametrize("model, name", [("digits", "pixels"), ("wine", "features")])
def test_every_sample_is_answered_right(client, model, name, binary_in, binary_out):
    for sample in samples(model):
        values = np.array(sample["inputs"][name], np.float32)
        answer = infer(client, model, name, values, ["label", "probabilities"], binary_in, binary_out)
        assert answer.as_numpy("label").tolist() == sample["outputs"]["label"]
        np.testing.assert_allclose(answer.as_numpy("probabilities"), sample["outputs"]["probabilities"],
                                   rtol=0, atol=sample["atol"])


@pytest.mark.parametrize("count", [1, 2, 32, 1000])
def test_a_batch_is_answered_row_by_row(client, count):
    pixels, labels = rows(count)
    answer = infer(client, "digits", "pixels", pixels, ["label", "probabilities"])
    np.testing.assert_array_equal(answer.as_numpy("label"), labels)
    assert answer.as_numpy("probabilities").shape == (count, 10)


def test_outputs_come_in_the_order_asked_for_each_in_its_own_form(client):
    pixels, labels = rows(2)
    tensor = triton.InferInput("pixels", [2, 64], "FP32")
    tensor.set_data_from_numpy(pixels)
    wanted = [triton.InferRequestedOutput("probabilities", binary_data=True),
              triton.InferRequestedOutput("label", binary_data=False)]
    answer = client.infer("digits", [tensor], outputs=wanted)
    described = answer.get_response()["outputs"]
    assert [output["name"] for output in described] == ["probabilities", "label"]
    assert "binary_data_size" in described[0]["parameters"] and "data" in described[1]
    np.testing.assert_array_equal(answer.as_numpy("label"), labels)


def test_only_what_is_asked_for_comes(client):
    answer = infer(client, "digits", "pixels", rows(1)[0], ["label"])
    assert [output["name"] for output in answer.get_response()["outputs"]] == ["label"]


@pytest.mark.parametrize("version, served", [("", "3"), ("1", "1"), ("3", "3")])
def test_the_newest_version_answers_unless_one_is_named(client, version, served):
    answer = infer(client, "digits", "pixels", rows(1)[0], ["label"], model_version=version)
    assert answer.get_response()["model_version"] == served


@pytest.mark.parametrize("model, version, message", [
    ("nonsense", "", "unknown model: 'nonsense' is not found"),
    ("digits", "2", "'digits' version 2 is not found")])
def test_unknown_models_and_versions_are_404(client, model, version, message):
    with pytest.raises(triton.InferenceServerException, match=message) as caught:
        infer(client, model, "pixels", rows(1)[0], ["label"], model_version=version)
    assert caught.value.status() == "404"


@pytest.mark.parametrize("id", ["7", "ä \"quoted\" \\ \t", "x" * 1000])
def test_the_requests_id_comes_back(client, id):
    answer = infer(client, "digits", "pixels", rows(1)[0], ["label"], request_id=id)
    assert answer.get_response()["id"] == id


def test_the_client_may_pass_parameters_and_a_priority(client):
    answer = infer(client, "digits", "pixels", rows(1)[0], ["label"], priority=1, timeout=10_000_000,
                   parameters={"colour": "blue", "depth": 3, "loud": True})
    assert answer.as_numpy("label").tolist() == DIGITS[0]["outputs"]["label"]


def test_the_async_client_gets_each_answer_to_its_own_request(server):
    client = triton.InferenceServerClient(server.address, concurrency=8)
    try:
        pending = []
        for sample in DIGITS * 4:
            tensor = triton.InferInput("pixels", [1, 64], "FP32")
            tensor.set_data_from_numpy(np.array(sample["inputs"]["pixels"], np.float32))
            pending.append((sample, client.async_infer("digits", [tensor])))
        for sample, request in pending:
            assert request.get_result().as_numpy("label").tolist() == sample["outputs"]["label"]
    finally:
        client.close()


@pytest.mark.parametrize("binary", [True, False])
def test_classification_gives_the_largest_values_with_their_index(client, binary):
    pixels, labels = rows(3)
    tensor = triton.InferInput("pixels", [3, 64], "FP32")
    tensor.set_data_from_numpy(pixels)
    wanted = [triton.InferRequestedOutput("label", binary_data=binary),
              triton.InferRequestedOutput("probabilities", binary_data=binary, class_count=2)]
    answer = client.infer("digits", [tensor], outputs=wanted)
    probabilities = infer(client, "digits", "pixels", pixels, ["probabilities"]).as_numpy("probabilities")
    np.testing.assert_array_equal(answer.as_numpy("label"), labels)
    classes = answer.as_numpy("probabilities").reshape(3, 2)
    for texts, row in zip(classes, probabilities, strict=True):
        for text, index in zip(texts, np.argsort(-row)[:2], strict=True):
            assert (text.decode() if binary else text) == f"{row[index]:.6f}:{index}"


@pytest.mark.parametrize("algorithm", ["gzip", "deflate"])
@pytest.mark.parametrize("binary", [True, False])
def test_compressed_requests_are_answered_alike(client, algorithm, binary):
    pixels, labels = rows(3)
    tensor = triton.InferInput("pixels", [3, 64], "FP32")
    tensor.set_data_from_numpy(pixels, binary_data=binary)
    answer = client.infer("digits", [tensor], request_compression_algorithm=algorithm)
    np.testing.assert_array_equal(answer.as_numpy("label"), labels)


@pytest.mark.parametrize("count", [1, 3])
def test_a_raw_binary_request_is_the_inputs_bytes(server, count):
    pixels, labels = rows(count)
    reply = ask(server.url + "/v2/models/digits/infer", "POST", pixels.tobytes(), {"Inference-Header-Content-Length": "0"})
    assert reply.status == 200 and reply.headers["content-type"] == "application/octet-stream"
    answer = triton.InferenceServerClient.parse_response_body(
        reply.body, header_length=int(reply.headers["inference-header-content-length"]))
    assert answer.as_numpy("label").tolist() == labels.tolist()
    assert answer.as_numpy("probabilities").shape == (count, 10)


def test_a_raw_binary_request_of_bytes_is_one_element(serve, tmp_path):
    tensors = [[helper.make_tensor_value_info(name, TensorProto.STRING, ["N"])] for name in ("x", "y")]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", *tensors)
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), tmp_path / "text.onnx")
    server = serve(tmp_path / "text.onnx")
    reply = ask(server.url + "/v2/models/text/infer", "POST", b"caf\xc3\xa9\0", {"Inference-Header-Content-Length": "0"})
    head = int(reply.headers["inference-header-content-length"])
    assert reply.status == 200 and reply.body[head + 4:] == b"caf\xc3\xa9\0"
