"""prove with only the URL of a real tritonserver."""

import json
import sys
from pathlib import Path

import pytest

from support import paths
from support.process import mettle

sys.path.insert(0, str(Path(__file__).parent))

pytestmark = [pytest.mark.timeout(180),
              pytest.mark.skipif(not (paths.DEPS / "venv-triton").exists(), reason="tritonserver is not installed")]


def test_tritonservers_model_is_proved_with_only_its_url(tmp_path):
    import triton  # Looks for the server when it is loaded.

    server = triton.start(tmp_path)
    try:
        run = mettle("prove", server.url, "--profile", "quick", "--stages-only", "correctness,steady,capacity", "--no-history",
                     "-o", tmp_path / "prove.json", within=120)
    finally:
        server.reap()
    assert run.code in (0, 1, 3), run  # On a busy machine it may not hold the assumed limits.
    result = json.loads((tmp_path / "prove.json").read_text())
    assert result["target"]["protocol"] == "v2" and result["target"]["model"] == "digits"
    correctness = next(stage for stage in result["stages"] if stage["name"] == "correctness")
    assert correctness["verdict"] == "pass" and correctness["evidence"]["source"] == "recorded", run
    assert all(level["requests"] > 10 and level["wrong"] == 0 for level in correctness["evidence"]["levels"])
