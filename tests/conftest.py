"""What all suites share: servers on free ports that are always stopped, and their output when a test fails."""

import os
import pathlib
import shutil
import socket
import sys
import tempfile

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from support import paths, plant, process, truth  # noqa: E402

# Results of tests are not kept with those of whoever runs them.
history = tempfile.TemporaryDirectory(prefix="mettle-history-")
os.environ["METTLE_HISTORY"] = history.name


def pytest_collection_modifyitems(items):
    if not paths.SANITIZED:
        return
    for item in items:
        if item.get_closest_marker("plain_build"):
            item.add_marker(pytest.mark.skip(reason="a sanitized build has other memory and times"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.failed:
        for one in process.running:
            report.sections.append((f"process {one.pid}", one.describe()))
    return report


def pytest_terminal_summary(terminalreporter):
    for table in truth.tables:
        terminalreporter.write_line("\n" + table.text())


def _spawner():
    """Gives a function that starts servers; afterwards each that still runs has to stop on SIGTERM with 0."""
    started = []

    def serve(*arguments, **options) -> process.Server:
        started.append(process.Server(*(arguments or (paths.DIGITS,)), **options))
        return started[-1]

    yield serve
    try:
        for server in started:
            died = server.returncode is not None and server.returncode < 0
            assert not died, f"the server died\n{server.describe()}"
            code = server.stop() if server.returncode is None else 0
            assert code == 0, f"the server ended with {code}\n{server.describe()}"
            assert "Sanitizer" not in server.stderr, server.describe()
    finally:
        for server in started:
            server.reap()


serve = pytest.fixture(_spawner, name="serve")
serve_for_module = pytest.fixture(_spawner, name="serve_for_module", scope="module")


@pytest.fixture(scope="module")
def digits(serve_for_module) -> process.Server:
    """A server of the digits model that a file's tests share."""
    return serve_for_module(paths.DIGITS)


@pytest.fixture(scope="session")
def repository(tmp_path_factory) -> pathlib.Path:
    """digits in versions 1 and 3, wine without versions, and a file that is no model."""
    folder = tmp_path_factory.mktemp("repository")
    for version in ("1", "3"):
        (folder / "digits" / version).mkdir(parents=True)
        shutil.copy(paths.DIGITS / "model.onnx", folder / "digits" / version)
    (folder / "wine").mkdir()
    shutil.copy(paths.WINE / "model.onnx", folder / "wine")
    (folder / "README.txt").write_text("not a model")
    return folder


@pytest.fixture
def planted():
    """Starts a server of planted/: `planted("faulty", "hang")`."""
    started = []

    def start(script, *arguments) -> plant.Planted:
        started.append(plant.Planted(script, *arguments))
        return started[-1]

    yield start
    for server in started:
        server.reap()


@pytest.fixture
def refusing_port():
    """A port that is taken by a socket that does not listen: connecting is refused, and nobody else can take it."""
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
