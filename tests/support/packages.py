"""Packages under test: those in METTLE_PACKAGES, and a clean place to run what they hold."""

import json
import os
import pathlib
import re
import subprocess

from . import paths

FOLDER = os.environ.get("METTLE_PACKAGES")


def find(pattern) -> pathlib.Path:
    found = sorted(pathlib.Path(FOLDER or "").glob(pattern))
    assert len(found) == 1, f"{pattern} in METTLE_PACKAGES={FOLDER}: {found}"
    return found[0]


def clean_environment(home) -> dict:
    """Nothing of whoever runs the tests: as in a new container."""
    return {"PATH": "/usr/bin:/bin", "HOME": str(home), "LANG": "C.UTF-8"}


def run(command, home, **more):
    return subprocess.run([str(part) for part in command], env=clean_environment(home) | more, cwd=home,
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=150)


def libraries_of(command, home) -> set:
    """The libraries that a program and its children load, as the loader names them."""
    logs = home / "loader"
    logs.mkdir(exist_ok=True)
    done = run(command, home, LD_DEBUG="libs", LD_DEBUG_OUTPUT=str(logs / "log"))
    # 3: it ran, and a busy machine left the verdict open, which says nothing against the package.
    assert done.returncode in (0, 3), done.stdout + done.stderr
    text = "".join(file.read_text(errors="replace") for file in logs.iterdir())
    return {pathlib.Path(os.path.normpath(found)) for found in re.findall(r"calling init: (/\S+)", text)}


def proves_digits(program, home, runtime_below):
    """`program` proves the digits model, with ONNX Runtime and its other libraries from where they should be."""
    command = [*program, "prove", paths.DIGITS, "--profile", "quick", "--stages-only", "correctness", "--no-history",
               "-o", home / "proof.json"]
    loaded = libraries_of(command, home)
    runtime = [library for library in loaded if library.name.startswith("libonnxruntime.so")]
    assert runtime and all(library.is_relative_to(runtime_below) for library in runtime), loaded
    stages = json.loads((home / "proof.json").read_text())["stages"]
    [stage] = [stage for stage in stages if stage["name"] == "correctness"]
    assert stage["verdict"] in ("pass", "invalid"), stage
    return loaded
