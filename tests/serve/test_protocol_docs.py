"""The lines of docs/protocols.md do what they say when they are pasted."""

import json
import re
import subprocess

import pytest

from support import paths
from support.samples import DIGITS, rows

PAGE = (paths.ROOT / "docs" / "protocols.md").read_text()
LINES = [line for block in re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
         for line in re.sub(r"\\\n\s*", "", block).splitlines() if line.startswith("curl")]


@pytest.fixture(scope="module")
def server(serve_for_module, repository):
    return serve_for_module(paths.DIGITS)


@pytest.fixture(scope="module")
def controlled(serve_for_module, repository):
    return serve_for_module(repository, "--model-control", "explicit", "--load-model", "digits")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The files that the lines name."""
    folder = tmp_path_factory.mktemp("files")
    (folder / "pixels.json").write_text(json.dumps(DIGITS[0]["inputs"]["pixels"]))
    (folder / "pixels.csv").write_text("\n".join(",".join(map(str, row)) for row in rows(2)[0].tolist()))
    (folder / "pixels.f32").write_bytes(rows(1)[0].tobytes())
    (folder / "frame.json").write_text(json.dumps({"dataframe_split": {"data": rows(2)[0].tolist()}}))
    return folder


def test_the_page_has_lines():
    assert len(LINES) > 10


@pytest.mark.parametrize("line", LINES)
def test_a_line_of_the_page_is_answered(server, controlled, folder, line):
    target = controlled if "/models" in line and "/v2/" not in line else server
    command = line.replace("http://127.0.0.1:8000", target.url).replace("curl ", "curl --fail-with-body -sS ", 1)
    ended = subprocess.run(["bash", "-c", command], cwd=folder, capture_output=True, timeout=20)
    assert ended.returncode == 0, (ended.stdout[:500], ended.stderr)
