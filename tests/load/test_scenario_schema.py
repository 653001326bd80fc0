"""docs/schemas/scenario.json and the reader know the same keys."""

import json
import re

import pytest

from support import paths
from support.process import mettle

SCHEMA = json.loads((paths.SCHEMAS / "scenario.json").read_text())
DEFS = SCHEMA["$defs"]
VERBS = {"get", "post", "put", "patch", "delete", "head", "options"}


def maps(node) -> list:
    """The objects that a part of the schema allows."""
    return [part for part in node.get("anyOf", node.get("oneOf", [node])) if part.get("type") == "object"]


def step(kind: str) -> set:
    return next(set(part["properties"]) for part in maps(DEFS["step"]) if kind in part.get("required", []))


REQUEST = set(maps(DEFS["step"])[0]["properties"])
TASK, SET = (set(part["properties"]) for part in maps(DEFS["task"])[:2])
MAPS = {
    "a scenario": ("Z: 1\ntasks: [get /]", set(SCHEMA["properties"])),
    "a user class": ("users: {A: {Z: 1, tasks: [get /]}}", set(DEFS["user"]["properties"])),
    "a set of tasks": ("tasks: {a: {Z: 1, tasks: [get /]}}", SET),
    "a GET request": ("tasks: [{get: /, Z: 1}]", REQUEST - VERBS | {"get"}),
    "load": ("load: {Z: 1}\ntasks: [get /]", set(DEFS["load"]["properties"])),
    "defaults": ("defaults: {Z: 1}\ntasks: [get /]", set(DEFS["defaults"]["properties"])),
    "a check": ("tasks: [{get: /, checks: {Z: 1, status: 200}}]", set(maps(DEFS["check"])[0]["properties"])),
    "a stage": ("load: {stages: [{Z: 1, users: 1, duration: 1s}]}\ntasks: [get /]",
                {key for stage in maps(DEFS["stage"]) for key in stage["properties"]}),
    "a step 'if'": ("tasks: [[{if: true, then: [get /], Z: 1}]]", step("if")),
    "a step 'repeat'": ("tasks: [[{repeat: 2, steps: [get /], Z: 1}]]", step("repeat")),
    "repeat": ("tasks: [[{repeat: {until: true, Z: 1}, steps: [get /]}]]",
               set(maps(next(part for part in maps(DEFS["step"]) if "repeat" in part["properties"])
                        ["properties"]["repeat"])[0]["properties"])),
    "a step 'metric'": ("tasks: [[{metric: m, Z: 1}]]", step("metric")),
    "a step 'group'": ("tasks: [[{group: g, steps: [get /], Z: 1}]]", step("group")),
}


@pytest.mark.parametrize("what", MAPS)
def test_they_know_the_same_keys(what, tmp_path):
    text, in_schema = MAPS[what]
    file = tmp_path / "a.yaml"
    file.write_text(text.replace("Z:", "qqqqqqqqqqqqqqqqqqqq:"))
    ended = mettle("load", file, "--check", "-H", "http://127.0.0.1:1")
    assert ended.code == 2
    known = re.search(rf"{re.escape(what)} has no key 'q+'; there are (.*)", ended.stderr)
    assert known, ended.stderr
    assert set(known[1].split(", ")) == in_schema


def test_every_kind_of_step_is_in_both(tmp_path):
    file = tmp_path / "a.yaml"
    file.write_text("tasks: [[qqqqqqqqqqqqqqqqqqqqqqqq]]")
    ended = mettle("load", file, "--check", "-H", "http://127.0.0.1:1")
    known = re.search(r"there is no step 'q+'; there are (.*)", ended.stderr)
    in_schema = {key for part in maps(DEFS["step"]) for key in part.get("required", [])} | VERBS
    assert set(known[1].split(", ")) == in_schema
