"""An engine's files: what an ONNX file is known by, where its int8 version lies, and which plan belongs to it.

A plan of TensorRT runs on the kind of GPU and with the version that built it only, and says what the ONNX file said
that it was built from, rounded by rules of this project; all four are in its name. Knows paths and bytes; opens no
network.
"""

import hashlib
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Self

from sideline.errors import EngineError

INT8_FILE: Final = "model_int8.onnx"
PLAN_RULES: Final = "debffd2b"
"""How plans are made of ONNX files: what stays float32, how weights are rounded, the builder's settings, the shapes
that they take. A test keeps it the hash of these, so a plan of other rules is stale like one of another ONNX file."""
_HASH_DIGITS: Final = 12
_FULL: Final = ".float32"
_PLAN_NAME: Final = re.compile(
    r"(?P<engine>\w+)@(?P<gpu>[\w-]+)@(?P<builder>tensorrt(_rtx)?-[\w.]+)@(?P<onnx>[0-9a-f]{12})"
    r"(@(?P<rules>[0-9a-f]{8}))?\.plan"
)


def hash_file(path: Path) -> str:
    """SHA-256 of a file's bytes, 64 hexadecimal digits (FIPS 180-4): by this an engine is known.

    Raises:
        EngineError: the file is missing or cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as exc:
        raise EngineError(f"{path} cannot be read ({exc.strerror}): export the engine, or fetch it again") from exc


def int8_path(onnx_path: Path) -> Path:
    """Where the int8 version of an engine's ONNX file lies."""
    return onnx_path.with_name(INT8_FILE)


def how_to_make_int8(engine: str) -> str:
    """The end of a message about an int8 file that cannot be used."""
    return f"`sideline export {engine} --int8` makes it; the profile cpu does without"


@dataclass(frozen=True, slots=True)
class PlanName:
    """What a plan was built from and for.

    Attributes:
        engine: Name of the engine.
        gpu: Kind of GPU in lower case, words joined by hyphens, e.g. "nvidia-l4"; "sm89" for one that was not there.
        builder: Library and version, e.g. "tensorrt-11.1.0.4", with ".float32" behind it for a plan of full precision.
        onnx: The first 12 digits of the ONNX file's SHA-256.
        rules: See `PLAN_RULES`; empty for a plan of a version whose plans did not tell.
    """

    engine: str
    gpu: str
    builder: str
    onnx: str
    rules: str = PLAN_RULES

    @classmethod
    def of(cls, engine: str, gpu: str, builder: str, onnx_path: Path) -> Self:
        """The name of the plan that belongs to an ONNX file on this GPU with this library.

        Raises:
            EngineError: the ONNX file cannot be read.
        """
        return cls(engine, cls.slug(gpu), builder, hash_file(onnx_path)[:_HASH_DIGITS])

    @staticmethod
    def slug(gpu: str) -> str:
        """Name of a GPU as it stands in a plan's name: "NVIDIA L4" is "nvidia-l4"."""
        return re.sub(r"[^a-z0-9]+", "-", gpu.lower()).strip("-")

    @classmethod
    def parse(cls, path: Path) -> Self:
        """Read the name of a plan's file.

        Raises:
            EngineError: no plan of this project is named so.
        """
        match = _PLAN_NAME.fullmatch(path.name)
        if match is None:
            raise EngineError(f"{path} is not named like a plan of `sideline export --tensorrt`: build it again")
        return cls(**match.groupdict(default=""))

    @property
    def full(self) -> Self:
        """The same plan in float32."""
        return replace(self, builder=f"{self.builder}{_FULL}")

    @property
    def file_name(self) -> str:
        """Name of the file."""
        parts = (self.engine, self.gpu, self.builder, self.onnx, self.rules)
        return f"{'@'.join(filter(None, parts))}.plan"

    def check(self, found: Self) -> None:
        """Refuse a plan that does not belong here.

        Raises:
            EngineError: naming the first thing that differs.
        """
        reasons = (
            (self.engine, found.engine, "is the engine {0}, not {1}"),
            (self.onnx, found.onnx, "was built from another ONNX file ({0}…, the engine is {1}… now)"),
            (self.gpu, found.gpu, "was built for the GPU {0}, this one is {1}"),
            (self.builder, found.builder.removesuffix(_FULL), "was built by {0}, here is {1}"),
            (self.rules, found.rules, "was built by rules of another version ('{0}', they are '{1}' now)"),
        )
        for wanted, given, text in reasons:
            if wanted != given:
                what = text.format(given, wanted)
                raise EngineError(f"the plan {found.file_name} {what}: run `sideline export {self.engine} --tensorrt`")


def find_plan(folder: Path, wanted: PlanName) -> Path:
    """The plan in a folder; of two, the one in float32, which somebody built on purpose.

    Raises:
        EngineError: there is none, or only stale ones; the message says in what the last of them differs.
    """
    for name in (wanted.full, wanted):
        path = folder / name.file_name
        if path.is_file():
            return path
    for other in sorted(folder.glob(f"{wanted.engine}@*.plan"), reverse=True):
        wanted.check(PlanName.parse(other))
    raise EngineError(
        f"{folder} holds no plan of {wanted.engine}: run `sideline export {wanted.engine} --tensorrt --plans {folder}`"
    )
