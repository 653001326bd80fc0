"""What is sent to a model: laws, real rows, sizes, and the payload of a failure sent again."""

import json
import re

import numpy as np
import pytest

from support import paths
from support.http import ask
from support.loading import load
from support.plant import Planted
from support.playground import Playground
from support.process import mettle


def rows_served(server) -> tuple[int, int]:
    stats = ask(f"{server.url}/v2/models/digits/stats").json()["model_stats"][0]
    return stats["inference_stats"]["success"]["count"], stats["inference_count"]


def sent_body(*arguments) -> dict:
    """The body of a payload, as --reproduce shows it."""
    shown = mettle("load", *arguments)
    assert shown.code == 0, shown
    return json.loads(re.search(r"^\{\"inputs.*$", shown.stdout, re.MULTILINE).group(0))


def pixels(digits, *arguments, index=0) -> list[float]:
    return sent_body(digits.url, "--reproduce", f"digits/{index}/1", *arguments)["inputs"][0]["data"]


def test_values_follow_their_law(digits):
    assert set(pixels(digits, "--values", "pixels:constant(3)")) == {3}
    assert sum(pixels(digits, "--values", "onehot")) == 1
    values = pixels(digits, "--values", "pixels:normal(8,1)", "-b", "64")
    assert abs(np.mean(values) - 8) < 0.1 and abs(np.std(values) - 1) < 0.1


def test_the_same_seed_makes_the_same_payloads(digits):
    one = sent_body(digits.url, "--reproduce", "digits/5/7")
    assert one == sent_body(digits.url, "--reproduce", "digits/5/7")
    assert one != sent_body(digits.url, "--reproduce", "digits/5/8")
    assert one != sent_body(digits.url, "--reproduce", "digits/6/7")


def write_rows(folder, form: str, rows: np.ndarray):
    file = folder / f"rows.{form}"
    if form == "npz":
        np.savez_compressed(file, pixels=rows, label=np.arange(len(rows)))
    elif form == "npy":
        np.save(file, rows)
    elif form == "jsonl":
        file.write_text("".join(json.dumps({"pixels": row.tolist(), "label": 1}) + "\n" for row in rows))
    else:
        names = ",".join(f"pixels[{index}]" for index in range(rows.shape[1]))
        file.write_text(names + "\n" + "".join(",".join(map(str, row)) + "\n" for row in rows))
    return file


@pytest.mark.parametrize("form", ["npz", "npy", "jsonl", "csv"])
def test_real_rows_are_sent_as_they_are(digits, tmp_path, form):
    rows = np.random.default_rng(1).integers(0, 17, (5, 64)).astype(np.float64)
    file = write_rows(tmp_path, form, rows)
    for index in range(3):
        sent = pixels(digits, "--data", file, "-b", "2", index=index)
        assert sent == [*rows[2 * index % 5], *rows[(2 * index + 1) % 5]]


def test_batches_vary_and_their_rows_arrive(serve, tmp_path):
    server = serve()
    run = load(tmp_path, server.url, "-u", "1", "-i", "40", "-b", "choice(1*1,9*1)")
    assert run.passed, run
    requests, rows = rows_served(server)
    assert requests < rows < 9 * requests and (rows - requests) % 8 == 0


def test_a_trace_gives_the_sizes_in_turn(serve, tmp_path):
    (tmp_path / "sizes.txt").write_text("1\n2\n4\n")
    server = serve()
    run = load(tmp_path, server.url, "-u", "1", "-i", "30", "-b", f"trace({tmp_path / 'sizes.txt'})",
               "--payloads", "3")
    assert run.passed, run
    requests, rows = rows_served(server)
    assert requests == 31 and rows == 10 * 7 + 1  # The first request before the load is of one row.


def test_a_sweep_has_statistics_by_size(digits, tmp_path):
    run = load(tmp_path, digits.url, "-u", "2", "-i", "200", "--sweep", "batch=1,8", "--fail-if", "digits b=8:p99>10s")
    assert run.passed, run
    tasks = {task["name"]: task["requests"] for task in run.result["tasks"]}
    assert set(tasks) == {"digits b=1", "digits b=8"} and sum(tasks.values()) == 200
    assert min(tasks.values()) > 50


