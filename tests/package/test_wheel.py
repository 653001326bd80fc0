"""The wheel in a new virtual environment: no network; onnxruntime is the test environment's."""

import re
import subprocess
import sys
import sysconfig
import zipfile

import pytest
from support import packages, paths

sys.path.insert(0, str(paths.ROOT / "tools" / "package"))
import wheel as builder  # noqa: E402


@pytest.fixture(scope="module")
def venv(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel") / "venv"
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    [packages_folder] = folder.glob("lib/python3*/site-packages")
    (packages_folder / "others.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    # pip itself says whether this Python takes the tag, and whether the onnxruntime there is one that will do.
    done = subprocess.run([folder / "bin" / "pip", "install", "--no-index", packages.find("mettle-*.whl")],
                          capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_it_proves_a_model_with_the_runtime_of_python(venv, tmp_path):
    loaded = packages.proves_digits([venv / "bin" / "mettle"], tmp_path, sysconfig.get_paths()["purelib"])
    [openssl] = {file for file in loaded if file.name == "libssl.so.3" and "mettle" in file.parts}
    assert openssl.is_relative_to(venv)


def test_it_is_a_module_too(venv, tmp_path):
    done = packages.run([venv / "bin" / "python", "-m", "mettle", "--version"], tmp_path)
    assert done.stdout.startswith("mettle 0."), done


def test_without_onnxruntime_it_still_tests_and_says_what_serving_needs(venv, tmp_path):
    [others] = venv.glob("lib/python3*/site-packages/others.pth")
    hidden = others.rename(others.with_suffix(".hidden"))
    try:
        assert packages.run([venv / "bin" / "mettle", "load", "--help"], tmp_path).returncode == 0
        done = packages.run([venv / "bin" / "mettle", "serve", paths.DIGITS], tmp_path)
        assert done.returncode == 2 and "need ONNX Runtime" in done.stderr, done
    finally:
        hidden.rename(others)


def test_its_tag_is_the_newest_glibc_that_a_file_needs():
    tagged = int(re.search(r"manylinux_2_(\d+)_", packages.find("mettle-*.whl").name).group(1))
    with zipfile.ZipFile(packages.find("mettle-*.whl")) as archive:
        content = archive.read("mettle/bin/mettle")
    needed = [int(minor) for minor in re.findall(rb"GLIBC_2\.(\d+)\0", content)]
    assert max(needed) <= tagged


@pytest.mark.parametrize("symbols, minor", [
    ("0x1 0x00 02 GLIBC_2.2.5\n 0x1 0x00 03 GLIBC_2.34", 34),
    ("GLIBC_2.28 GLIBCXX_3.4.30", 35),
    ("GLIBC_2.36 GLIBCXX_3.4.29", 36),
])
def test_what_a_file_needs_is_read_from_its_versions(symbols, minor):
    assert builder.glibc_minor(symbols) == minor
