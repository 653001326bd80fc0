"""Where things are. METTLE names the binary under test, METTLE_SANITIZED says that it is a sanitized one."""

import os
import pathlib

TESTS = pathlib.Path(__file__).resolve().parents[1]
ROOT = TESTS.parent
DEPS = ROOT / ".deps"
MODELS = ROOT / "models"
DIGITS = MODELS / "digits"
WINE = MODELS / "wine"
DATA = TESTS / "data"
SCHEMAS = ROOT / "docs" / "schemas"
METTLE = pathlib.Path(os.environ.get("METTLE", ROOT / "build" / "release" / "mettle"))
SANITIZED = bool(os.environ.get("METTLE_SANITIZED"))
