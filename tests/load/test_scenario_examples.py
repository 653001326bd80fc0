"""Every example scenario and every one in docs/scenarios.md is right: for the schema, for --check, and on a server."""

import itertools
import json
import re
import subprocess

import jsonschema
import pytest
import yaml

from support import loading, paths
from support.playground import Playground
from support.shop import Shop

EXAMPLES = sorted((paths.ROOT / "examples" / "load").glob("*.yaml"))
GUIDE = (paths.ROOT / "docs" / "scenarios.md").read_text()
# Fenced blocks that are whole scenarios say so.
SNIPPETS = re.findall(r"^```yaml scenario\n(.*?)^```", GUIDE, re.M | re.S)
SCHEMA = json.loads((paths.SCHEMAS / "scenario.json").read_text())


@pytest.fixture(scope="module")
def playground():
    playground = Playground()
    yield playground
    playground.close()


def test_there_are_enough_of_them():
    assert len(EXAMPLES) >= 10 and len(SNIPPETS) >= 8


@pytest.mark.parametrize("text", [*[file.read_text() for file in EXAMPLES], *SNIPPETS],
                         ids=[*[file.stem for file in EXAMPLES], *map(str, range(len(SNIPPETS)))])
def test_the_schema_takes_it(text):
    jsonschema.Draft202012Validator(SCHEMA).validate(yaml.safe_load(text))


# One talks over a WebSocket, which has tests of its own: test_websocket.py.
@pytest.mark.parametrize("file", [file for file in EXAMPLES if file.stem != "talker"], ids=lambda file: file.stem)
def test_an_example_runs_without_a_failure(file, playground, tmp_path):
    shop = Shop() if file.stem == "shopper" else None
    try:
        url = shop.url if shop else playground.url
        flags = [] if file.stem in ("stages", "signed") else ["-t", "1500ms"]
        run = loading.load(tmp_path, "-f", file, "-H", url, *flags)
        assert run.passed, run
        assert run.result["totals"]["requests"] > 10 and run.result["totals"]["failures"] == 0, run.failures()
        assert run.result["exceptions"] == []
    finally:
        if shop:
            shop.close()


@pytest.mark.parametrize("text", SNIPPETS, ids=map(str, itertools.count()))
def test_a_scenario_of_the_guide_runs(text, playground, tmp_path):
    for data in ("accounts.csv", "flowers.csv"):
        (tmp_path / data).write_text((paths.ROOT / "examples" / "load" / data).read_text())
    file = tmp_path / "guide.yaml"
    file.write_text(text)
    checked = subprocess.run([paths.METTLE, "load", file, "--check"], capture_output=True, text=True, timeout=20)
    assert checked.returncode == 0, checked.stderr
    run = loading.load(tmp_path, file, "-H", playground.url, "-i", "20")
    assert run.passed, run
    assert run.result["totals"]["failures"] == 0, run.failures()
    assert run.result["exceptions"] == []
