"""What a step is told at its start, by `parameters` of its configuration: named here for who renders and who reads it.

Knows neither Triton's module nor what a step does with a value.
"""

import json
from collections.abc import Mapping
from typing import Final

CROP_STRIDE: Final = "crop_stride"
"""A micro-track's crop is encoded every so many frames."""
LEAST_PERSISTENCE: Final = "least_persistence"
"""Somebody new whose persistence is below this becomes no track; for steps that call the engine persistence."""
MAX_STREAMS: Final = "max_streams"
"""Streams that the server takes at once."""
PIXELS: Final = "pixels"
"""Where a step computes pixels: "cpu" or "gpu"."""
LARGEST_BATCH_OF: Final = "largest_batch_of_"
"""With an engine's name: rows that the step may give to that engine at once."""


def read_parameter(args: Mapping[str, str], name: str) -> str:
    """The value of a parameter, from the arguments of a step's `initialize`."""
    value: str = json.loads(args["model_config"])["parameters"][name]["string_value"]
    return value


def calls_engine(args: Mapping[str, str], name: str) -> bool:
    """Whether the engine NAME is among the step's `calls` in models.toml, from the arguments of its `initialize`."""
    return f"{LARGEST_BATCH_OF}{name}" in json.loads(args["model_config"])["parameters"]
