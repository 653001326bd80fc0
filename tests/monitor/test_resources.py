"""What the monitor says of processes whose doings are known."""

import os
import pathlib
import shutil

import pytest
from prometheus_client.parser import text_string_to_metric_families

from support import paths
from support.http import ask
from support.loading import load
from support.process import mettle
from support.waiting import until

GROUPS = pathlib.Path("/sys/fs/cgroup")


def series(run, name):
    found = [each for each in run.result["resources"]["series"] if each["name"] == name]
    assert found, f"{name} is not among {[each['name'] for each in run.result['resources']['series']]}"
    return found[0]


def test_cpu_of_a_child_is_seen_by_the_port(planted, tmp_path):
    server = planted("burning", "--burn", "0.5")
    run = load(tmp_path, f"plain+{server.url}/", "--rate", "5", "-t", "4s")
    assert any(str(server.pid) in who for who in run.result["resources"]["watched"]), run
    cpu = series(run, "target.cpu")
    # The burner counts its own CPU time, and other processes may take the core for a while.
    assert 0.2 < cpu["mean"] < 0.7 and cpu["count"] >= 10, cpu
    assert abs(cpu["mean"] - run.result["target_cpu"]) < 0.15
    assert series(run, "target.processes")["max"] == 2
    assert run.result["resources"]["t_s"][:3] == [1, 2, 3]
    assert {"host_cpu", "target_threads", "target_descriptors"} <= run.result["series"][1].keys()
    assert series(run, "connections.rtt")["mean"] > 0
    assert "resources: target " in run.stdout, run


def test_a_leak_is_seen_and_fails_the_run(planted, tmp_path):
    server = planted("burning", "--leak", str(8 << 20))
    run = load(tmp_path, f"plain+{server.url}/", "--rate", "5", "-t", "4s", "--fail-if", "target_rss>20MiB",
               "--fail-if", "target_cpu>3")
    rss = series(run, "target.rss")
    assert 15 << 20 < rss["last"] - rss["first"] < 40 << 20, rss
    assert run.failed and "target_rss" in run.stdout, run


def test_a_process_can_be_named_and_must_be_there(planted, tmp_path):
    server, other = planted("noting"), planted("burning")
    run = load(tmp_path, f"plain+{server.url}/", "-i", "20", "--rate", "10", "--pid", str(other.pid))
    assert any(f"process {other.pid} (" in who for who in run.result["resources"]["watched"]), run
    for wrong, words in [(["--pid", "4194303"], "there is no process 4194303"), (["--pid", "x"], "is no process"),
                         (["--cgroup", "no/such"], "there is no cgroup 'no/such'"),
                         (["--pid", "1", "--cgroup", "x"], "give one of them"),
                         (["--no-monitor", "--pid", "1"], "--no-monitor")]:
        done = mettle("load", f"plain+{server.url}/", "-i", "1", *wrong, within=10)
        assert done.code == 2 and words in done.stderr, done


def test_nothing_is_watched_when_nothing_shall_be(planted, tmp_path):
    run = load(tmp_path, f"plain+{planted('noting').url}/", "-i", "5", "--no-monitor")
    assert run.passed and "resources" not in run.result, run


@pytest.fixture
def group():
    folders = [GROUPS / "cpu", GROUPS / "cpuacct"] if (GROUPS / "cpu").is_dir() else [GROUPS]
    made = [folder / f"mettle-test-{os.getpid()}" for folder in folders]
    try:
        for folder in made:
            folder.mkdir()
    except OSError as why:
        pytest.skip(f"no control group can be made here: {why}")
    yield made
    for folder in made:
        until(lambda: not (folder / "cgroup.procs").read_text(), "an empty control group")
        folder.rmdir()


def test_a_throttled_group_says_so(group, planted, tmp_path):
    server = planted("burning", "--burn", "0.9")
    children = pathlib.Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    try:
        for folder in group:
            for pid in [server.pid, *children]:
                (folder / "cgroup.procs").write_text(str(pid))
        if (group[0] / "cpu.max").exists():
            (group[0] / "cpu.max").write_text("30000 100000")
        else:
            (group[0] / "cpu.cfs_quota_us").write_text("30000")
    except OSError as why:
        pytest.skip(f"a control group cannot be used here: {why}")
    try:
        run = load(tmp_path, f"plain+{server.url}/", "--rate", "5", "-t", "3s", "--cgroup", group[0].name)
        assert series(run, "target.throttled")["mean"] > 0.1, run
        assert series(run, "target.cpu")["mean"] < 0.4
        assert "throttled in" in run.stdout, run
    finally:
        server.reap()


def test_scraped_metrics_are_what_prometheus_client_reads(planted, tmp_path):
    server = planted("burning")
    run = load(tmp_path, f"plain+{server.url}/", "--rate", "1", "-t", "4s", "--scrape", f"{server.url}/metrics")
    assert not run.result["resources"]["notes"], run
    families = text_string_to_metric_families(ask(server.url + "/metrics").body.decode())
    values = {sample.name: sample.value for family in families for sample in family.samples}
    seen = {each["name"].split("{")[0]: each for each in run.result["resources"]["series"]}
    for name in ("mettle_planted_level", "mettle_planted_plain"):
        assert seen[name]["mean"] == pytest.approx(values[name], rel=1e-5)
    # Three for each request of the load and for each scrape, of which there is one a second.
    assert 4 < seen["mettle_planted_asked_total"]["mean"] < 9, seen["mettle_planted_asked_total"]


def test_a_page_that_is_not_there_is_told_and_harms_nothing(planted, tmp_path):
    server = planted("noting")
    run = load(tmp_path, f"plain+{server.url}/", "--rate", "10", "-t", "2s", "--scrape", "http://127.0.0.1:1/metrics")
    assert run.passed and any("scrapes failed" in note for note in run.result["resources"]["notes"]), run


def test_gpus_are_seen_through_nvml(planted, tmp_path):
    library = paths.METTLE.parent / "libnvml_stand_in.so"
    if not library.exists():
        pytest.skip("the stand-in for NVML was not built")
    shutil.copy(library, tmp_path / "libnvidia-ml.so.1")
    run = load(tmp_path, f"plain+{planted('noting').url}/", "--rate", "10", "-t", "2s",
               env={"LD_LIBRARY_PATH": str(tmp_path)})
    assert series(run, "gpu0.power")["mean"] == 312.5, run
    assert "gpu0: Stand-in 1" in run.result["resources"]["watched"]


def test_watching_costs_little(planted, tmp_path):
    run = load(tmp_path, f"plain+{planted('noting').url}/", "--rate", "50", "-t", "3s")
    assert 0 < run.result["resources"]["monitor_cpu"] < 0.1, run  # 1 % is aimed at; `make bench` measures it.
