"""The digits model in Triton's Python backend, over ONNX Runtime."""

import os
import sys

# The backend's interpreter does not look at PYTHONPATH. It wants numpy 1, which stands first.
sys.path[:0] = os.environ["SITE_PACKAGES"].split(":")

import onnxruntime  # noqa: E402
import triton_python_backend_utils as triton  # noqa: E402


class TritonPythonModel:
    def initialize(self, args):
        self.session = onnxruntime.InferenceSession(os.environ["DIGITS"], providers=["CPUExecutionProvider"])

    def execute(self, requests):
        return [self._answer(triton.get_input_tensor_by_name(request, "pixels").as_numpy()) for request in requests]

    def _answer(self, pixels):
        try:
            values = self.session.run(["label", "probabilities"], {"pixels": pixels})
        except Exception as error:
            return triton.InferenceResponse(error=triton.TritonError(str(error)))
        return triton.InferenceResponse([triton.Tensor("label", values[0]), triton.Tensor("probabilities", values[1])])
