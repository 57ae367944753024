"""How requests reach a server: a transport with one method, and the one over gRPC.

A transport keeps order: the n-th answer belongs to the n-th request. It knows nothing about sources, windows or time.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final, Protocol

import grpc
from tritonclient.grpc import KeepAliveOptions
from tritonclient.grpc.aio import InferenceServerClient
from tritonclient.utils import InferenceServerException

from client.messages import Answer, Refusal, Request
from client.wire import decode_answer, encode_request
from sideline.errors import StreamLostError

_KEEPALIVE: Final = KeepAliveOptions(
    keepalive_time_ms=20_000, keepalive_timeout_ms=10_000, keepalive_permit_without_calls=False
)
"""Off by default in the client library; two pings without data are what Triton's server tolerates."""
_CHECK_TIMEOUT_S: Final = 10.0


class Transport(Protocol):
    """Anything that answers a stream of requests in their order."""

    def exchange(self, requests: AsyncIterator[Request]) -> AsyncGenerator[Answer | Refusal, None]:
        """Send requests as they come and yield one answer for each, in the same order.

        Raises:
            StreamLostError: the stream as a whole failed; the message says what to do.
        """
        ...


class TritonTransport:
    """A stream to Triton by gRPC.

    Args:
        url: Host and gRPC port, e.g. "127.0.0.1:8001".
        model: Name of the ensemble.
    """

    def __init__(self, url: str, model: str) -> None:
        self._url = url
        self._model = model

    async def exchange(self, requests: AsyncIterator[Request]) -> AsyncGenerator[Answer | Refusal, None]:
        """See ``Transport``; the connection lives as long as the stream."""
        async with InferenceServerClient(self._url, keepalive_options=_KEEPALIVE) as triton:
            await self._check(triton)
            async with aclosing(self._stream(triton, requests)) as answers:
                async for answer in answers:
                    yield answer

    async def _check(self, triton: InferenceServerClient) -> None:
        try:
            await triton.is_server_live(client_timeout=_CHECK_TIMEOUT_S)
            ready = await triton.is_model_ready(self._model, client_timeout=_CHECK_TIMEOUT_S)
        except InferenceServerException as error:
            raise self._unreachable(str(error.message())) from error
        if not ready:
            raise StreamLostError(
                f"the server at {self._url} has no model {self._model!r} that is ready: see `sideline serve`'s output, "
                "or name another ensemble with --model"
            )

    async def _stream(
        self, triton: InferenceServerClient, requests: AsyncIterator[Request]
    ) -> AsyncGenerator[Answer | Refusal, None]:
        call = triton.stream_infer(encode_request(request, self._model) async for request in requests)
        try:
            async for result, error in call:
                yield decode_answer(result) if result is not None else Refusal(str(error))
        except grpc.aio.AioRpcError as error:
            raise StreamLostError(
                f"the stream to {self._url} broke off ({error.details() or error.code().name}): the server died or was "
                "stopped; look at its log, start it again with `sideline serve`, then track again"
            ) from error
        finally:
            call.cancel()

    def _unreachable(self, detail: str) -> StreamLostError:
        return StreamLostError(
            f"no Triton answers at {self._url} ({detail}): start one with `sideline serve`, "
            "or give its address with --url"
        )
