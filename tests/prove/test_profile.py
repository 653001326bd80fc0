"""Profiles and production as files, and the raw results that are kept."""

import json

from support import paths
from support.process import mettle


def test_a_printed_profile_can_be_changed_and_given_back(tmp_path):
    printed = mettle("prove", "--init-profile", "--profile", "quick")
    assert printed.code == 0, printed
    own = tmp_path / "own.yaml"
    own.write_text(printed.stdout.replace("starts: 5", "starts: 7"))
    plan = mettle("prove", paths.DIGITS, "--plan", "--profile", own)
    assert plan.code == 0 and f"profile {own}" in plan.stdout, plan


def test_mistakes_are_refused_by_line_and_column_before_anything_is_sent(tmp_path):
    for flag, text, said in [
        ("--profile", "capacity:\n  confidense: 0.9\n", ":2:3: 'capacity' has no key 'confidense'; did you mean 'confidence'?"),
        ("--profile", "overload: {degraded: 95%}\n", "degraded (0.95) is below graceful (0.8)"),
        ("--production", "coers: 4\n", ":1:1: a description of production has no key 'coers'; did you mean 'cores'?"),
    ]:
        file = tmp_path / "file.yaml"
        file.write_text(text)
        done = mettle("prove", paths.DIGITS, "--plan", flag, file)
        assert done.code == 2 and said in done.stderr, done


def test_caveats_and_raw_results_of_a_run(tmp_path):
    (tmp_path / "production.yaml").write_text("name: the moon\ncores: 4096\nnetwork: {round_trip: 2.6s}\n")
    report = tmp_path / "report.json"
    done = mettle("prove", paths.DIGITS, "--profile", "quick", "--stages-only", "correctness", "--no-history", "-o", report,
                  "--production", tmp_path / "production.yaml", "--artefacts", tmp_path / "raw", within=60)
    assert done.code == 0 and "unlike production in 2 ways" in done.stdout, done
    caveats = json.loads(report.read_text())["caveats"]
    assert len(caveats) == 2 and all("the moon" in caveat for caveat in caveats), caveats
    runs = sorted((tmp_path / "raw").iterdir())
    assert [run.name for run in runs] == ["001-correctness.json", "002-correctness.json"]
    stage = [stage for stage in json.loads(report.read_text())["stages"] if stage["name"] == "correctness"][0]
    for run, level in zip(runs, stage["evidence"]["levels"]):
        raw = json.loads(run.read_text())
        assert raw["schema"] == "mettle.run/1"
        assert raw["tasks"][0]["requests"] == level["requests"]
