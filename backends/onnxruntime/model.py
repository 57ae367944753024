"""A backend named `onnxruntime` for a Triton that lacks the native one: ONNX Runtime behind the Python backend.

Reads the same configuration as the native backend does: `default_model_filename`, `parameters` and the instance's kind;
and parameters of its own: `nice`, the niceness of the engine's process, and `shares_cores`: 1 for half as many threads
while another engine that shares cores is at work. Threads that wait for each other cost a fifth of a detector's time:
worth it for who is alone, a loss when another frame could use the core.
Each request of a batch runs by itself, so its result does not depend on who else was in the batch.
"""

import fcntl
import json
import os
import struct
from pathlib import Path

import onnxruntime
import triton_python_backend_utils as pb_utils

from sideline.serving.work_table import at_work


class TritonPythonModel:
    """One instance of one engine."""

    def initialize(self, args):
        config = json.loads(args["model_config"])
        # What works in the background is to leave the cores to what live frames wait for.
        os.nice(_read_number(config, "nice"))
        # Left to itself, ONNX Runtime ties its threads to cores, where they wait for other steps while a core is free;
        # and it counts cores that this process may not use.
        threads = _read_number(config, "intra_op_thread_count") or len(os.sched_getaffinity(0))
        self._alone = _open_session(args, config, threads)
        self._others, self._in_company = None, self._alone
        if _read_number(config, "shares_cores") and threads > 1:
            self._others = _Others(Path(args["model_repository"]).parent)
            self._in_company = _open_session(args, config, threads // 2)
        self._inputs = [tensor["name"] for tensor in config["input"]]
        self._outputs = [tensor["name"] for tensor in config["output"]]

    def execute(self, requests):
        return [self._answer(request) for request in requests]

    @at_work()
    def _answer(self, request):
        feed = {name: pb_utils.get_input_tensor_by_name(request, name).as_numpy() for name in self._inputs}
        try:
            if self._others is None:
                values = self._alone.run(self._outputs, feed)
            else:
                with self._others as others_work:
                    values = (self._in_company if others_work else self._alone).run(self._outputs, feed)
        except Exception as error:  # whatever the engine dislikes is this request's error alone
            return pb_utils.InferenceResponse(error=pb_utils.TritonError(f"ONNX Runtime: {error}"))
        return pb_utils.InferenceResponse(
            [pb_utils.Tensor(name, value) for name, value in zip(self._outputs, values, strict=True)]
        )


class _Others:
    """Tells the other processes of a server that an engine is at work, and whether one of theirs is.

    By a lock on a file beside the models, since a lock ends with its process, however it ends.
    """

    _QUERY = struct.Struct("hhqqi")  # struct flock of Linux

    def __init__(self, folder):
        self._file = (folder / ".engines-at-work").open("a+b")

    def __enter__(self):
        fcntl.lockf(self._file, fcntl.LOCK_SH)
        query = self._QUERY.pack(fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
        return self._QUERY.unpack(fcntl.fcntl(self._file, fcntl.F_GETLK, query))[0] != fcntl.F_UNLCK

    def __exit__(self, *_):
        fcntl.lockf(self._file, fcntl.LOCK_UN)


def _open_session(args, config, threads):
    engine = Path(args["model_repository"], args["model_version"], config["default_model_filename"])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = _read_number(config, "inter_op_thread_count")
    options.enable_mem_pattern = _read_number(config, "enable_mem_pattern", 1) == 1
    # Threads that spin while they wait would take the cores from the other steps.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(str(engine), options, providers=_providers(args))


def _read_number(config, parameter, default=0):
    return int(config.get("parameters", {}).get(parameter, {}).get("string_value", default))


def _providers(args):
    if args["model_instance_kind"] != "GPU":
        return ["CPUExecutionProvider"]
    return [("CUDAExecutionProvider", {"device_id": args["model_instance_device_id"]}), "CPUExecutionProvider"]
