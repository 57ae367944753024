"""What a match sheet says, and what is wrong with one that cannot be used."""

import numpy as np
import pytest

from sideline.errors import MatchSheetError
from sideline.match_sheet import LARGEST_BYTES, KitColours, MatchSheet, Player, Team
from sideline.simulator.people import make_people
from sideline.simulator.roster import roster_toml

SHEET = """
[home]
shirt = "#ffffff"
shorts = "#000000"
[[home.players]]
number = "7"
name = "Ann"
[[home.players]]
number = 12
name = "Bea"
[away]
shirt = "#AA1923"
shorts = "#aa1923"
[[away.players]]
number = "00"
name = "Cleo"
[referees]
shirt = "#6e7074"
shorts = "#161619"
"""


def _parse(content: bytes | str) -> MatchSheet:
    sheet = MatchSheet.parse(content)
    assert sheet is not None
    return sheet


@pytest.mark.parametrize("content", [SHEET, SHEET.encode(), b"\xef\xbb\xbf" + SHEET.encode()])
def test_kits_players_and_referees_are_read_from_text_and_from_bytes(content: bytes | str) -> None:
    assert _parse(content) == MatchSheet(
        home=Team(KitColours((255, 255, 255), (0, 0, 0)), (Player(7, "7", "Ann"), Player(12, "12", "Bea"))),
        away=Team(KitColours((170, 25, 35), (170, 25, 35)), (Player(0, "00", "Cleo"),)),
        referees=KitColours((110, 112, 116), (22, 22, 25)),
    )


@pytest.mark.parametrize("content", ["", " \n\t\n", b"", b"\xef\xbb\xbf"])
def test_an_empty_text_is_no_sheet(content: bytes | str) -> None:
    assert MatchSheet.parse(content) is None


def test_the_simulators_roster_is_a_match_sheet() -> None:
    people = make_people(np.random.default_rng(800_001))
    sheet = _parse(roster_toml(people))
    assert sheet.home.kit == KitColours(people.home_kit.shirt_rgb, people.home_kit.shorts_rgb)
    assert sheet.away.kit == KitColours(people.away_kit.shirt_rgb, people.away_kit.shorts_rgb)
    assert sheet.referees == KitColours(people.referee_kit.shirt_rgb, people.referee_kit.shorts_rgb)
    labels = [player.label for player in (*sheet.home.players, *sheet.away.players)]
    assert labels == [person.number for person in people.persons if person.number]


def test_a_sheet_without_players_and_referees_names_the_teams_by_their_kits() -> None:
    sheet = _parse('home = {shirt = "#ffffff", shorts = "#ffffff"}\naway = {shirt = "#000000", shorts = "#000000"}')
    assert sheet.home.numbers == frozenset()
    assert sheet.referees is None


def test_numbers_of_a_team_are_what_its_players_wear() -> None:
    assert _parse(SHEET).home.numbers == {7, 12}
    assert _parse(SHEET).away.numbers == {0}


def test_white_and_black_are_the_ends_of_lightness() -> None:
    np.testing.assert_allclose(_parse(SHEET).home.kit.lab, [1, 0, 0, 0, 0, 0], atol=1e-4)


_BAD = {
    "a number twice": (SHEET.replace("number = 12", 'number = "7"'), "home.players: number 7 stands there twice"),
    "a number twice, written in two ways": (SHEET.replace("number = 12", 'number = "07"'), "home.players: number 7"),
    "a number of three digits": (SHEET.replace('"00"', '"123"'), r"away.players.0.number: give a number from 0 to 99"),
    "a negative number": (SHEET.replace("= 12", "= -1"), r"home.players.1.number: give a number from 0 to 99"),
    "a truth as number": (SHEET.replace("= 12", "= true"), r"home.players.1.number: give a number from 0 to 99"),
    "digits of another script": (SHEET.replace('"7"', '"٧"'), r"home.players.0.number: give a number from 0 to 99"),
    "a colour by its name": (SHEET.replace('"#ffffff"', '"white"'), 'home.shirt: give the colour as "#rrggbb"'),
    "a colour as a number": (SHEET.replace('"#ffffff"', "16777215"), 'home.shirt: give the colour as "#rrggbb"'),
    "a colour with a line's end": (SHEET.replace('"#ffffff"', '"#ffffff\\n"'), "home.shirt: give the colour"),
    "no shorts": (SHEET.replace('shorts = "#000000"', ""), "home.shorts: is missing; add it"),
    "no away team": (SHEET[: SHEET.index("[away]")], "away: is missing; add it"),
    "referees with half a kit": (SHEET.replace('shorts = "#161619"', ""), "referees.shorts: is missing; add it"),
    "a player without a number": (SHEET.replace('number = "7"', ""), "home.players.0.number: is missing; add it"),
    "a player without a name": (SHEET.replace('name = "Ann"', 'name = ""'), "home.players.0.name: string should have"),
    "a home that is no table": ('home = "red"\naway = "blue"', "home: input should be"),
    "two faults": (SHEET.replace("#ffffff", "x").replace("#AA1923", "y"), "home.shirt: .*; away.shirt: "),
    "not TOML": ("[home", "not valid TOML: .*correct it there"),
    "an integer without end": ("a = " + "1" * 5000, "not valid TOML"),
    "endless brackets": ("a = " + "[" * 30_000, "not valid TOML"),
    "not UTF-8": (SHEET.encode().replace(b"Ann", b"\xff\xfe"), "not UTF-8 .*save it as UTF-8"),
    "too large": (SHEET + "#" * LARGEST_BYTES, "more than 65536; leave out all but kits and players"),
}


@pytest.mark.parametrize(("content", "message"), _BAD.values(), ids=_BAD.keys())
def test_a_sheet_that_cannot_be_used_says_which_key_and_what_to_do(content: bytes | str, message: str) -> None:
    with pytest.raises(MatchSheetError, match=message):
        MatchSheet.parse(content)


def test_a_sheet_of_exactly_the_largest_size_is_read() -> None:
    comment = "#" * (LARGEST_BYTES - len(SHEET.encode()))
    assert _parse(SHEET + comment) == _parse(SHEET)


def test_kits_that_are_nearly_the_same_are_allowed_and_warned_of() -> None:
    alike = SHEET.replace('"#AA1923"', '"#f0f0f0"').replace('"#aa1923"', '"#101010"')
    assert "nearly the same" in _parse(alike).warnings[0]


def test_the_same_shirts_with_different_shorts_are_not_warned_of() -> None:
    assert _parse(SHEET.replace('"#AA1923"', '"#ffffff"')).warnings == ()


def test_zero_beside_double_zero_is_allowed_and_warned_of() -> None:
    both = SHEET.replace('"7"', '"0"').replace("= 12", '= "00"')
    assert _parse(both).warnings == ('home.players: "0" and "00" cannot be told apart; both are reported as 0',)


def test_of_many_faults_three_are_named_and_the_others_counted() -> None:
    with pytest.raises(MatchSheetError) as raised:
        MatchSheet.parse(SHEET.replace("number", "digits").replace("[away]\nshirt", "[away]\nshort"))
    said = ["home.players.0.number: is missing; add it", "home.players.1.number: is missing; add it"]
    assert str(raised.value).endswith(f"{'; '.join(said)}; away.shirt: is missing; add it; and 1 more")
