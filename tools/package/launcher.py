"""Becomes the program `mettle`, which runs models with the library of Python's onnxruntime package."""

import importlib.util
import os
import pathlib
import ssl
import sys

PROGRAM = pathlib.Path(__file__).resolve().parent / "bin" / "mettle"


def onnxruntime_library():
    """The library in the onnxruntime package, which is found but not imported: that would take a second."""
    spec = importlib.util.find_spec("onnxruntime")
    for folder in (spec and spec.submodule_search_locations) or []:
        for file in sorted(pathlib.Path(folder, "capi").glob("libonnxruntime.so.*")):
            return str(file)
    return None


def environment():
    values = dict(os.environ)
    library = onnxruntime_library()
    if library:
        values.setdefault("METTLE_ONNXRUNTIME", library)
    # The OpenSSL in this package looks for certificates where Debian has them.
    certificates = ssl.get_default_verify_paths().cafile
    if certificates and not pathlib.Path("/usr/lib/ssl/certs").exists():
        values.setdefault("SSL_CERT_FILE", certificates)
    return values


def main():
    os.execve(PROGRAM, ["mettle", *sys.argv[1:]], environment())
