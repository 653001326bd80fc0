"""The .deb, unpacked: its libraries but ONNX Runtime are Debian's, and it depends on the packages that hold them."""

import re
import subprocess

import pytest
from support import packages


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    folder = tmp_path_factory.mktemp("deb")
    subprocess.run(["dpkg-deb", "-x", packages.find("mettle_*.deb"), folder], check=True)
    return folder


def field(name):
    return subprocess.run(["dpkg-deb", "-f", packages.find("mettle_*.deb"), name], check=True, capture_output=True,
                          text=True).stdout.strip()


def test_it_proves_a_model_with_the_runtime_that_it_brings(root, tmp_path):
    loaded = packages.proves_digits([root / "usr/bin/mettle"], tmp_path, root / "usr/lib/mettle")
    brought = {file.name for file in loaded if file.is_relative_to(root)}
    assert all(name.startswith("libonnxruntime.so") for name in brought), brought


def test_it_depends_on_what_debian_has():
    depends = set(re.findall(r"([a-z0-9.+-]+)(?: \([^)]*\))?", field("Depends")))
    assert {"libc6", "libssl3", "libstdc++6", "libre2-9"} <= depends
    # apt's own resolver, names that other packages provide and versions included.
    plan = subprocess.run(["apt-get", "install", "--simulate", "--no-install-recommends",
                           packages.find("mettle_*.deb")], capture_output=True, text=True)
    assert plan.returncode == 0 and "Conf mettle" in plan.stdout, plan.stdout + plan.stderr


def test_a_development_version_is_older_than_its_release():
    version = field("Version")
    newer = subprocess.run(["dpkg", "--compare-versions", version, "le", re.split("[~+]", version)[0]])
    assert newer.returncode == 0, version
