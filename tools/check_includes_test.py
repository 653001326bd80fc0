#!/usr/bin/env python3
"""Tests of tools/check_includes, each on a small tree of its own."""

import importlib.machinery
import importlib.util
import pathlib
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

_SCRIPT = pathlib.Path(__file__).parent / "check_includes"
_loader = importlib.machinery.SourceFileLoader("check_includes", str(_SCRIPT))
check_includes = importlib.util.module_from_spec(
    importlib.util.spec_from_loader("check_includes", _loader)
)
_loader.exec_module(check_includes)

TABLE = """# Architecture
A block of something else:
```
client -> server
```
Who may include whom:
```
base      -> (std, fmt; spdlog in base/log)     results   -> metrics
host      -> base                               load      -> results async host
async     -> base                               inference -> async metrics
metrics   -> base                               cli       -> everything in src/mettle; apps -> cli
```
"""


class CheckIncludes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("ARCHITECTURE.md", TABLE)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def run_tool(self):
        out = StringIO()
        with redirect_stdout(out), redirect_stderr(out):
            code = check_includes.main([str(self.root)])
        return code, out.getvalue()

    def assert_says(self, code, *words):
        got, output = self.run_tool()
        self.assertEqual(got, code, output)
        for word in words:
            self.assertIn(word, output)

    def test_reads_columns_libraries_and_semicolons(self):
        table = check_includes.parse_table(TABLE)
        self.assertEqual(table["base"], [])
        self.assertEqual(table["load"], ["results", "async", "host"])
        self.assertEqual(table["apps"], ["cli"])
        self.assertEqual(len(table), 9)

    def test_allows_what_is_named_and_what_that_may_include(self):
        self.write(
            "src/mettle/load/pacer.cpp",
            '#include "mettle/load/pacer.hpp"\n#include "mettle/async/clock.hpp"\n'
            '#include "mettle/metrics/histogram.hpp"\n#include <vector>\n',
        )
        self.assert_says(0, "1 files keep to the table")

    def test_names_file_line_and_allowed_rooms(self):
        self.write("src/mettle/load/a.hpp", '#pragma once\n\n#include "mettle/inference/call.hpp"\n')
        self.assert_says(
            1,
            "src/mettle/load/a.hpp:3: `load` may not include `inference`",
            "allowed: async base host load metrics results",
        )

    def test_lists_every_offence(self):
        self.write("src/mettle/base/a.hpp", '#include "mettle/host/x.hpp"\n')
        self.write("src/mettle/base/b.hpp", '#  include <mettle/async/x.hpp>\n')
        self.assert_says(1, "base/a.hpp:1", "base/b.hpp:1", "2 includes break")

    def test_sees_includes_relative_to_the_file(self):
        self.write("src/mettle/host/x.hpp", "")
        self.write("src/mettle/base/a.cpp", '#include "../host/x.hpp"\n')
        self.assert_says(1, "`base` may not include `host`")

    def test_sub_folders_belong_to_their_room(self):
        self.write("src/mettle/inference/onnx/m.cpp", '#include "mettle/load/pacer.hpp"\n')
        self.assert_says(1, "`inference` may not include `load`")

    def test_cli_may_include_everything_and_apps_too(self):
        self.write("src/mettle/cli/serve.cpp", '#include "mettle/inference/call.hpp"\n')
        self.write("apps/mettle/main.cpp", '#include "mettle/cli/verbs.hpp"\n')
        self.assert_says(0)

    def test_nobody_may_include_cli_but_apps(self):
        self.write("src/mettle/load/a.cpp", '#include "mettle/cli/verbs.hpp"\n')
        self.assert_says(1, "`load` may not include `cli`")

    def test_only_the_onnx_folder_includes_onnx_runtime(self):
        self.write("src/mettle/inference/onnx/m.cpp", "#include <onnxruntime_cxx_api.h>\n")
        self.assert_says(0)
        self.write("src/mettle/inference/m.cpp", "#include <onnxruntime/onnxruntime_c_api.h>\n")
        self.assert_says(1, "src/mettle/inference/m.cpp:1: only src/mettle/inference/onnx/")

    def test_a_room_missing_in_the_table_is_said_once(self):
        self.write("src/mettle/cluster/a.cpp", '#include "mettle/base/result.hpp"\n')
        self.write("src/mettle/cluster/b.cpp", "")
        code, output = self.run_tool()
        self.assertEqual(code, 1)
        self.assertEqual(output.count("the room `cluster` is missing"), 1)

    def test_an_include_of_an_unknown_room(self):
        self.write("src/mettle/base/a.cpp", '#include "mettle/nowhere/a.hpp"\n')
        self.assert_says(1, "the room `nowhere` is missing")

    def test_comments_are_no_includes(self):
        self.write("src/mettle/base/a.cpp", '// #include "mettle/load/pacer.hpp"\n')
        self.assert_says(0)

    def test_a_cycle_in_the_table_is_refused(self):
        self.write("ARCHITECTURE.md", "```\nbase -> host\nhost -> async\nasync -> base\n```\n")
        self.assert_says(2, "cycle: base -> host -> async -> base")

    def test_an_unknown_name_in_the_table_is_refused(self):
        self.write("ARCHITECTURE.md", "```\nbase -> (std)\nhost -> bsae\n```\n")
        self.assert_says(2, "`host` may include `bsae`, which is no room")

    def test_no_table_is_refused(self):
        self.write("ARCHITECTURE.md", "nothing here\n")
        self.assert_says(2, "no fenced block")


if __name__ == "__main__":
    unittest.main()
