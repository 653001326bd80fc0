"""What the start says, and that it is true."""

import json
import re
import subprocess

import pytest

from support import paths, samples
from support.http import ask
from support.process import mettle
from support.samples import INFER, assert_right


def test_names_address_models_signatures_and_lanes(serve, repository):
    server = serve(repository)
    assert f"serves on {server.url}" in server.stdout
    for version in (1, 3):
        assert (f"digits (version {version}): pixels FP32[-1,64] -> label INT64[-1], probabilities FP32[-1,10]"
                in server.stdout)
    assert "wine (version 1): features FP32[-1,13]" in server.stdout
    assert len(re.findall(r"(inline|worker) lane: ", server.stdout)) == 3


@pytest.mark.parametrize("model", [
    paths.DIGITS, paths.WINE, *(paths.DATA / "shapes" / name for name in ("fixed", "free", "scalar", "two")),
    paths.DATA / "identities/BYTES", paths.DATA / "identities/BOOL"], ids=lambda path: path.name)
def test_the_curl_line_works_when_pasted(serve, model):
    line = re.search(r"Try it:\n +(.*)\n", serve(model).stdout)[1]
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["outputs"]


@pytest.mark.parametrize("given, name", [
    (paths.DIGITS, "digits"), (paths.DIGITS / "model.onnx", "model"), (str(paths.DIGITS) + "/", "digits")])
def test_a_model_is_named_after_its_folder_or_file(serve, given, name):
    assert f"  {name} (version 1)" in serve(given).stdout


def test_name_wins(serve):
    server = serve(paths.DIGITS / "model.onnx", "--name", "my model")
    reply = ask(server.url + "/v2/models/my%20model/infer", "POST", samples.body())
    assert_right(reply)
    assert reply.json()["model_name"] == "my model"


def test_several_models_and_a_lane_of_ones_choice(serve):
    server = serve(paths.DIGITS, paths.WINE, "--lane", "worker", "--workers", "2", "--threads", "1")
    assert "with 1 I/O thread\n" in server.stdout and "inline lane" not in server.stdout
    assert_right(ask(server.url + INFER, "POST", samples.body(7)), 7)


def test_listens_on_loopback_only_unless_told_otherwise(serve):
    server = serve()
    listening = subprocess.run(["cat", f"/proc/{server.pid}/net/tcp"], capture_output=True, text=True).stdout
    assert f"0100007F:{server.port:04X}" in listening
    assert f"00000000:{server.port:04X}" not in listening


def test_a_taken_port_is_refused_in_one_plain_sentence(serve):
    """SO_REUSEPORT would let a second server in silently, and each would get half of the requests."""
    first = serve()
    second = mettle("serve", paths.DIGITS, "--port", first.port)
    assert second.code == 2
    assert f"port {first.port} on 127.0.0.1 is taken" in second.stderr and "--port" in second.stderr
    assert second.stdout == "" and len(second.stderr.splitlines()) == 1
    assert_right(ask(first.url + INFER, "POST", samples.body()))


def test_a_port_can_be_taken_again_at_once(serve):
    first = serve()
    assert ask(first.url + "/health/live").status == 200
    port = first.port
    assert first.stop() == 0
    again = serve(paths.DIGITS, "--port", port)
    assert again.port == port


def test_two_models_of_one_name_are_refused():
    done = mettle("serve", paths.DIGITS, paths.DIGITS)
    assert done.code == 2 and "two models are named 'digits'" in done.stderr


def test_version_and_help():
    assert re.match(r"mettle \d+\.\d+", mettle("--version").stdout)
    assert "serve" in mettle("--help").stdout
    help = mettle("serve", "--help")
    assert help.code == 0 and "--drain-delay" in help.stdout and "64MiB" in help.stdout
