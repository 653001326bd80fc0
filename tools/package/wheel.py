#!/usr/bin/env python3
"""Makes the wheel: wheel.py STAGE FACTS OUT

STAGE is an installed prefix with the program and its libraries (bin/, lib/), FACTS the build's package.json. The
tag manylinux_2_N names the oldest glibc that has every symbol that they need, which is read from their version
tables; no network is asked.
"""

import base64
import hashlib
import json
import pathlib
import platform
import re
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
# libstdc++ comes with the system, too. The glibc of the first systems that have a version of it.
GLIBC_OF_GLIBCXX = {29: 34, 30: 35, 31: 38, 32: 38, 33: 39}


def objdump(file):
    return subprocess.run(["objdump", "-p", str(file)], check=True, capture_output=True, text=True).stdout


def glibc_minor(text):
    """The N of the glibc 2.N that a file whose `objdump -p` is `text` needs."""
    needed = [int(minor) for minor in re.findall(r"\bGLIBC_2\.(\d+)", text)]
    for minor in map(int, re.findall(r"\bGLIBCXX_3\.4\.(\d+)", text)):
        if minor >= min(GLIBC_OF_GLIBCXX):
            if minor not in GLIBC_OF_GLIBCXX:
                raise SystemExit(f"wheel.py does not know which systems have GLIBCXX_3.4.{minor}")
            needed.append(GLIBC_OF_GLIBCXX[minor])
    return max(needed)


def references(text):
    return text.partition("Version References:")[2]


def soname(file):
    found = re.search(r"^\s*SONAME\s+(\S+)", objdump(file), re.MULTILINE)
    return found.group(1) if found else file.name


def contents(stage):
    """Path in the wheel -> (bytes, mode)."""
    files = {"mettle/bin/mettle": ((stage / "bin" / "mettle").read_bytes(), 0o755)}
    for library in sorted((stage / "lib").glob("*.so*")):
        if not library.is_symlink():  # A wheel has no links: each under the name that the loader asks for.
            files[f"mettle/lib/{soname(library)}"] = (library.read_bytes(), 0o755)
    for licence in sorted((stage / "share" / "doc" / "mettle" / "licences").rglob("*")):
        if licence.is_file():
            files[f"mettle/licences/{licence.name}"] = (licence.read_bytes(), 0o644)
    launcher = (HERE / "launcher.py").read_bytes()
    files["mettle/__init__.py"] = (b"", 0o644)
    files["mettle/launcher.py"] = (launcher, 0o644)
    files["mettle/__main__.py"] = (b"from mettle.launcher import main\n\nmain()\n", 0o644)
    return files


def metadata(version, api, readme):
    # The library keeps its old interfaces: any that has the headers' one will do.
    return f"""Metadata-Version: 2.1
Name: mettle
Version: {version}
Summary: Serves machine learning models and finds out whether they are ready
License: Apache-2.0
Requires-Python: >=3.8
Requires-Dist: onnxruntime>=1.{api},<2
Description-Content-Type: text/markdown

{readme}"""


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def write(path, files, info):
    rows = [f"{name},sha256={digest(data)},{len(data)}" for name, (data, _) in files.items()]
    rows.append(f"{info}/RECORD,,")
    files[f"{info}/RECORD"] = ("\n".join(rows).encode() + b"\n", 0o644)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, (data, mode) in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o100000 | mode) << 16
            archive.writestr(entry, data)


def main(stage, facts, out):
    facts = json.loads(facts.read_text())
    binaries = [stage / "bin" / "mettle", *(stage / "lib").glob("*.so*")]
    minor = max(glibc_minor(references(objdump(file))) for file in binaries)
    tag = f"py3-none-manylinux_2_{minor}_{platform.machine()}"
    info = f"mettle-{facts['version']}.dist-info"
    readme = (stage / "share" / "doc" / "mettle" / "README.md").read_text()
    files = contents(stage)
    files[f"{info}/METADATA"] = (metadata(facts["version"], facts["onnxruntime_api"], readme).encode(), 0o644)
    wheel = f"Wheel-Version: 1.0\nGenerator: mettle\nRoot-Is-Purelib: false\nTag: {tag}\n"
    files[f"{info}/WHEEL"] = (wheel.encode(), 0o644)
    files[f"{info}/entry_points.txt"] = (b"[console_scripts]\nmettle = mettle.launcher:main\n", 0o644)
    files[f"{info}/licenses/LICENSE"] = ((stage / "share/doc/mettle/LICENSE").read_bytes(), 0o644)
    write(out / f"mettle-{facts['version']}-{tag}.whl", files, info)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        raise SystemExit(__doc__)
    main(*map(pathlib.Path, sys.argv[1:]))
