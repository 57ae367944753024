from enum import Enum

from grpc import aio as aio

class StatusCode(Enum):
    OK = ...
    UNAVAILABLE = ...