def test_a_sweep_of_shapes_has_statistics_by_shape(serve, tmp_path):
    server = serve(paths.TESTS / "data" / "shapes" / "free")
    run = load(tmp_path, server.url, "-u", "2", "-i", "100", "--sweep", "*=1,2|3,5")
    assert run.passed, run
    tasks = {task["name"]: task for task in run.result["tasks"]}
    assert set(tasks) == {"free *=1,2", "free *=3,5"} and min(task["requests"] for task in tasks.values()) > 20
    small, large = (tasks[name]["bytes_received"] / tasks[name]["requests"] for name in ("free *=1,2", "free *=3,5"))
    assert small < large


def test_a_sweep_of_bodies_sends_bodies_of_these_sizes(tmp_path):
    playground = Playground()
    try:
        run = load(tmp_path, playground.url + "/cart", "-u", "2", "-i", "60", "--sweep", "body=10,2KiB,64KiB")
        assert run.passed, run
        assert {task["name"] for task in run.result["tasks"]} == {"/cart body=10", "/cart body=2KiB",
                                                                  "/cart body=64KiB"}
        assert {(method, len(body)) for method, _, _, body in playground.seen} == {("POST", 10), ("POST", 2048),
                                                                                  ("POST", 65536)}
    finally:
        playground.close()


def test_canaries_find_wrong_answers_and_reproduce_sends_one_again(tmp_path):
    planted = Planted("lying", "--every", "20")
    run = load(tmp_path, planted.url, "-u", "8", "-i", "400", "--canaries")
    lies = planted.log()["lies"]
    assert "32 payloads with 32 different answers" in run.stderr
    assert run.failed and lies > 0 and run.failures() == {"wrong_answer": lies}
    payload = re.search(r"\(payload (digits/\d+/1-[0-9a-f]{8})\)", run.result["failures"][0]["detail"]).group(1)
    again = Planted("lying", "--every", "20")
    shown = mettle("load", again.url, "--reproduce", payload)
    assert shown.code == 0 and f"payload {payload}" in shown.stdout, shown
    assert '"pixels"' in shown.stdout and '"label"' in shown.stdout and "the answer is right" in shown.stdout
    other = mettle("load", again.url, "--reproduce", payload, "-b", "2")
    assert other.code == 2 and "give the flags of the load that failed" in other.stderr
    again.log()


@pytest.mark.parametrize("flags, words", [
    (["-b", "0"], "the least is 1"),
    (["-b", "lognormal(4)"], "takes 2 numbers"),
    (["-b", "trace(/no/such/file)"], "/no/such/file cannot be read"),
    (["--values", "pixels:gauss(1,2)"], "no 'gauss'"),
    (["--values", "pixel:ones"], "--values names 'pixel'"),
    (["--values", "pixels:text(3)"], "is for BYTES"),
    (["--data", "/no/rows.csv"], "/no/rows.csv cannot be read"),
    (["--data", "rows.xls"], "neither .csv nor"),
    (["--sweep", "rows=1"], "--shape names 'rows'"),
    (["--sweep", "1,2"], "it does not say what of"),
    (["--sweep", "batch=1,x"], "'x' is not a whole number"),
    (["--sweep", "pixels=1,64|1,x"], "is no sweep"),
    (["--sweep", "body=1KiB", "--data", "rows.csv"], "give one of them"),
    (["--sweep", "body=9GiB"], "beyond 256.0 MiB"),
    (["--sweep", "batch=1", "-b", "2"], "give one of them"),
    (["--reproduce", "digits"], "no payload's id"),
    (["--reproduce", "digits/500/1"], "has no payload digits/500/1"),
    (["--payloads", "0"], "whole number from 1"),
])
def test_what_cannot_be_made_is_said_before_anything_is_sent(digits, flags, words):
    run = mettle("load", digits.url, "-i", "1", *flags)
    assert run.code == 2 and words in run.stderr, run


def test_broken_files_of_arrays_are_refused(digits, tmp_path):
    file = tmp_path / "rows.npz"
    np.savez(file, pixels=np.zeros((3, 64), np.float32))
    whole = file.read_bytes()
    for broken in (whole[:-10], whole[:200] + whole[260:], b"", whole[:150] + b"\xff" * 8 + whole[158:]):
        file.write_bytes(broken)
        run = mettle("load", digits.url, "-i", "1", "--data", file)
        assert run.code == 2 and "rows.npz" in run.stderr, run
    np.savez(file, pixels=np.zeros((3, 32)))
    run = mettle("load", digits.url, "-i", "1", "--data", file)
    assert run.code == 2 and "its shape [3,32] is no list of [64]" in run.stderr, run
