"""Scenario files that cannot be meant: 2, each mistake with its line and column, and nothing sent, to a server that
would have answered."""

import pytest

from support.playground import Playground
from support.process import mettle

WRONG = {
    "unknown key": ("tasks:\n  a: {get: /, chekcs: []}\n", "2:15:", "did you mean 'checks'?"),
    "unknown key at the top": ("tasks: [get /]\ntaks: 1\n", "2:1:", "did you mean 'tasks'?"),
    "wrong type": ("tasks:\n  a: {get: /, weight: heavy}\n", "2:23:", "weight"),
    "no map": ("- get /\n", "1:1:", "map"),
    "no YAML": ("tasks: [get /\n", "a.yaml:", ""),
    "includes itself": ("include: a.yaml\ntasks: [get /]\n", "1:10:", "a.yaml"),
    "weights all zero": ("tasks:\n  a: {weight: 0, get: /}\n  b: {weight: 0, get: /}\n", "a.yaml:", "weight"),
    "data file missing": ("data: {rows: nowhere.csv}\ntasks: [get /]\n", "1:14:", "nowhere.csv"),
    "empty CSV": ("data: {rows: empty.csv}\ntasks: [get /]\n", "1:14:", "empty"),
    "bad expression": ("tasks:\n  a: [{if: 'status ==', then: [get /]}]\n", "2:", ""),
    "undefined variable": ("tasks:\n  a: {get: '/${tokn}'}\nvariables: {token: 1}\n", "2:", "did you mean 'token'?"),
    "stages that never end": ("load: {stages: [{duration: forever, users: 3}]}\ntasks: [get /]\n", "1:28:", "forever"),
    "a stage of no time": ("load: {stages: '0s:3'}\ntasks: [get /]\n", "1:16:", ""),
    "stream with an unknown limit": ("tasks:\n  a: {get: /, sse: {unitl: x}}\n", "2:21:", "did you mean 'until'?"),
    "stream of nothing": ("tasks:\n  a: {get: /, sse: {count: 0}}\n", "2:28:", "count"),
    "bytes that are none": ("tasks:\n  a: [{ws_say: {base64: '*'}}]\n", "2:25:", "not base64"),
    "bytes and a file": ("tasks:\n  a: [{ws_say: {base64: AQID, file: a.bin}}]\n", "2:16:", "either"),
    "a stream in setup": ("setup: [{get: /, sse: true}]\ntasks: [get /]\n", "", "setup and teardown have none"),
}


@pytest.fixture(scope="module")
def playground():
    playground = Playground()
    yield playground
    playground.close()


@pytest.mark.parametrize("what", WRONG)
def test_is_refused_with_2_a_place_and_nothing_sent(what, playground, tmp_path):
    text, place, hint = WRONG[what]
    (tmp_path / "a.yaml").write_text(text)
    (tmp_path / "empty.csv").write_text("")
    done = mettle("load", "-f", tmp_path / "a.yaml", "-H", playground.url, "--headless", "-i", "1", within=10)
    assert done.code == 2, done
    assert place in done.stderr and hint in done.stderr, done
    assert not playground.seen
