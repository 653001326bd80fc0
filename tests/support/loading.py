"""Runs `mettle load` and reads what it wrote. Each result is checked against its schema."""

import json
import pathlib

import jsonschema

from . import paths
from .process import Ended, mettle


class Load(Ended):
    result: dict

    @property
    def valid(self) -> bool:
        return self.result["validity"]["verdict"] == "VALID"

    @property
    def passed(self) -> bool:
        """Exit code 0; on a busy machine the run may say that it is INVALID, with 3 and reasons."""
        return self.code == 0 or (self.code == 3 and not self.valid and bool(self.result["validity"]["reasons"]))

    @property
    def failed(self) -> bool:
        """Exit code 1; 3 where the generator's lag may be to blame."""
        return self.code == 1 or (self.code == 3 and not self.valid)

    def failures(self) -> dict[str, int]:
        """Counts by kind."""
        counts: dict[str, int] = {}
        for failure in self.result["failures"]:
            counts[failure["kind"]] = counts.get(failure["kind"], 0) + failure["count"]
        return counts


def load(folder: pathlib.Path, *arguments, within: float = 40, **options) -> Load:
    file = folder / "run.json"
    file.unlink(missing_ok=True)
    ended = mettle("load", *arguments, "--headless", "-o", file, within=within, **options)
    ended.__class__ = Load
    ended.result = read(file) if file.exists() and file.stat().st_size else None
    return ended


def read(file: pathlib.Path) -> dict:
    result = json.loads(file.read_text())
    schema = json.loads((paths.SCHEMAS / "run.json").read_text())
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(result)
    return result
