"""The tarball, unpacked somewhere: it runs there, names nothing of the build, and is a library for CMake."""

import subprocess

import pytest
from support import packages, paths


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tarball")
    if packages.FOLDER:
        file = packages.find("mettle-*.tar.gz")
    else:
        made = subprocess.run(["cpack", "-G", "TGZ", "-B", folder / "made"], cwd=paths.METTLE.parent,
                              capture_output=True, text=True)
        assert made.returncode == 0, made.stdout + made.stderr
        [file] = (folder / "made").glob("*.tar.gz")
    (folder / "unpacked").mkdir()
    subprocess.run(["tar", "-xf", file, "-C", folder / "unpacked"], check=True)
    [top] = (folder / "unpacked").iterdir()
    assert top.name == file.name.removesuffix(".tar.gz")
    return top


def test_it_proves_a_model_with_its_own_libraries(prefix, tmp_path):
    loaded = packages.proves_digits([prefix / "bin" / "mettle"], tmp_path, prefix / "lib")
    system = {file.name.split(".so")[0] for file in loaded if not file.is_relative_to(prefix / "lib")}
    assert system <= {"libc", "libm", "libstdc++", "libgcc_s", "libdl", "libpthread", "librt", "ld-linux-x86-64"}


def test_it_says_its_version(prefix, tmp_path):
    assert packages.run([prefix / "bin" / "mettle", "--version"], tmp_path).stdout.startswith("mettle 0.")


@pytest.mark.parametrize("library, said", [
    ("/no/such.so", "METTLE_ONNXRUNTIME may name its library"),
    ("libm.so.6", "libm.so.6 is not ONNX Runtime"),
])
def test_a_runtime_that_cannot_be_used_is_named(prefix, tmp_path, library, said):
    done = packages.run([prefix / "bin" / "mettle", "serve", paths.DIGITS], tmp_path, METTLE_ONNXRUNTIME=library)
    assert done.returncode == 2, done
    assert library in done.stderr and said in done.stderr


def test_it_names_nothing_of_the_build(prefix):
    for file in [prefix / "bin" / "mettle", *prefix.glob("lib/cmake/**/*.cmake")]:
        content = file.read_bytes()
        assert b".deps/" not in content, file
        assert str(paths.ROOT).encode() not in content, file


def test_it_has_documents_and_licences(prefix):
    documents = prefix / "share" / "doc" / "mettle"
    for name in ("LICENSE", "docs/install.md", "licences/libssl3", "licences/onnxruntime/LICENSE"):
        assert (documents / name).stat().st_size > 0, name


PROJECT = """cmake_minimum_required(VERSION 3.25)
project(own LANGUAGES CXX)
find_package(mettle 0.1 REQUIRED)
add_executable(own own.cpp)
target_link_libraries(own PRIVATE mettle::mettle)
"""
PROGRAM = """#include "mettle/cli/verbs.hpp"
int main(int argc, char** argv) { return mettle::cli::run(argc, argv); }
"""


def test_a_program_of_ones_own_is_built_with_it(prefix, tmp_path):
    (tmp_path / "CMakeLists.txt").write_text(PROJECT)
    (tmp_path / "own.cpp").write_text(PROGRAM)
    for step in (["cmake", "-G", "Ninja", "-DCMAKE_CXX_COMPILER=clang++-19", f"-DCMAKE_PREFIX_PATH={prefix}", "-B", "b"],
                 ["cmake", "--build", "b"]):
        done = packages.run(step, tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
    packages.proves_digits([tmp_path / "b" / "own"], tmp_path, prefix / "lib")
