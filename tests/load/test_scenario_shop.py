"""examples/load/shopper.yaml says what examples/load/shopper.cpp says: the same shop sees the same from both."""

import pytest

from support import loading, paths
from support.scenarios import tasks
from support.shop import Shop

SHOPPER = paths.ROOT / "examples" / "load" / "shopper.yaml"


@pytest.fixture
def shop():
    shop = Shop()
    yield shop
    shop.close()


def run(tmp_path, shop, *flags):
    return loading.load(tmp_path, "-f", SHOPPER, "-H", shop.url, *flags)


def test_users_do_what_they_were_written_to_do(shop, tmp_path):
    done = run(tmp_path, shop, "-u", 9, "-t", "3s")
    assert done.passed, done
    assert shop.problems == []
    assert shop.tokens == {}, "everybody logged out"
    # One keeps the stock, whatever the weights; the others shop.
    assert shop.counts["POST /login"] == shop.counts["POST /logout"] == 8
    by_name = tasks(done)
    for (method, name), task in by_name.items():
        if method != "GROUP":
            assert task["requests"] == shop.counts[f"{method} {name.replace('${order}', '[id]')}"], name
    assert done.result["totals"]["requests"] == sum(shop.counts.values())
    # An order is placed, asked for three times, and timed as one; it is no request of its own.
    orders = by_name["GROUP", "order"]
    assert orders["transaction"] and orders["requests"] >= 20
    assert done.result["metrics"]["orders"]["sum"] == orders["requests"]
    assert orders["latency_ms"]["min"] >= 10  # Two pauses of 5 ms.
    assert done.result["metrics"]["stock"]["p50"] == pytest.approx(41, rel=1e-3)
    # Tasks by weight 3 to 1, waits of 10 to 30 ms, the stock every 100 ms.
    browsed = by_name["GET", "/items/[id]"]["requests"]
    assert 2 < browsed / orders["requests"] < 4.5
    assert 25 <= by_name["GET", "/stock"]["requests"] <= 31


def test_tags_and_classes_choose_what_runs(shop, tmp_path):
    done = run(tmp_path, shop, "-u", 2, "-i", 20, "-T", "read")
    assert done.passed, done
    assert set(shop.counts) == {"GET /stock"} and "class Shopper has no task with these tags" in done.stderr
    done = run(tmp_path, shop, "-u", 2, "-i", 20, "Shopper", "-E", "write")
    assert done.passed, done
    assert shop.counts["GET /items/[id]"] == 20 and shop.counts["POST /orders"] == 0
    done = run(tmp_path, shop, "-T", "nothing")
    assert done.code == 2 and "no user class is left" in done.stderr
    done = run(tmp_path, shop, "--user-classes", "Shoper")
    assert done.code == 2 and "did you mean 'Shopper'" in done.stderr


def test_arrivals_run_whole_tasks(shop, tmp_path):
    done = run(tmp_path, shop, "--rate", 60, "-t", "3s", "--user-classes", "Shopper", "-s", "5s")
    assert done.passed, done
    by_name = tasks(done)
    tasks_run = by_name["GET", "/items/[id]"]["requests"] + by_name["GROUP", "order"]["requests"]
    assert tasks_run == 180, "each arrival runs one task, and is finished"
    assert shop.problems == [] and shop.tokens == {}
