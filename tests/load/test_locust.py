"""Locust itself and Mettle on the same scenario, written in each of its ways: what the shop saw and what the files say
agree, name by name and column by column."""

import csv
import dataclasses
import json
import math
import re
import subprocess
import sys

import pytest

from support import loading, paths
from support.shop import Shop

USERS, SECONDS = 9, 3
COMMON = ("--headless", "--only-summary", "-u", USERS, "-r", USERS, "-s", 10)
LOCUST = (sys.executable, "-m", "locust", "-f", paths.DATA / "shop_locustfile.py")
EXAMPLES = paths.ROOT / "examples" / "load"
WAYS = {"C++": (paths.METTLE.parent / "shopper",)}
if (EXAMPLES / "shopper.yaml").exists():
    WAYS["YAML"] = (paths.METTLE, "load", "-f", EXAMPLES / "shopper.yaml")

FILES = ("stats", "stats_history", "failures", "exceptions")
NAMES = ("POST /login", "POST /logout", "GET /items/[id]", "POST /orders", "GET /orders/[id]", "GET /stock")


class EmptyShop(Shop):
    """Cannot say what it has."""

    def answer(self, request, body):
        status, reply, headers = super().answer(request, body)
        return (500, {"detail": "no idea"}, []) if request.path == "/stock" else (status, reply, headers)


@dataclasses.dataclass
class Outcome:
    code: int
    output: str
    shop: Shop
    files: dict[str, list[list[str]]]  # By the end of its name: rows, the first of which has the columns' names.
    stats: list[dict]  # --json-file: written last, so that on_stop is in it, which Locust's CSV files may miss.

    def rows(self, file: str) -> list[dict[str, str]]:
        columns, *rows = self.files[file]
        return [dict(zip(columns, row, strict=True)) for row in rows]

    def count(self, name: str) -> int:
        return self.shop.counts[name]


def run(folder, command, shop: Shop, *flags, seconds=SECONDS) -> Outcome:
    folder.mkdir(exist_ok=True)
    prefix = folder / "out"
    command = [*command, "-H", shop.url, "--csv", prefix, "--json-file", prefix, "-t", f"{seconds}s", *COMMON, *flags]
    try:
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=50, cwd=folder)
    finally:
        shop.close()
    files = {}
    for file in FILES:
        path = folder / f"out_{file}.csv"
        files[file] = list(csv.reader(path.open(newline=""))) if path.exists() else []
    stats = json.loads((folder / "out.json").read_text()) if (folder / "out.json").exists() else []
    return Outcome(done.returncode, done.stdout + done.stderr, shop, files, stats)


def run_mettle(folder, way: str, shop: Shop, *flags, **options) -> Outcome:
    """Exit code 3 means that the machine was too busy to measure on; what was sent is comparable all the same."""
    result = folder / "run.json"
    outcome = run(folder, WAYS[way], shop, "-o", result, *flags, **options)
    assert outcome.code != 2, outcome.output
    if outcome.code == 3:
        assert loading.read(result)["validity"]["verdict"] == "INVALID", outcome.output
        outcome.code = 0
    return outcome


@pytest.fixture(scope="module")
def run_locust(tmp_path_factory):
    """Once for all ways that are compared with it."""
    outcomes = {}

    def once(shop=Shop, *flags, **options) -> Outcome:
        key = (shop, flags)
        if key not in outcomes:
            outcomes[key] = run(tmp_path_factory.mktemp("locust"), LOCUST, shop(), *flags, **options)
        return outcomes[key]

    return once


@pytest.fixture(scope="module")
def locust(run_locust):
    return run_locust()


@pytest.fixture(scope="module", params=WAYS)
def mettle(request, tmp_path_factory):
    return run_mettle(tmp_path_factory.mktemp("mettle"), request.param, Shop())


def far_apart(part: int, whole: int, share: float) -> float:
    """How many standard deviations a binomial count is away from what it should be."""
    return abs(part - whole * share) / math.sqrt(whole * share * (1 - share))


