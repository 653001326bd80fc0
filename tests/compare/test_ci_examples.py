"""The files for CI: that they are YAML, and that the flags of their `mettle` commands exist."""

import re
import shlex
import subprocess

import pytest
import yaml
from support import paths

FILES = sorted((paths.ROOT / "examples" / "ci").glob("*.yml"))


def commands(node):
    """Each `mettle VERB ...` in any string of a document."""
    if isinstance(node, dict):
        return [found for value in node.values() for found in commands(value)]
    if isinstance(node, list):
        return [found for value in node for found in commands(value)]
    return [node] if isinstance(node, str) and node.startswith("mettle ") else []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_its_commands_have_flags_that_exist(file):
    found = commands(yaml.safe_load(file.read_text()))
    assert {command.split()[1] for command in found} == {"prove", "compare"}
    for command in found:
        verb, *arguments = shlex.split(command)[1:]
        help_text = subprocess.run([paths.METTLE, verb, "--help"], capture_output=True, text=True).stdout
        for flag in [argument for argument in arguments if argument.startswith("-")]:
            assert re.search(rf"(^|[\s,]){re.escape(flag)}[\s,]", help_text), f"{verb} {flag}"
