"""Mutated requests: shapes, dtypes, lengths, sequence flags, bytes in JPEG and calibration, steps addressed directly.

Every one of them must be answered, with an answer or an error, and nobody else may notice.
"""

import random
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from tritonclient.grpc import InferenceServerClient
from tritonclient.utils import InferenceServerException

from chaos.clips import Clip, load_clip
from chaos.requests import frame_arrays, to_input
from chaos.stage import NOBODY, Fault, Injected, Stage, now
from ensemble_configs.schema import read_models
from ensemble_configs.wiring import TENSORS

_ANSWER_S: Final = 30.0
_NO_ANSWER: Final = ("DEADLINE_EXCEEDED", "UNAVAILABLE")
_ENOUGH: Final = 5
_NUMBERS: Final = (0, 1, -1, 2**31, -(2**31), 2**63 - 1, -(2**63))


@dataclass(slots=True, eq=False)
class Draft:
    """A request before it is sent.

    Attributes:
        arrays: Inputs by name.
        model: Who is asked.
        claimed: Shapes that are claimed where they are not the true ones.
        correlation_id, start, end: As on the wire.
        applied: Names of the mutations.
    """

    arrays: dict[str, NDArray[Any]]
    model: str = "path_b"
    claimed: dict[str, list[int]] = field(default_factory=dict)
    correlation_id: int | str = 0
    start: bool = True
    end: bool = False
    applied: list[str] = field(default_factory=list)

    def some_input(self, rng: random.Random) -> str:
        """One of the inputs."""
        return rng.choice(sorted(self.arrays))


Mutation = Callable[[Draft, random.Random], None]


def flip_bytes(draft: Draft, rng: random.Random) -> None:
    """Damage up to 20 bytes of a picture or of the calibration."""
    name = rng.choice(("left_jpeg", "right_jpeg", "calibration"))
    content = draft.arrays[name].copy()
    for _ in range(rng.randint(1, 20)):
        if content.size:
            content[rng.randrange(content.size)] = rng.randrange(256)
    draft.arrays[name] = content


def damage_header(draft: Draft, rng: random.Random) -> None:
    """Damage a JPEG's first 700 bytes, where sizes and tables stand."""
    name = rng.choice(("left_jpeg", "right_jpeg"))
    content = draft.arrays[name].copy()
    for _ in range(rng.randint(1, 6)):
        content[rng.randrange(min(700, content.size))] = rng.randrange(256)
    draft.arrays[name] = content


def cut_short(draft: Draft, rng: random.Random) -> None:
    """Cut an input off."""
    name = draft.some_input(rng)
    draft.arrays[name] = draft.arrays[name][: rng.randint(0, draft.arrays[name].size)]


def fill_with_noise(draft: Draft, rng: random.Random) -> None:
    """Noise of any length in place of bytes."""
    name = rng.choice(("left_jpeg", "right_jpeg", "calibration", "match_sheet"))
    draft.arrays[name] = np.frombuffer(rng.randbytes(rng.choice((1, 2, 100, 70_000))), np.uint8)


def change_dtype(draft: Draft, rng: random.Random) -> None:
    """Another dtype."""
    name = draft.some_input(rng)
    draft.arrays[name] = draft.arrays[name].astype(rng.choice((np.int32, np.float32, np.int64, np.uint8, np.bool_)))


def change_shape(draft: Draft, rng: random.Random) -> None:
    """Another number of axes or of rows."""
    name = draft.some_input(rng)
    array = draft.arrays[name]
    draft.arrays[name] = rng.choice(
        (array[None], array[:, None], np.repeat(array, 2), array[:0], np.tile(array, (2, 1)))
    )


def claim_shape(draft: Draft, rng: random.Random) -> None:
    """A shape that the content does not have."""
    draft.claimed[draft.some_input(rng)] = rng.choice(([], [0], [1], [-1], [2**40], [7, 3], [1, 1, 1, 1], [-5]))


def drop_input(draft: Draft, rng: random.Random) -> None:
    """An input is missing."""
    del draft.arrays[draft.some_input(rng)]


def add_input(draft: Draft, rng: random.Random) -> None:
    """An input that nobody knows."""
    draft.arrays[rng.choice(("left_jpg", "", "x" * 5000))] = np.zeros(3, np.int64)


def change_numbers(draft: Draft, rng: random.Random) -> None:
    """Odd frame indices and capture times."""
    for name in ("frame_index", "captured_at_ns"):
        if name in draft.arrays:
            draft.arrays[name] = np.array([rng.choice(_NUMBERS)], np.int64)


def change_flags(draft: Draft, rng: random.Random) -> None:
    """Any correlation ID, START and END."""
    draft.correlation_id = rng.choice((0, 1, 2**62 + 5, 2**63 - 1, "camera", "", secrets.randbits(60)))
    draft.start, draft.end = rng.random() < 0.5, rng.random() < 0.5


