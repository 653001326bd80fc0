"""The Containerfile: built and run where there is an engine, else only read."""

import re
import shutil
import subprocess

import pytest
from support import packages


def engine():
    for name in ("podman", "docker"):
        if shutil.which(name) and subprocess.run([name, "info"], capture_output=True).returncode == 0:
            return name
    return None


def test_its_lines_are_instructions_and_its_files_are_there():
    file = packages.find("Containerfile")
    joined = file.read_text().replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    words = [line.split()[0] for line in lines]
    assert set(words) <= {"FROM", "COPY", "RUN", "USER", "EXPOSE", "ENTRYPOINT", "CMD"} and words[0] == "FROM"
    for pattern in re.findall(r"^COPY (\S+)", joined, re.MULTILINE):
        packages.find(pattern)
    assert words.index("USER") < words.index("ENTRYPOINT"), "it would serve as root"


@pytest.mark.skipif(engine() is None, reason="no podman or docker that works here: the image is not built")
def test_its_image_runs():
    folder = packages.find("Containerfile").parent
    built = subprocess.run([engine(), "build", "-q", "-f", folder / "Containerfile", folder], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    image = built.stdout.strip().splitlines()[-1]
    said = subprocess.run([engine(), "run", "--rm", image, "--version"], capture_output=True, text=True)
    assert said.stdout.startswith("mettle 0."), said
