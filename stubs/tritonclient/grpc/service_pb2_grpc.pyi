from collections.abc import Iterable

from grpc import Channel, MultiThreadedRendezvous
from tritonclient.grpc.service_pb2 import ModelInferRequest, ModelStreamInferResponse

class GRPCInferenceServiceStub:
    def __init__(self, channel: Channel) -> None: ...
    def ModelStreamInfer(
        self, requests: Iterable[ModelInferRequest], *, timeout: float, metadata: tuple[tuple[str, str], ...]
    ) -> MultiThreadedRendezvous[ModelStreamInferResponse]: ...
