"""The peer: the digits model in Triton's Python backend, over the same ONNX Runtime session as the FastAPI app."""

import os
import sys

# The backend's interpreter does not look at PYTHONPATH. It wants numpy 1: with 2 it sends tensors of wrong sizes.
sys.path[:0] = os.environ["SITE_PACKAGES"].split(":")

import numpy as np
import onnxruntime as ort
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    def initialize(self, args):
        options = ort.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = ort.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])

    def execute(self, requests):
        # What queued meanwhile comes as one list: one run for all of it.
        inputs = [pb_utils.get_input_tensor_by_name(r, "pixels").as_numpy() for r in requests]
        rows = inputs[0] if len(inputs) == 1 else np.concatenate(inputs)
        labels, probabilities = self.session.run(["label", "probabilities"], {"pixels": rows})
        replies, begin = [], 0
        for part in inputs:
            end = begin + len(part)
            replies.append(pb_utils.InferenceResponse([
                pb_utils.Tensor("label", labels[begin:end].reshape(-1, 1)),
                pb_utils.Tensor("probabilities", probabilities[begin:end]),
            ]))
            begin = end
        return replies
