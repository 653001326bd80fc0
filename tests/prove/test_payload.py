"""What larger requests cost: the law of a simulated model is known, and found."""

import json

import jsonschema
import pytest

from support import paths
from support.process import mettle

pytestmark = pytest.mark.timeout(150)


def payload(target, folder, *flags):
    done = mettle("prove", target, "--stages-only", "payload", "-o", folder / "report.json", "-o", folder / "report.html",
                  *flags, within=60)
    result = json.loads((folder / "report.json").read_text())
    schema = json.loads((paths.SCHEMAS / "prove.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(result)
    return done, next(stage for stage in result["stages"] if stage["name"] == "payload")


def test_the_law_of_a_simulated_model_is_found(serve, tmp_path):
    """40 ms for the first row and a tenth of that for each more: 36 + 4·n."""
    server = serve("--simulate", "known=constant(40ms),batch=0.1")
    for _ in range(3):  # A machine that is busy for seconds may add to any time.
        done, stage = payload(server.url, tmp_path, "--slo", "p99<250ms")
        law = stage["evidence"]["law"]
        best = stage["evidence"]["recommended"]
        if abs(law["a_ms"] - 36) < 3.6 and abs(law["b_ms"] - 4) < 0.4 and best and best["rows"] > 1:
            break
    assert done.code == 0 and stage["verdict"] == "pass", (done, stage)
    assert law["a_ms"] == pytest.approx(36, rel=0.1) and law["b_ms"] == pytest.approx(4, rel=0.1)
    assert law["most_rows"] == pytest.approx((250 - 36) / 4, rel=0.2)
    assert best["rows"] > 1 and best["p99_ms"] <= 250, "larger requests are what such a model wants"
    assert not stage["evidence"]["limits"] and not stage["evidence"]["lengths"]


def test_time_that_grows_with_the_length_of_a_row_is_seen(serve, tmp_path):
    server = serve("--simulate", "long=constant(10ms),scale(bytes,16B),width=any")
    done, stage = payload(server.url, tmp_path, "--slo", "p99<1s", "--shape", "x:1,4", "--profile", "quick")
    assert done.code == 0, done
    short, *_, long = stage["evidence"]["lengths"]
    assert (short["factor"], long["factor"]) == (1, 4)
    assert 3 < long["p50_ms"] / short["p50_ms"] < 5
    assert "4 times the length takes" in stage["answer"]


def test_where_rows_cannot_be_chosen_only_concurrency_varies(planted, tmp_path):
    server = planted("too_much", "--way", "shed")
    done, stage = payload("plain+" + server.url + "/x", tmp_path, "--slo", "p99<80ms", "--profile", "quick")
    assert stage["verdict"] == "pass", stage
    cells = stage["evidence"]["cells"]
    assert {cell["rows"] for cell in cells} == {1} and len({cell["users"] for cell in cells}) == 3
    assert stage["evidence"]["law"] is None
