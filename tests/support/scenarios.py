"""Runs a scenario that a test has written."""

import pathlib

from .loading import Load, load


def run(folder: pathlib.Path, text: str, *flags, **options) -> Load:
    file = folder / "scenario.yaml"
    file.write_text(text)
    return load(folder, "-f", file, *flags, **options)


def tasks(run: Load) -> dict:
    """The statistics by method and name."""
    return {(task["method"], task["name"]): task for task in run.result["tasks"]}
