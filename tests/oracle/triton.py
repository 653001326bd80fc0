"""The real tritonserver, serving the digits model beside ours under the same names and shapes."""

import pathlib
import shutil
import socket

from support import paths
from support.http import ask
from support.process import Process
from support.waiting import until

SITE = next((paths.DEPS / "venv-triton/lib").glob("python3*/site-packages"))
SERVER = SITE / "pytriton/tritonserver"
HERE = pathlib.Path(__file__).parent


def start(folder: pathlib.Path) -> Process:
    """`folder` is scratch. The result has `.url`."""
    model = folder / "models/digits"
    (model / "1").mkdir(parents=True)
    shutil.copy(HERE / "model/config.pbtxt", model)
    shutil.copy(HERE / "model/digits.py", model / "1/model.py")
    port = free_port()
    server = Process(
        [SERVER / "bin/tritonserver", "--model-repository", folder / "models", "--backend-directory", backends(folder),
         "--http-address", "127.0.0.1", "--http-port", port, "--allow-grpc=false", "--allow-metrics=false",
         "--http-thread-count", "2", "--log-info=false", "--log-warning=false"],
        env={"DIGITS": str(paths.DIGITS / "model.onnx"), "OMP_NUM_THREADS": "1",
             "LD_LIBRARY_PATH": str(SITE / "nvidia_pytriton.libs"), "SITE_PACKAGES": f"{SITE}:{test_packages()}"},
        own_group=True)
    server.url, server.port = f"http://127.0.0.1:{port}", port
    try:
        until(lambda: is_ready(server), "tritonserver to be ready", within=60, every=0.1)
    except AssertionError as error:
        text = server.describe()
        server.reap()
        raise AssertionError(f"{error}\n{text}") from None
    return server


def backends(folder: pathlib.Path) -> pathlib.Path:
    """The Python backend with its helper process beside it, where it looks for it."""
    python = folder / "backends/python"
    python.mkdir(parents=True)
    version = SITE.parent.name.removeprefix("python")
    for source in (*(SERVER / "backends/python").glob("*triton_python*"),
                   SERVER / f"python_backend_stubs/{version}/triton_python_backend_stub"):
        shutil.copy(source, python)
    return python.parent


def test_packages() -> pathlib.Path:
    return next((paths.DEPS / "venv-test/lib").glob("python3*/site-packages"))


def free_port() -> int:
    """tritonserver cannot be asked for any free port, so one is found for it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_ready(server: Process) -> bool:
    assert server.returncode is None, f"tritonserver ended\n{server.describe()}"
    try:
        return ask(server.url + "/v2/models/digits/ready", timeout=2).status == 200
    except OSError:
        return False
