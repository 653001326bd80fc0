"""What the pages for people who come from another tester say of flags: each exists where it is said to."""

import pathlib
import re
import subprocess
import sys

import pytest

from support import paths
from support.process import mettle

DOCS = paths.ROOT / "docs"


def rows(page: str) -> list[list[str]]:
    """The cells of the page's tables."""
    lines = (DOCS / page).read_text().splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| ")]


def flags(text: str) -> set[str]:
    """Whole ones: not of `--web-…`."""
    return set(re.findall(r"(?<![\w-])--[a-z]+(?:-[a-z]+)*(?![\w…-])", text))


def known_to(command) -> set[str]:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=60)
    return flags(done.stdout + done.stderr)


@pytest.fixture(scope="module")
def ours():
    found = known_to([paths.METTLE, "load", "--help"]) | known_to([paths.METTLE.parent / "shopper", "--help"])
    assert len(found) > 30
    return found | {"--version"}


@pytest.mark.parametrize("page", ["from-locust.md", "from-perf-analyzer.md"])
def test_each_flag_of_ours_exists(page, ours):
    for cells in rows(page):
        here = flags(cells[1])
        if "mettle prove" in cells[1]:
            assert here <= known_to([paths.METTLE, "prove", "--help"]), cells
        else:
            assert here <= ours, cells
        if cells[1] == "the same":  # What has Locust's name here has it in our help.
            assert flags(cells[0]) <= ours, cells


def test_each_flag_of_locust_exists():
    theirs = known_to([sys.executable, "-m", "locust", "--help"])
    assert len(theirs) > 30
    text = (DOCS / "from-locust.md").read_text()
    tables = [cells for cells in rows("from-locust.md") if "locust-plugins" not in cells[0]]
    for cells in tables:
        assert flags(cells[0]) <= theirs, cells
    missing_here = text[text.index("## Not here"):]
    assert flags(missing_here) - {"--workers"} <= theirs | {"--worker"}


def test_each_flag_of_perf_analyzer_exists():
    program = paths.DEPS / "perf_analyzer" / "perf_analyzer"
    if not program.exists():
        pytest.skip("perf_analyzer is a peer of the benchmarks: `tools/setup/setup.sh bench`")
    theirs = known_to([program])
    assert len(theirs) > 50
    for cells in rows("from-perf-analyzer.md"):
        assert flags(cells[0]) <= theirs, cells


@pytest.mark.parametrize("page", sorted(path.name for path in DOCS.glob("*.md")))
def test_links_between_pages_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", (DOCS / page).read_text()):
        assert target.startswith("http") or pathlib.Path(DOCS / target).exists(), target


def test_what_is_not_here_is_refused():
    run = mettle("load", "http://127.0.0.1:9", "--master")
    assert run.code == 2 and "--master" in run.stderr
