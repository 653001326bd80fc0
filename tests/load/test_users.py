"""Users written in C++, in a program of their own: examples/load/shopper.cpp on a shop that writes
down what they did."""

import json
import subprocess

import pytest

from support import loading, paths
from support.shop import Shop

SHOPPER = paths.METTLE.parent / "shopper"


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.close()


def run(tmp_path, shop, *flags):
    result = tmp_path / "run.json"
    done = subprocess.run([SHOPPER, "-H", shop.url, "-o", result, *map(str, flags)], capture_output=True, text=True,
                          timeout=60)
    return done, loading.read(result) if result.exists() else None


def passed(done, result) -> bool:
    """Exit code 0; on a busy machine the run may say that it is INVALID, with 3."""
    return done.returncode == 0 or (done.returncode == 3 and result["validity"]["verdict"] == "INVALID")


def tasks(run) -> dict:
    return {(task["method"], task["name"]): task for task in run["tasks"]}


def test_users_do_what_they_were_written_to_do(shop, tmp_path):
    done, result = run(tmp_path, shop, "-u", 9, "-t", "3s")
    assert passed(done, result), done.stderr + done.stdout
    assert shop.problems == []
    assert shop.tokens == {}, "everybody logged out"
    # One keeps the stock, whatever the weights; the others shop.
    assert shop.counts["POST /login"] == shop.counts["POST /logout"] == 8
    by_name = tasks(result)
    for (method, name), task in by_name.items():
        if method != "GROUP":
            assert task["requests"] == shop.counts[f"{method} {name}"], name
    assert result["totals"]["requests"] == sum(shop.counts.values())
    # An order is placed, asked for three times, and timed as one; it is no request of its own.
    orders = by_name["GROUP", "order"]
    assert orders["transaction"] and orders["requests"] >= 20
    assert result["metrics"]["orders"]["sum"] == orders["requests"]
    assert orders["latency_ms"]["min"] >= 10  # Two pauses of 5 ms.
    assert result["metrics"]["stock"]["p50"] == pytest.approx(41, rel=1e-3)
    # Tasks by weight 3 to 1, waits of 10 to 30 ms, the stock every 100 ms.
    browsed = by_name["GET", "/items/[id]"]["requests"]
    assert 2 < browsed / orders["requests"] < 4.5
    assert 25 <= by_name["GET", "/stock"]["requests"] <= 31


def test_tags_and_classes_choose_what_runs(shop, tmp_path):
    done, result = run(tmp_path, shop, "-u", 2, "-i", 20, "-T", "read")
    assert passed(done, result), done.stderr
    assert set(shop.counts) == {"GET /stock"}
    done, result = run(tmp_path, shop, "-u", 2, "-i", 20, "--user-classes", "Shopper", "-E", "write")
    assert passed(done, result), done.stderr
    assert shop.counts["GET /items/[id]"] == 20 and shop.counts["POST /orders"] == 0
    done, _ = run(tmp_path, shop, "-T", "nothing")
    assert done.returncode == 2 and "no user class is left" in done.stderr
    done, _ = run(tmp_path, shop, "--user-classes", "Shoper")
    assert done.returncode == 2 and "Shopper, StockKeeper" in done.stderr


def test_arrivals_run_whole_tasks(shop, tmp_path):
    done, result = run(tmp_path, shop, "--rate", 60, "-t", "3s", "--user-classes", "Shopper", "-s", "5s")
    assert passed(done, result), done.stderr + done.stdout
    by_name = tasks(result)
    tasks_run = by_name["GET", "/items/[id]"]["requests"] + by_name["GROUP", "order"]["requests"]
    assert tasks_run == 180, "each arrival runs one task, and is finished"
    assert shop.problems == [] and shop.tokens == {}


def test_users_come_and_go_with_the_stages(shop, tmp_path):
    done, result = run(tmp_path, shop, "--stages", "2s:=2,2s:=10,2s:=4", "--user-classes", "Shopper")
    assert passed(done, result), done.stderr + done.stdout
    assert result["duration_s"] == pytest.approx(6, abs=0.3)
    users = [round(point["users"]) for point in result["series"]]
    assert users[0] == 2 and users[3] == 10 and users[4] == 4, users
    steps = {step["name"]: step["requests"] for step in result["steps"]}
    assert list(steps) == ["2 users", "10 users", "4 users"]
    assert steps["10 users"] > 2 * steps["2 users"]
    assert sum(steps.values()) == result["totals"]["requests"]
    assert shop.counts["POST /login"] == shop.counts["POST /logout"] == 10


def test_the_command_line_is_that_of_mettle_load(shop, tmp_path):
    done = subprocess.run([SHOPPER, "--help"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0 and "--tags" in done.stdout and "--fail-if" in done.stdout
    assert "--batch" not in done.stdout, "what users send is theirs to say"
    done, _ = run(tmp_path, shop, "-u", "many")
    assert done.returncode == 2
    unreachable = subprocess.run([SHOPPER, "-H", "http://127.0.0.1:9"], capture_output=True, text=True, timeout=20)
    assert unreachable.returncode == 4


def test_classes_and_shares_are_shown_without_a_target():
    done = subprocess.run([SHOPPER, "--list"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0 and done.stdout.startswith("Available Users:\n    "), done.stderr
    done = subprocess.run([SHOPPER, "--show-task-ratio-json"], capture_output=True, text=True, timeout=10)
    ratios = json.loads(done.stdout)
    assert sum(each["ratio"] for each in ratios["total"].values()) == pytest.approx(1)
    for each in ratios["per_class"].values():
        assert sum(task["ratio"] for task in each["tasks"].values()) == pytest.approx(1)


def test_own_metrics_may_be_judged(shop, tmp_path):
    done, result = run(tmp_path, shop, "-u", 4, "-t", "2s", "--fail-if", "never_measured>1")
    assert result["metrics"], "the example measures something"
    assert result["thresholds"][0]["value"] is None and "no data" in done.stdout
    name, metric = next((name, each) for name, each in result["metrics"].items() if each["kind"] == "trend")
    done, result = run(tmp_path, shop, "-u", 4, "-t", "2s", "--fail-if", f"{name}_count>=1")
    assert done.returncode == 1 and not result["thresholds"][0]["passed"], done.stdout
