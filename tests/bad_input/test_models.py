"""Models that cannot be served: exit code 2 and a line that names the file, the input or output, and why."""

import pytest

from support import paths
from support.process import mettle

DIGITS = (paths.DIGITS / "model.onnx").read_bytes()
UNSERVABLE = {
    "sequence_output": ("output 'y'", "seq(tensor(float))", "ConcatFromSequence"),
    "sequence_input": ("input 'x'", "seq(tensor(float))", "make the graph take tensors"),
    "optional_output": ("output 'y'", "optional(tensor(float))"),
    "rank_9": ("input 'x'", "9 dimensions"),
    "float8": ("input 'x'", "element type float8e4m3fn"),
    "no_input": ("no input",),
    "unknown_operator": ("Frobnicate",),
}


def refused(*arguments) -> str:
    """What a start that is refused says: one plain line and no server."""
    done = mettle("serve", *arguments, "--port", "0")
    assert done.code == 2, done
    assert done.stdout == "" and done.stderr.startswith("mettle serve: "), done
    assert len(done.stderr.splitlines()) == 1, done
    return done.stderr


@pytest.mark.parametrize("model", UNSERVABLE)
def test_a_graph_that_v2_cannot_express(model):
    message = refused(paths.DATA / "bad" / f"{model}.onnx")
    assert f"{model}.onnx" in message
    for part in UNSERVABLE[model]:
        assert part in message


@pytest.mark.parametrize("content, why", [
    (b"", "empty"), (DIGITS[:1000], "not an ONNX model, or it is cut off"), (DIGITS[:-1], "cut off"),
    (b"\x7fELF" + bytes(1000), "not an ONNX model"), (b"this is no model\n" * 100, "not an ONNX model"),
    (b"\x89PNG\r\n\x1a\n" + bytes(100), "not an ONNX model")],
    ids=["empty", "cut off early", "cut off late", "a program", "a text", "a picture"])
def test_a_file_that_is_no_model(tmp_path, content, why):
    file = tmp_path / "broken.onnx"
    file.write_bytes(content)
    message = refused(file)
    assert "broken.onnx" in message and why in message


def test_a_file_with_a_flipped_bit_never_crashes(tmp_path):
    """Whatever it does, it ends with a message or serves; a signal would be a crash."""
    file = tmp_path / "flipped.onnx"
    for at in range(0, len(DIGITS), len(DIGITS) // 25):
        file.write_bytes(DIGITS[:at] + bytes([DIGITS[at] ^ 0x40]) + DIGITS[at + 1:])
        done = mettle("serve", file, "--port", "0", "--host", "203.0.113.1")  # Not ours: it ends either way.
        assert done.code == 2, done


def test_a_path_that_is_not_there():
    assert "no such file or folder" in refused("nowhere.onnx")


def test_a_file_that_may_not_be_read(tmp_path):
    file = tmp_path / "loop.onnx"
    file.symlink_to(file)
    assert "loop.onnx" in refused(file)


@pytest.mark.parametrize("content", [[], ["README.txt"], ["sub/deeper/model.onnx"], ["a.onnx", "b.onnx"]],
                         ids=["empty", "other files", "too deep", "two models"])
def test_a_folder_without_a_model(tmp_path, content):
    for name in content:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(DIGITS)
    message = refused(tmp_path)
    assert "holds no model" in message and "model.onnx" in message


def test_one_bad_model_in_a_repository_is_named(tmp_path):
    for name, content in (("good", DIGITS), ("bad", DIGITS[:100])):
        (tmp_path / name).mkdir()
        (tmp_path / name / "model.onnx").write_bytes(content)
    assert "bad/model.onnx" in refused(tmp_path)


def test_one_name_for_several_models(repository):
    assert "--name" in refused(repository, "--name", "one")