def test_both_end_well(locust, mettle):
    assert locust.code == 0, locust.output
    assert mettle.code == 0, mettle.output
    for outcome in (locust, mettle):
        assert outcome.shop.problems == []
        assert outcome.files["failures"][1:] == outcome.files["exceptions"][1:] == []


def test_everybody_logs_in_and_out_once(locust, mettle):
    for outcome in (locust, mettle):
        assert outcome.count("POST /login") == outcome.count("POST /logout") == USERS - 1
        assert outcome.shop.tokens == {}


def test_tasks_are_chosen_by_weight(locust, mettle):
    for outcome in (locust, mettle):
        browsed, bought = outcome.count("GET /items/[id]"), outcome.count("POST /orders")
        assert browsed + bought > 100, outcome.output
        assert far_apart(browsed, browsed + bought, 0.75) < 5, (browsed, bought)
        # Asked for until they are done, all but those that the end came upon.
        assert 3 * (bought - USERS) <= outcome.count("GET /orders/[id]") <= 3 * bought


def test_a_pace_is_kept(locust, mettle):
    """Ten a second by one user. Its start and the machine may cost some, and nothing adds any."""
    for outcome in (locust, mettle):
        assert 10 * SECONDS * 0.6 <= outcome.count("GET /stock") <= 10 * SECONDS + 1


def test_files_have_the_same_columns(locust, mettle):
    for file in FILES:
        assert mettle.files[file][0] == locust.files[file][0], file


def test_the_same_names_are_told(locust, mettle):
    def told(outcome):
        return {(entry["method"], entry["name"]) for entry in outcome.stats}

    assert told(mettle) == told(locust) == {tuple(name.split(" ")) for name in (*NAMES, "GROUP order")}
    csv_names = {(row["Type"], row["Name"]) for row in mettle.rows("stats")}
    assert csv_names == told(mettle) | {("", "Aggregated")}
    for outcome in (locust, mettle):
        assert {row["Name"] for row in outcome.rows("stats_history")} == {"Aggregated"}


def test_what_is_told_is_what_the_shop_saw(locust, mettle):
    for outcome in (locust, mettle):
        entries = {f'{entry["method"]} {entry["name"]}': entry for entry in outcome.stats}
        for name in NAMES:
            assert entries[name]["num_requests"] == outcome.count(name), name
            assert entries[name]["num_failures"] == 0
        # Two pauses of 5 ms between three questions.
        assert entries["GROUP order"]["min_response_time"] >= 10
        # The content's, without heads.
        assert entries["GET /stock"]["total_content_length"] == outcome.count("GET /stock") * len('{"count": 41}')
    # A group is one more request to Locust. Here it is a time, and its requests are counted where they are.
    aggregated = next(row for row in mettle.rows("stats") if row["Name"] == "Aggregated")
    assert int(aggregated["Request Count"]) == sum(mettle.shop.counts.values())
    assert set(mettle.stats[0]) == set(locust.stats[0])


@pytest.mark.parametrize("way", WAYS)
def test_failures_are_the_same(tmp_path, run_locust, way):
    locust = run_locust(EmptyShop, "--csv-full-history", seconds=2)
    mettle = run_mettle(tmp_path / "mettle", way, EmptyShop(), "--csv-full-history", seconds=2)
    for outcome in (locust, mettle):
        assert outcome.code == 1, outcome.output
        (failure,) = outcome.rows("failures")
        assert (failure["Method"], failure["Name"]) == ("GET", "/stock")
        assert 5 < int(failure["Occurrences"]) <= outcome.count("GET /stock")
        assert re.search("500.*Internal Server Error", failure["Error"])
        entry = next(entry for entry in outcome.stats if entry["name"] == "/stock")
        assert entry["num_failures"] == entry["num_requests"] == outcome.count("GET /stock")
    # Locust's files are a second behind.
    assert int(mettle.rows("failures")[0]["Occurrences"]) == mettle.count("GET /stock")
    # All but what is sent at the end; the history has a row for each name.
    names = [{(row["Type"], row["Name"]) for row in outcome.rows("stats_history")} - {("POST", "/logout")}
             for outcome in (locust, mettle)]
    assert names[0] == names[1] and len(names[0]) == len(NAMES) + 1


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("flags", [("-E", "write"), ("-T", "write")])
def test_tags_choose_the_same_requests(tmp_path, run_locust, way, flags):
    """Locust runs a class that is left without tasks into errors, so its exit code is no example."""
    locust = run_locust(Shop, *flags, seconds=2)
    mettle = run_mettle(tmp_path / "mettle", way, Shop(), *flags, seconds=2)
    assert mettle.code == 0, mettle.output
    in_tasks = set(NAMES) - {"POST /login", "POST /logout"}
    assert set(mettle.shop.counts) & in_tasks == set(locust.shop.counts) & in_tasks


