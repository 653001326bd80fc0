"""Where things lie, and a plain word when one of them is missing."""

import pathlib
import shutil

from .errors import Unavailable

ROOT = pathlib.Path(__file__).resolve().parents[2]
PEERS = ROOT / "bench/peers"
SCRATCH = ROOT / "build/bench"
DIGITS = ROOT / "models/digits"
RESULTS = ROOT / "bench/results.json"


def mettle() -> pathlib.Path:
    return _existing(ROOT / "build/release/mettle", "make build")


def ort_raw_bench() -> pathlib.Path:
    return _existing(ROOT / "build/release/ort_raw_bench", "make build")


def ring_bench() -> pathlib.Path:
    return _existing(ROOT / "build/release/ring_bench", "make build, where liburing-dev is installed")


def python(venv: str) -> pathlib.Path:
    """The interpreter of .deps/venv-NAME: Debian's own python3, which is built with PGO and LTO."""
    return _existing(ROOT / f".deps/venv-{venv}/bin/python", "tools/setup/setup.sh bench")


def nginx() -> str:
    unpacked = ROOT / ".deps/nginx/usr/sbin/nginx"
    return str(unpacked) if unpacked.exists() else tool("nginx")


def perf_analyzer() -> pathlib.Path:
    return _existing(ROOT / ".deps/perf_analyzer/perf_analyzer", "tools/setup/setup.sh bench")


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/sbin")
    if not found:
        raise Unavailable(f"{name} is not installed (tools/setup/setup.sh bench)")
    return found


def _existing(path: pathlib.Path, how: str) -> pathlib.Path:
    if not path.exists():
        raise Unavailable(f"{path.relative_to(ROOT)} is not there ({how})")
    return path
