"""A TensorRT plan that runs on a GPU, its arrays kept there by CuPy. For backends/tensorrt and for the parity test.

Nothing here has been run so far: it needs an NVIDIA GPU.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sideline.deployment.files import PlanName
from sideline.deployment.tensorrt import builder_name, gpu_name, load_tensorrt
from sideline.errors import EngineError


class PlanEngine:
    """A plan in the memory of one GPU.

    Args:
        engine: Name of the engine that it should be.
        path: The plan, named as `sideline export --tensorrt` names it.
        device_id: CUDA's number of the GPU.

    Raises:
        EngineError: it is stale or damaged, or there is no GPU, no TensorRT or no CuPy.
    """

    def __init__(self, engine: str, path: Path, device_id: int = 0) -> None:
        check_plan(engine, path)
        library = load_tensorrt()
        try:
            import cupy
        except ImportError as exc:
            raise EngineError(f"plans need CuPy ({exc}): pip install 'sideline[gpu]'") from exc
        cupy.cuda.Device(device_id).use()
        self._cupy = cupy
        self._log = library.Logger(library.Logger.WARNING)
        self._runtime = library.Runtime(self._log)
        self._engine = self._runtime.deserialize_cuda_engine(path.read_bytes())
        if self._engine is None:
            raise EngineError(f"{path} is damaged: delete it and run `sideline export {engine} --tensorrt`")
        self._context = self._engine.create_execution_context()
        self._stream = cupy.cuda.Stream(non_blocking=True)
        self._types = {name: library.nptype(self._engine.get_tensor_dtype(name)) for name in self._names()}
        self._outputs = [
            name for name in self._names() if self._engine.get_tensor_mode(name) == library.TensorIOMode.OUTPUT
        ]

    def _names(self) -> list[str]:
        return [self._engine.get_tensor_name(index) for index in range(self._engine.num_io_tensors)]

    def run(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Run the plan.

        Args:
            inputs: By name, tensors of Triton's Python backend or arrays, on the GPU or not, batch axis first.

        Returns:
            By name, arrays on the GPU.

        Raises:
            EngineError: TensorRT refuses, as for a shape that the plan does not take.
        """
        with self._stream:
            arrays = {name: self._cupy.ascontiguousarray(self._adopt(value)) for name, value in inputs.items()}
            for name, array in arrays.items():
                self._context.set_input_shape(name, array.shape)
                self._context.set_tensor_address(name, array.data.ptr)
            results = {name: self._make_room(name) for name in self._outputs}
            if not self._context.execute_async_v3(self._stream.ptr):
                shapes = {name: array.shape for name, array in arrays.items()}
                raise EngineError(f"TensorRT does not run the shapes {shapes}: build the plan for them")
        self._stream.synchronize()
        return results

    def _adopt(self, value: Any) -> Any:
        is_cpu = getattr(value, "is_cpu", None)
        if is_cpu is None:
            return self._cupy.asarray(value)
        return self._cupy.asarray(value.as_numpy()) if is_cpu() else self._cupy.from_dlpack(value)

    def _make_room(self, name: str) -> Any:
        array = self._cupy.empty(tuple(self._context.get_tensor_shape(name)), self._types[name])
        self._context.set_tensor_address(name, array.data.ptr)
        return array


def check_plan(engine: str, path: Path) -> None:
    """Refuse a plan that was built for another engine, GPU or library, or, where it lies beside, another ONNX file.

    Raises:
        EngineError: saying what differs and what to run.
    """
    found = PlanName.parse(path)
    onnx_path = path.with_name("model.onnx")
    # Half of the name is enough where the ONNX file is not at hand: the plan was chosen by its hash.
    source = PlanName.of(engine, gpu_name(), builder_name(load_tensorrt()), onnx_path) if onnx_path.is_file() else None
    wanted = source or PlanName(engine, PlanName.slug(gpu_name()), builder_name(load_tensorrt()), found.onnx)
    wanted.check(found)
