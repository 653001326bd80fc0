"""What computes: the list of --ep and of mettle.yaml, its order, plug-in libraries and what can't be had.

openvino's plug-in, from PyPI, is real; on most machines that run tests it finds no device. azure is built in and runs no
node of these models.
"""

import shutil

import onnxruntime_ep_openvino
import pytest

from support import paths
from support.http import ask
from support.process import mettle
from support.samples import assert_right, body

OPENVINO = next(paths.pathlib.Path(onnxruntime_ep_openvino.__file__).parent.glob("libonnxruntime_providers_openvino_plugin.so"))
SOME_LIBRARY = next(paths.DEPS.glob("onnxruntime/lib/libonnxruntime_providers_shared.so"))


def refused(*arguments) -> str:
    done = mettle("serve", paths.DIGITS, "--port", "0", *arguments)
    assert done.code == 2 and done.stdout == "", done
    return done.stderr


def providers_of(server) -> str:
    """As the metadata says; the other places have to say the same."""
    reply = ask(server.url + "/v2/models/digits").json()
    providers = reply["execution_providers"]
    config = ask(server.url + "/v2/models/digits/config").json()
    assert config["parameters"]["execution_providers"] == {"string_value": providers}
    assert ask(server.url + "/").json()["models"][0]["execution_providers"] == providers
    assert f'mettle_model_info{{model="digits",version="1",execution_providers="{providers}"}} 1' in \
        ask(server.url + "/metrics").body.decode().splitlines()
    return providers


def assert_answers(server):
    assert_right(ask(server.url + "/v2/models/digits/infer", "POST", body(3)), 3)


@pytest.mark.parametrize("ep, providers, warnings", [
    (None, "cpu", []), ("cpu", "cpu", []), ("CPUExecutionProvider", "cpu", []), ("cpu,azure", "cpu", []),
    ("AzureExecutionProvider,CPU", "azure,cpu", []), ("cuda(device_id=0),cpu", "cpu", ["'cuda'"]),
    ("tensorrt,cuda,azure,cpu", "azure,cpu", ["'tensorrt'", "'cuda'"])])
def test_the_list_is_an_order_and_what_is_not_there_is_passed_over(serve, ep, providers, warnings):
    server = serve(paths.DIGITS, *(["--ep", ep] if ep else []))
    assert providers_of(server) == providers
    assert_answers(server)
    lines = [line for line in server.stderr.splitlines() if "can't be had" in line]
    assert len(lines) == len(warnings) and all(name in line for name, line in zip(warnings, lines, strict=True))


def test_without_cpu_in_the_list_nothing_else_is_taken():
    for ep in ("cuda", "tensorrt,cuda", "cuda(device_id=1)"):
        message = refused("--ep", ep)
        assert "'cuda' can't be had" in message and "there are cpu" in message and "--ep-library" in message
    message = refused("--ep", "azure")
    assert "add cpu" in message


@pytest.mark.parametrize("ep, why", [
    ("", "no name"), ("cuda(", "not closed"), ("cuda(0),cpu", "option=value"), ("cpu,,azure", "no name"), ("cpu,cpu", "twice")])
def test_a_list_that_is_none_is_said_with_the_right_form(ep, why):
    message = refused("--ep", ep)
    assert why in message and "cuda(device_id=0),cpu" in message


def test_a_plug_in_library_that_finds_no_device(serve):
    library = f"openvino={OPENVINO}"
    done = mettle("serve", paths.DIGITS, "--port", "0", "--ep-library", library, "--ep", "nothing")
    assert done.code == 2, done
    if "openvino" in done.stderr.split("there are")[1].split(".")[0]:
        pytest.skip("OpenVINO has a device here")
    assert "found no device" in refused("--ep", "openvino", "--ep-library", library)
    server = serve(paths.DIGITS, "--ep", "openvino(device_type=CPU),cpu", "--ep-library", library)
    assert providers_of(server) == "cpu" and "found no device" in server.stderr
    assert_answers(server)


def test_a_plug_in_library_with_a_device_computes(serve):
    library = f"openvino={OPENVINO}"
    done = mettle("serve", paths.DIGITS, "--port", "0", "--ep-library", library, "--ep", "nothing")
    if "openvino" not in done.stderr.split("there are")[1].split(".")[0]:
        pytest.skip("OpenVINO has no device here")
    server = serve(paths.DIGITS, "--ep", "openvino,cpu", "--ep-library", library)
    assert providers_of(server) == "openvino,cpu"
    assert_answers(server)


@pytest.mark.parametrize("library, why", [
    ("openvino", "NAME=PATH"), ("=x.so", "NAME=PATH"), ("x=", "NAME=PATH"), ("x=/nowhere/x.so", "no such file"),
    (f"x={paths.DIGITS / 'model.onnx'}", "model.onnx"), (f"x={SOME_LIBRARY}", "CreateEpFactories")])
def test_a_library_that_is_none(library, why):
    assert why in refused("--ep-library", library)


def test_a_model_has_a_list_of_its_own(serve, tmp_path):
    shutil.copytree(paths.DIGITS, tmp_path / "digits")
    (tmp_path / "digits/mettle.yaml").write_text("providers: [{azure: {some: option}}, cpu]\n")
    server = serve(tmp_path / "digits", "--ep", "cpu")
    assert providers_of(server) == "azure,cpu"
    assert_answers(server)


def test_a_model_whose_list_cannot_be_had_is_2_and_named(tmp_path):
    shutil.copytree(paths.DIGITS, tmp_path / "digits")
    (tmp_path / "digits/mettle.yaml").write_text("providers: [cuda: {device_id: 0}]\n")
    done = mettle("serve", tmp_path / "digits", "--port", "0")
    assert done.code == 2 and "'cuda' can't be had" in done.stderr and "digits" in done.stderr, done
