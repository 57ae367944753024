"""A backend named `tensorrt` for a Triton that lacks the native one: plans of TensorRT, or of TensorRT for RTX.

Reads the same configuration as the native backend does. Tensors come and go on the GPU, and answers share the memory
that the plan wrote (DLPack). A plan that was built for another GPU, library or engine is refused when it is loaded.
"""

import json
from pathlib import Path

import triton_python_backend_utils as pb_utils

from sideline.deployment.plan_engine import PlanEngine
from sideline.serving.work_table import at_work


class TritonPythonModel:
    """One instance of one plan."""

    def initialize(self, args):
        config = json.loads(args["model_config"])
        plan = Path(args["model_repository"], args["model_version"], config["default_model_filename"])
        self._engine = PlanEngine(args["model_name"], plan, int(args["model_instance_device_id"]))
        self._inputs = [tensor["name"] for tensor in config["input"]]
        self._outputs = [tensor["name"] for tensor in config["output"]]

    def execute(self, requests):
        return [self._answer(request) for request in requests]

    @at_work()
    def _answer(self, request):
        feed = {name: pb_utils.get_input_tensor_by_name(request, name) for name in self._inputs}
        try:
            values = self._engine.run(feed)
        except Exception as error:  # whatever the plan dislikes is this request's error alone
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(f"TensorRT: {error}"))
        return pb_utils.InferenceResponse([pb_utils.Tensor.from_dlpack(name, values[name]) for name in self._outputs])