def change_calibration(draft: Draft, rng: random.Random) -> None:
    """Another number somewhere in the rig file."""
    words = draft.arrays["calibration"].tobytes().decode(errors="replace").split(" ")
    places = [place for place, word in enumerate(words) if any(letter.isdigit() for letter in word)]
    for place in rng.sample(places, min(3, len(places))):
        words[place] = rng.choice(
            ("0", "-1", "1e308", "nan", "inf", "-inf", "1e-320", "[]", '"x"', "99999999999999999999")
        )
    draft.arrays["calibration"] = np.frombuffer(" ".join(words).encode(), np.uint8)


def address_step(draft: Draft, rng: random.Random) -> None:
    """A step or engine of the ensemble is asked directly, with what it might take, or does not exist."""
    models = read_models().models
    name = rng.choice(sorted(models))
    draft.model = rng.choice((name, name, name, "", "path_z"))
    rows = rng.choice((0, 1, 3))
    draft.arrays = {each: _plausible(each, rows, rng) for each in models[name].inputs}


MUTATIONS: Final[tuple[Mutation, ...]] = (
    flip_bytes, damage_header, cut_short, fill_with_noise, change_dtype, change_shape, claim_shape, drop_input,
    add_input, change_numbers, change_flags, change_calibration, address_step,
)  # fmt: skip


def fuzz(stage: Stage, requests: int) -> Injected:
    """Send so many mutated requests while the arenas stream."""
    seeds = [stage.rng.randrange(2**32) for _ in range(requests)]
    refused, complaints = send_mutated(stage.service.url, load_clip(stage.clip), seeds)
    note = f"{requests} requests, {refused} refused"
    return Injected(now(), NOBODY, note=note, complaints=tuple(complaints))


def send_mutated(url: str, clip: Clip, seeds: Sequence[int]) -> tuple[int, list[str]]:
    """Send a mutated request a seed, one after the other, each to be answered.

    Returns:
        How many were answered with an error, and what went wrong: a request without an answer, a server that is gone.
    """
    refused, complaints = 0, []
    with InferenceServerClient(url) as client:
        for seed in seeds:
            try:
                _send(client, make_draft(clip, seed))
            except InferenceServerException as error:
                refused += 1
                if any(word in str(error.status()) for word in _NO_ANSWER):
                    complaints.append(f"seed {seed}: {error.status()} {error.message()}")
            if len(complaints) == _ENOUGH:
                break
    return refused, complaints


def make_draft(clip: Clip, seed: int) -> Draft:
    """The mutated request of a seed."""
    rng = random.Random(seed)  # noqa: S311  no secret
    arrays = {tensor.name: array for tensor, array in frame_arrays(clip, rng.randrange(100)).items()}
    draft = Draft(arrays, correlation_id=secrets.randbits(60) + 1, end=rng.random() < 0.7)
    for mutation in rng.sample(MUTATIONS, rng.randint(1, 2)):
        draft.applied.append(mutation.__name__)
        try:
            mutation(draft, rng)
        except (KeyError, IndexError, ValueError, TypeError):
            continue  # another mutation took away what this one wants
    return draft


def _send(client: InferenceServerClient, draft: Draft) -> None:
    inputs = [to_input(name, array) for name, array in draft.arrays.items()]
    for entry in inputs:
        if (shape := draft.claimed.get(entry.name())) is not None:
            entry.set_shape(shape)
    client.infer(
        draft.model,
        inputs,
        sequence_id=draft.correlation_id,
        sequence_start=draft.start,
        sequence_end=draft.end,
        client_timeout=_ANSWER_S,
    )


def _plausible(name: str, rows: int, rng: random.Random) -> NDArray[Any]:
    """An array of the tensor's dtype and about its shape."""
    tensor = TENSORS[name]
    shape = [rows if size < 0 else size for size in tensor.dims]
    if tensor.dtype == "STRING":
        return np.array([b"text"] * max(1, rows), np.object_)
    kinds = {"UINT8": np.uint8, "INT64": np.int64, "INT32": np.int32, "FP32": np.float32, "BOOL": np.bool_}
    noise = np.frombuffer(rng.randbytes(max(1, int(np.prod(shape))) * 8), np.uint8)[: int(np.prod(shape)) * 8]
    values = np.resize(noise, int(np.prod(shape))).astype(kinds[tensor.dtype])
    return values.reshape([1, *shape] if rng.random() < 0.5 else shape)


FAULTS: Final = {
    "fuzz": Fault("1,000 mutated requests", partial(fuzz, requests=1_000)),
    "fuzz-long": Fault("10,000 mutated requests", partial(fuzz, requests=10_000), is_long=True),
}
