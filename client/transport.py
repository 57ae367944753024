"""How requests reach a server: a transport with one method, and the one over gRPC.

A transport keeps order: the n-th answer belongs to the n-th request. It knows nothing about sources, windows or time.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Final, Protocol

import grpc
from tritonclient.grpc.aio import InferenceServerClient
from tritonclient.utils import InferenceServerException

from client.messages import Answer, Refusal, Request
from client.wire import decode_answer, encode_request
from sideline.errors import StreamError, StreamLostError
from sideline.security.channel import connect_async, headers_of, is_handshake_failure, is_token_refusal
from sideline.security.settings import PLAIN, ClientSecurity

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
        security: How server and client know each other.
    """

    def __init__(self, url: str, model: str, security: ClientSecurity = PLAIN) -> None:
        self._url = url
        self._model = model
        self._security = security

    async def exchange(self, requests: AsyncIterator[Request]) -> AsyncGenerator[Answer | Refusal, None]:
        """See ``Transport``; the connection lives as long as the stream."""
        async with connect_async(self._url, self._security) as triton:
            await self._check(triton)
            async with aclosing(self._stream(triton, requests)) as answers:
                async for answer in answers:
                    yield answer

    async def _check(self, triton: InferenceServerClient) -> None:
        headers = headers_of(self._security)
        try:
            await triton.is_server_live(headers=headers, client_timeout=_CHECK_TIMEOUT_S)
            ready = await triton.is_model_ready(self._model, headers=headers, client_timeout=_CHECK_TIMEOUT_S)
            if ready:  # a unary call names what is wrong with the token, a stream does not always
                await triton.get_model_metadata(self._model, headers=headers, client_timeout=_CHECK_TIMEOUT_S)
        except InferenceServerException as error:
            raise self._explain(str(error.message())) from error
        if not ready:
            raise StreamLostError(
                f"the server at {self._url} has no model {self._model!r} that is ready: see `sideline serve`'s output, "
                "or name another ensemble with --model"
            )

    async def _stream(
        self, triton: InferenceServerClient, requests: AsyncIterator[Request]
    ) -> AsyncGenerator[Answer | Refusal, None]:
        encoded = (encode_request(request, self._model) async for request in requests)
        call = triton.stream_infer(encoded, headers=headers_of(self._security))
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

    def _explain(self, detail: str) -> StreamError:
        if is_token_refusal(detail):
            return StreamError(
                f"the server at {self._url} wants a token that this client did not show: name the token's file as "
                "`token_file` in the security file, and that with --security"
            )
        if is_handshake_failure(detail):
            return StreamError(
                f"the server at {self._url} and this client do not accept each other's certificates ({detail}): check "
                "`ca`, `certificate` and `server_name` in the security file"
            )
        return StreamLostError(
            f"no Triton answers at {self._url} ({detail}): start one with `sideline serve`, "
            "or give its address with --url"
        )
