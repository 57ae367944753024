# CuPy is installed where there is a GPU only; its arrays are `Any` here.
from typing import Any

def __getattr__(name: str) -> Any: ...
