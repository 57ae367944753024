"""What models.yaml says: of every engine its file's hash, where it came from and which engines it was trained with.

Frozen models that refuse unknown keys, each error naming the file and the key. Whether what they say fits together is
asked by `check`.
"""

from datetime import date
from pathlib import Path
from typing import Annotated, Final

import yaml
from pydantic import BaseModel, ConfigDict, PositiveInt, StringConstraints, ValidationError

from sideline.errors import CollectionError

COLLECTION_FILE: Final = "models.yaml"
"""Lies beside the model repository."""
_HEADER: Final = """\
# The model collection: every engine of model_repository/ with its provenance. `sideline export` and `sideline models
# record` write it, `sideline models check` reads it; a test fails when it does not match the engines.
"""

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DataSet(_Strict):
    """What an engine was trained on.

    Attributes:
        kind: E.g. "crops"; what `sideline train` calls it.
        seeds: Seeds of the simulated matches, e.g. "2000-2237", or the names of recorded ones.
        simulator: Commit of the simulator that drew them.
    """

    kind: str
    seeds: str
    simulator: str


class Upstream(_Strict):
    """An engine whose answers another one was trained on.

    Attributes:
        sha256: Of the upstream engine's file at that time, or of the checkpoint where the collection knows no such one.
        via: The data between the two, which have to be made anew first: "trajectories", "appearance_bank" … None where
            the training runs the upstream engine itself.
    """

    sha256: Sha256
    via: str | None = None


class ModelRecord(_Strict):
    """One engine.

    Attributes:
        version: Counts the engines that were recorded under this name.
        sha256: Of the file model.onnx.
        int8_sha256: Of the file model_int8.onnx that was made from this model.onnx; None when there is none.
        checkpoint_sha256: Of the checkpoint that it was exported from, where that is known.
        commit: The code that trained it; "+changes" where that was not committed.
        made_on: Day of the export.
        data: What it was trained on.
        figures: What it reaches, by name; the card says how they were measured.
        trained_with: Engines whose answers it was trained on, by name.
        imitates: Engines that drawn data stood in for, with the name of these data. It need not be trained anew when
            one of them changes, but has to be judged again.
    """

    version: PositiveInt
    sha256: Sha256
    int8_sha256: Sha256 | None = None
    checkpoint_sha256: Sha256 | None = None
    commit: str
    made_on: date
    data: tuple[DataSet, ...]
    figures: dict[str, float] = {}
    trained_with: dict[Name, Upstream] = {}
    imitates: dict[Name, str] = {}


class Judgement(_Strict):
    """How a collection did as a whole on a match that nothing was trained on.

    Attributes:
        match: The match's seed and venue.
        ensemble: Through which served ensemble.
        engines: Hash of every engine that took part.
        figures: E.g. hota_1m.
    """

    match: str
    ensemble: str
    engines: dict[Name, Sha256]
    figures: dict[str, float]


class Collection(_Strict):
    """Engines that are served together.

    Attributes:
        models: Every engine by name.
        judged: The last evaluation of a whole collection; None when there was none.
    """

    models: dict[Name, ModelRecord]
    judged: Judgement | None = None


def read_collection(path: Path) -> Collection:
    """Read models.yaml.

    Raises:
        CollectionError: It is missing, is not YAML, or has an unknown, missing or unusable key.
    """
    try:
        return Collection.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError as exc:
        raise CollectionError(f"{path} does not exist: `sideline models record ENGINE` writes it") from exc
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as exc:
        raise CollectionError(f"{path} cannot be read as YAML ({exc}); restore it from its last commit") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"]) or "the file"
        raise CollectionError(
            f"{path}: `{key}`: {first['msg']}; restore it from its last commit, or take the entry out and have "
            "`sideline models record ENGINE` write it anew"
        ) from exc


def write_collection(collection: Collection, path: Path) -> None:
    """Write models.yaml; the file is replaced at once or stays as it was."""
    content = collection.model_dump(mode="python", exclude_defaults=True)
    text = yaml.safe_dump(_plain(content), sort_keys=False, allow_unicode=True, width=120)
    partial = path.with_suffix(".partial")
    partial.write_text(_HEADER + text, encoding="utf-8")
    partial.rename(path)


def _plain(value: object) -> object:
    """Tuples as lists: YAML has no tuples."""
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    return [_plain(entry) for entry in value] if isinstance(value, tuple | list) else value
