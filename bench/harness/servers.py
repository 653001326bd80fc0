"""The servers that are compared, each set up as somebody would who knows it well."""

import json
import pathlib
import resource
import shutil
import subprocess

from . import digits, paths
from .errors import MeasurementFailed, Unavailable
from .process import Server, free_port


def mettle(cpu: int, scratch: pathlib.Path, *extra, model: pathlib.Path = paths.DIGITS, simulate: str = "") -> Server:
    """Serves the digits, or another model's folder under the part of its name before the first '-', or a simulated one."""
    port = free_port()
    what = ["--simulate", simulate] if simulate else [model, "--name", model.name.partition("-")[0]]
    return Server("mettle", [paths.mettle(), "serve", *what, "--port", port, *extra], cpu, port,
                  "/v2/health/ready", scratch=scratch)


def repository(cpu: int, scratch: pathlib.Path, folder: pathlib.Path, *extra) -> Server:
    port = free_port()
    return Server("mettle", [paths.mettle(), "serve", folder, "--port", port, *extra], cpu, port, "/v2/health/ready",
                  scratch=scratch)


def fastapi(cpu: int, scratch: pathlib.Path, app: str = "app", model: pathlib.Path = paths.DIGITS) -> Server:
    port = free_port()
    return Server(
        "fastapi",
        [paths.python("bench"), "-m", "uvicorn", f"{app}:app", "--host", "127.0.0.1", "--port", port, "--workers", "1",
         "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning", "--lifespan", "off"],
        cpu, port, "/health/live", scratch=scratch, cwd=paths.PEERS / "fastapi",
        env={"MODEL": str(model / "model.onnx"), "PYTHONDONTWRITEBYTECODE": "", "OMP_NUM_THREADS": "1"})


def mlserver(cpu: int, scratch: pathlib.Path) -> Server:
    """The digits pipeline in MLServer's scikit-learn runtime, in one process, metrics and gzip off."""
    python = paths.python("mlserver")
    folder = scratch / "mlserver"
    if not (folder / "digits/model.joblib").exists():
        made = subprocess.run([paths.python("models"), paths.PEERS / "mlserver/make_model.py", folder],
                              capture_output=True, text=True)
        if made.returncode:
            raise MeasurementFailed(f"MLServer's model could not be made: {made.stderr.strip()[-200:]}")
    port = free_port()
    (folder / "settings.json").write_text(json.dumps({
        "host": "127.0.0.1", "http_port": port, "grpc_port": free_port(), "metrics_endpoint": None,
        "parallel_workers": 0, "gzip_enabled": False, "debug": False,
    }))
    return Server("mlserver", [python.parent / "mlserver", "start", folder], cpu, port, "/v2/models/digits/ready",
                  scratch=scratch, cwd=folder, patience_s=120,
                  env={"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": str(_httptools(folder))})


def _httptools(folder: pathlib.Path) -> pathlib.Path:
    """A folder with the HTTP parser in C. MLServer's dependencies leave uvicorn with the one in Python, 1.5 times slower."""
    extra = folder / "extra"
    extra.mkdir(exist_ok=True)
    link = extra / "httptools"
    link.unlink(missing_ok=True)
    link.symlink_to(_site_packages("bench") / "httptools")
    return extra


def _site_packages(venv: str) -> pathlib.Path:
    (folder,) = (paths.python(venv).parent.parent / "lib").glob("python3*/site-packages")
    return folder


def triton(cpu: int, scratch: pathlib.Path) -> Server:
    """The real tritonserver with the digits model in its Python backend, batching on, HTTP threads as they come (8)."""
    site = _site_packages("triton")
    here = site / "pytriton/tritonserver"
    if not here.exists():
        raise Unavailable("pytriton's tritonserver is not there (tools/setup/setup.sh bench)")
    folder = scratch / "triton/digits"
    (folder / "1").mkdir(parents=True, exist_ok=True)
    shutil.copy(paths.PEERS / "triton/config.pbtxt", folder)
    shutil.copy(paths.PEERS / "triton/model.py", folder / "1")
    # The backend wants its stub process beside it, numpy 1 from its own environment, ONNX Runtime from FastAPI's.
    backend = scratch / "triton-backends/python"
    backend.mkdir(parents=True, exist_ok=True)
    version = site.parent.name.removeprefix("python")
    for source in (*(here / "backends/python").glob("*triton_python*"),
                   here / f"python_backend_stubs/{version}/triton_python_backend_stub"):
        shutil.copy(source, backend)
    port = free_port()
    return Server(
        "triton",
        [here / "bin/tritonserver", "--model-repository", folder.parent, "--backend-directory", backend.parent,
         "--http-address", "127.0.0.1", "--http-port", port, "--allow-grpc=false", "--allow-metrics=false",
         "--log-info=false"],
        cpu, port, "/v2/models/digits/ready", scratch=scratch,
        env={"MODEL": str(paths.DIGITS / "model.onnx"), "OMP_NUM_THREADS": "1",
             "LD_LIBRARY_PATH": str(site / "nvidia_pytriton.libs"), "SITE_PACKAGES": f"{site}:{_site_packages('bench')}"})


def nginx(cpu: int, scratch: pathlib.Path) -> Server:
    """Fixed replies: /health/live, /null, and a V2 model `digits` that always gives one sample's answer."""
    folder = scratch / "nginx"
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    files = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    compact = {"separators": (",", ":")}
    values = {
        "SCRATCH": str(folder), "PORT": str(port), "FILES": str(files), "CONNECTIONS": str(min(files - 64, 16384)),
        "METADATA": json.dumps(digits.METADATA, **compact), "CONFIG": json.dumps(digits.CONFIG, **compact),
        "ANSWER": json.dumps(digits.v2_answer(), **compact),
    }
    text = (paths.PEERS / "nginx/nginx.conf").read_text()
    for name, value in values.items():
        text = text.replace(f"@{name}@", value)
    conf = folder / "nginx.conf"
    conf.write_text(text)
    return Server("nginx", [paths.nginx(), "-p", folder, "-e", folder / "nginx.error.log", "-c", conf], cpu, port,
                  "/health/live", scratch=scratch)
