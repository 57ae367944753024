"""What recipes.toml says: frozen models that refuse unknown keys, each error naming the key. Knows no order."""

import tomllib
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict, ValidationError

from sideline.errors import CascadeError

RECIPES_FILE: Final = Path(__file__).with_name("recipes.toml")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class BaseData(_Strict):
    """Data that no engine makes.

    Attributes:
        folder: Below the data folder; where it is there already, it is taken as it is.
        command: Arguments of `sideline`.
    """

    folder: str
    command: tuple[str, ...]


class MadeData(_Strict):
    """Data that engines make; they lie in the cascade's folder.

    Attributes:
        by: These engines.
        needs: Data that they are made from.
        command: Arguments of `sideline`.
    """

    by: tuple[str, ...]
    needs: tuple[str, ...] = ()
    command: tuple[str, ...]


class EngineRecipe(_Strict):
    """How an engine is trained and measured.

    Attributes:
        needs: Data that it is trained on.
        uses: Engines that run in its training.
        train: Arguments of `sideline`.
        validate_needs: Data that it is measured on.
        validation: Arguments of `sideline`; none where promotion alone measures it.
    """

    needs: tuple[str, ...]
    uses: tuple[str, ...] = ()
    train: tuple[str, ...]
    validate_needs: tuple[str, ...] = ()
    validation: tuple[str, ...] = ()


class Recipes(_Strict):
    """Everything by name."""

    base: dict[str, BaseData]
    made: dict[str, MadeData]
    engines: dict[str, EngineRecipe]


def read_recipes(path: Path = RECIPES_FILE) -> Recipes:
    """Read the recipes.

    Raises:
        CascadeError: the file is absent, is not TOML, or has an unknown, missing or unusable key.
    """
    try:
        return Recipes.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, tomllib.TOMLDecodeError) as exc:
        raise CascadeError(f"{path} cannot be read ({exc}); restore it from its last commit") from exc
    except ValidationError as exc:
        first = exc.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise CascadeError(f"{path}: `{key}`: {first['msg']}; correct this key") from exc
