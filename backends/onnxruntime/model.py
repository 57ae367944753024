"""A backend named `onnxruntime` for a Triton that lacks the native one: ONNX Runtime behind the Python backend.

Reads the same configuration as the native backend does: `default_model_filename`, `parameters` and the instance's kind;
and a parameter of its own, `nice`: the niceness of the engine's process.
Each request of a batch runs by itself, so its result does not depend on who else was in the batch.
"""

import json
import os
from pathlib import Path

import onnxruntime
import triton_python_backend_utils as pb_utils


class TritonPythonModel:
    """One instance of one engine."""

    def initialize(self, args):
        config = json.loads(args["model_config"])
        engine = Path(args["model_repository"], args["model_version"], config["default_model_filename"])
        options = onnxruntime.SessionOptions()
        # Left to itself, ONNX Runtime ties its threads to cores, where they wait for other steps while a core is free;
        # and it counts cores that this process may not use.
        options.intra_op_num_threads = _read_number(config, "intra_op_thread_count") or len(os.sched_getaffinity(0))
        options.inter_op_num_threads = _read_number(config, "inter_op_thread_count")
        # Threads that spin while they wait would take the cores from the other steps.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # What works in the background is to leave the cores to what live frames wait for.
        os.nice(_read_number(config, "nice"))
        self._session = onnxruntime.InferenceSession(str(engine), options, providers=_providers(args))
        self._inputs = [tensor["name"] for tensor in config["input"]]
        self._outputs = [tensor["name"] for tensor in config["output"]]

    def execute(self, requests):
        return [self._answer(request) for request in requests]

    def _answer(self, request):
        feed = {name: pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in self._inputs}
        try:
            values = self._session.run(self._outputs, feed)
        except Exception as error:  # whatever the engine dislikes is this request's error alone
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(f"ONNX Runtime: {error}"))
        return pb_utils.InferenceResponse(
            [pb_utils.Tensor(name, value) for name, value in zip(self._outputs, values, strict=True)]
        )


def _read_number(config, parameter):
    return int(config.get("parameters", {}).get(parameter, {}).get("string_value", "0"))


def _providers(args):
    if args["model_instance_kind"] != "GPU":
        return ["CPUExecutionProvider"]
    return [("CUDAExecutionProvider", {"device_id": args["model_instance_device_id"]}), "CPUExecutionProvider"]