@pytest.mark.parametrize("way", WAYS)
def test_the_exit_code_of_a_failed_run_can_be_set(tmp_path, run_locust, way):
    flags = ("--exit-code-on-error", 7)
    assert run_locust(EmptyShop, *flags, seconds=2).code == 7
    assert run_mettle(tmp_path / "mettle", way, EmptyShop(), *flags, seconds=1).code == 7


SETTINGS = (
    ['{"user_class_name": "Shopper", "tasks": ["buy"]}'],
    ['[{"user_class_name": "Shopper", "weight": 7}, {"user_class_name": "StockKeeper", "fixed_count": 4}]'],
    ['{"user_class_name": "StockKeeper", "fixed_count": 0, "weight": 3}'],
)


@pytest.mark.parametrize("settings", SETTINGS, ids=range(len(SETTINGS)))
@pytest.mark.parametrize("way", WAYS)
def test_settings_of_classes_leave_the_same_shares(way, settings, tmp_path):
    def shares(command) -> dict:
        flags = ["--config-users", *settings, "--show-task-ratio-json", "-u", USERS]
        done = subprocess.run([str(part) for part in (*command, *flags)], capture_output=True, text=True, timeout=40,
                              cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout[done.stdout.index("{"):])["total"]

    theirs, ours = shares(LOCUST), shares(WAYS[way])
    assert set(ours) == set(theirs)
    for name, shown in theirs.items():
        assert ours[name]["ratio"] == pytest.approx(shown["ratio"], abs=1e-6), name
        assert {task: share["ratio"] for task, share in ours[name]["tasks"].items()} == pytest.approx(
            {task: share["ratio"] for task, share in shown["tasks"].items()}, abs=1e-6)


@pytest.mark.parametrize("way", WAYS)
def test_equal_weights_make_tasks_as_frequent_as_each_other(tmp_path, run_locust, way):
    for outcome in (run_locust(Shop, "--equal-weights"), run_mettle(tmp_path, way, Shop(), "--equal-weights")):
        browsed, bought = outcome.count("GET /items/[id]"), outcome.count("POST /orders")
        assert far_apart(browsed, browsed + bought, 0.5) < 5, outcome.output


@pytest.mark.parametrize("settings, words", [
    ('{"user_class_name": "Shoper"}', "there is no user class 'Shoper'; did you mean 'Shopper'"),
    ('{"user_class_name": "Shopper", "tasks": ["by"]}', "Shopper has no task 'by'; did you mean 'buy'"),
    ('{"weight": 2}', "user_class_name"),
    ("nothing.json", "nothing.json cannot be read"),
])
@pytest.mark.parametrize("way", WAYS)
def test_wrong_settings_of_classes_are_told_before_anything_is_sent(way, settings, words):
    shop = Shop()
    command = [*WAYS[way], "-H", shop.url, "-i", 1, "--config-users", settings]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=20)
    shop.close()
    assert done.returncode == 2 and words in done.stderr, done.stderr
    assert sum(shop.counts.values()) == 0
