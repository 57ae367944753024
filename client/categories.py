"""What categories are called in files and pictures: home and away by the match sheet, otherwise A and B."""

from typing import Final

from sideline.tensors import Category

_NAMED: Final = {Category.HOME: "home", Category.AWAY: "away", Category.REFEREE: "referee"}
_UNNAMED: Final = {Category.HOME: "A", Category.AWAY: "B", Category.REFEREE: "referee"}


def name_category(category: Category, teams_named: bool) -> str:
    """The category's name: "home", "away" or "referee"; "A" or "B" for a team that no match sheet names."""
    return (_NAMED if teams_named else _UNNAMED)[category]
