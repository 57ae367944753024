"""The match sheet: kits of both teams and who wears which number, as TOML (``roster.toml`` of a match folder is one).

Knows the file's form and what in it cannot be used. Naming teams by it is in ``sideline.tracking.teams``, reading
numbers with it in ``sideline.tracking.jersey_votes``.
"""

import re
import tomllib
from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from sideline.arrays import Float32s
from sideline.crops.kit import lab_from_rgb
from sideline.errors import MatchSheetError

LARGEST_BYTES: Final = 64 * 1024
_LARGEST_SQUAD: Final = 100
_MOST_FAULTS: Final = 3
"""Faults that one message names."""
_NEARLY_SAME: Final = 0.2
"""Distance of two colours in CIELAB / 100 below which light and shadow make one look like the other."""

Rgb = tuple[int, int, int]


def _check_colour(value: object) -> str:
    if isinstance(value, str) and re.fullmatch("#[0-9a-fA-F]{6}", value):
        return value
    raise PydanticCustomError("colour", 'give the colour as "#rrggbb"')


def _check_number(value: object) -> str:
    label = str(value) if type(value) is int else value
    if isinstance(label, str) and re.fullmatch("[0-9]{1,2}", label):
        return label
    raise PydanticCustomError("number", 'give a number from 0 to 99, or "00"')


_Colour = Annotated[str, BeforeValidator(_check_colour)]
_Number = Annotated[str, BeforeValidator(_check_number)]


class _KitFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    shirt: _Colour
    shorts: _Colour


class _PlayerFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    number: _Number
    name: str = Field(min_length=1, max_length=100)


class _TeamFile(_KitFile):
    players: tuple[_PlayerFile, ...] = Field(default=(), max_length=_LARGEST_SQUAD)


class _SheetFile(BaseModel):
    model_config = ConfigDict(extra="ignore")

    home: _TeamFile
    away: _TeamFile
    referees: _KitFile | None = None


@dataclass(frozen=True, slots=True)
class KitColours:
    """Colours of a kit, RGB 0–255."""

    shirt_rgb: Rgb
    shorts_rgb: Rgb

    @property
    def lab(self) -> Float32s:
        """[6] shirt and shorts, each L, a, b of CIELAB, divided by 100."""
        return lab_from_rgb([self.shirt_rgb, self.shorts_rgb]).ravel()


@dataclass(frozen=True, slots=True)
class Player:
    """Somebody on the roster.

    Attributes:
        number: 0–99; "00" is 0 too, because the readers of jerseys cannot tell it from "0".
        label: The number as it is written on the jersey.
        name: As on the sheet.
    """

    number: int
    label: str
    name: str


@dataclass(frozen=True, slots=True)
class Team:
    """A team's kit and players; a team without players is named by its kit alone."""

    kit: KitColours
    players: tuple[Player, ...]

    @property
    def numbers(self) -> frozenset[int]:
        """Numbers that somebody of the team wears."""
        return frozenset(player.number for player in self.players)


@dataclass(frozen=True, slots=True)
class MatchSheet:
    """What is known of a match before it begins.

    Attributes:
        home, away: The teams.
        referees: The referees' kit, if the sheet says it.
    """

    home: Team
    away: Team
    referees: KitColours | None = None

    @staticmethod
    def parse(content: bytes | str) -> "MatchSheet | None":
        """Read the text of a match sheet.

        Args:
            content: TOML, UTF-8 if bytes, at most 64 kB. ``[home]`` and ``[away]`` hold the kit's ``shirt`` and
                ``shorts`` as "#rrggbb", each ``[[home.players]]`` and ``[[away.players]]`` a ``number`` and a
                ``name``; ``[referees]`` with a kit is optional, other keys are left alone.

        Returns:
            The sheet; None when the text is empty: there is no sheet.

        Raises:
            MatchSheetError: too large, not UTF-8, no TOML, a missing kit, a bad colour or number, or a number twice in
                a team; the message names the key and says what to do.
        """
        text = _decode(content)
        return _parse(text) if text.strip() else None

    @property
    def has_players(self) -> bool:
        """Whether anybody is listed."""
        return bool(self.home.players or self.away.players)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What makes the match hard to follow; nothing that forbids to try."""
        return (
            *_warn_of_kits(self.home.kit, self.away.kit),
            *_warn_of_zeros("home", self.home),
            *_warn_of_zeros("away", self.away),
        )


def _decode(content: bytes | str) -> str:
    raw = content.encode("utf-8", errors="replace") if isinstance(content, str) else content
    if len(raw) > LARGEST_BYTES:
        raise MatchSheetError(
            f"the match sheet has {len(raw)} bytes, more than {LARGEST_BYTES}; leave out all but kits and players"
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise MatchSheetError(f"the match sheet is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def _parse(text: str) -> MatchSheet:
    try:
        file = _SheetFile.model_validate(_load_toml(text))
    except ValidationError as error:
        raise MatchSheetError(_describe(error)) from error
    referees = _to_kit(file.referees) if file.referees else None
    return MatchSheet(_to_team("home", file.home), _to_team("away", file.away), referees)


def _load_toml(text: str) -> object:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # ValueError also of an integer with thousands of digits
        raise MatchSheetError(f"the match sheet is not valid TOML: {error}; correct it there") from error


def _to_team(key: str, file: _TeamFile) -> Team:
    counts = Counter(_as_worn(player.number) for player in file.players)
    twice = sorted(label for label, count in counts.items() if count > 1)
    if twice:
        raise MatchSheetError(f"{key}.players: number {', '.join(twice)} stands there twice; give each number once")
    players = tuple(Player(int(player.number), player.number, player.name) for player in file.players)
    return Team(_to_kit(file), players)


def _as_worn(label: str) -> str:
    """ "07" is the same number as "7"; "00" and "0" are two, and a team may have both."""
    return label if label == "00" else str(int(label))


def _to_kit(file: _KitFile) -> KitColours:
    return KitColours(_to_rgb(file.shirt), _to_rgb(file.shorts))


def _to_rgb(colour: str) -> Rgb:
    red, green, blue = bytes.fromhex(colour[1:])
    return red, green, blue


def _warn_of_kits(home: KitColours, away: KitColours) -> tuple[str, ...]:
    distances = np.linalg.norm((home.lab - away.lab).reshape(2, 3), axis=1)
    if distances.max() >= _NEARLY_SAME:
        return ()
    return ("home and away have nearly the same shirts and shorts; who is in which team will often stay open",)


def _warn_of_zeros(key: str, team: Team) -> tuple[str, ...]:
    if {"0", "00"} <= {player.label for player in team.players}:
        return (f'{key}.players: "0" and "00" cannot be told apart; both are reported as 0',)
    return ()


def _describe(error: ValidationError) -> str:
    faults = [
        f"{'.'.join(map(str, fault['loc']))}: {_explain(fault['type'], fault['msg'])}" for fault in error.errors()
    ]
    more = [f"and {len(faults) - _MOST_FAULTS} more"] if len(faults) > _MOST_FAULTS else []
    return f"the match sheet cannot be used: {'; '.join(faults[:_MOST_FAULTS] + more)}"


def _explain(kind: str, message: str) -> str:
    return "is missing; add it" if kind == "missing" else message[:1].lower() + message[1:]
