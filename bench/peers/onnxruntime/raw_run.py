"""Prints {"us_per_run": T}: one row through ONNX Runtime with bound buffers, the quickest that Python can.

Usage: raw_run.py MODEL. The median of windows of 2,000 runs for about a second.
"""

import json
import statistics
import sys
import time

import numpy as np
import onnxruntime as ort

RUNS = 2000

options = ort.SessionOptions()
options.intra_op_num_threads = 1
options.add_session_config_entry("session.intra_op.allow_spinning", "0")
session = ort.InferenceSession(sys.argv[1], options, providers=["CPUExecutionProvider"])
model_input = session.get_inputs()[0]
row = np.linspace(0, 16, model_input.shape[1], dtype=np.float32)[None, :]
binding = session.io_binding()
binding.bind_cpu_input(model_input.name, row)
for output in session.get_outputs():
    binding.bind_output(output.name, "cpu")

windows = []
end = time.perf_counter() + 1
while time.perf_counter() < end:
    begin = time.perf_counter()
    for _ in range(RUNS):
        session.run_with_iobinding(binding)
    windows.append((time.perf_counter() - begin) / RUNS * 1e6)
print(json.dumps({"us_per_run": round(statistics.median(windows), 3)}))
