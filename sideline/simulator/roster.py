"""The roster file of a match: teams with their kits and players, referees and staff, as TOML. Writes only."""

from sideline.simulator.people import Kit, People, Person
from sideline.simulator.venues import Rgb


def roster_toml(people: People) -> str:
    """The roster's text.

    Tables `[home]`, `[away]` and `[referees]` hold the kit's colours as "#rrggbb"; each `[[home.players]]`,
    `[[away.players]]`, `[[referees.people]]` and `[[staff]]` holds person_id, name and, for players, number.
    """
    blocks = [
        _team("home", people.home_kit, people),
        _team("away", people.away_kit, people),
        _kit("referees", people.referee_kit),
        *(_entry("referees.people", person) for person in _of(people, "referee")),
        *(_entry("staff", person) for person in _of(people, "bench")),
    ]
    return "\n".join(blocks)


def _of(people: People, category: str) -> list[Person]:
    return [person for person in people.persons if person.category == category]


def _team(category: str, kit: Kit, people: People) -> str:
    return "\n".join(
        [_kit(category, kit), *(_entry(f"{category}.players", person) for person in _of(people, category))]
    )


def _kit(table: str, kit: Kit) -> str:
    colours = {"shirt": kit.shirt_rgb, "shorts": kit.shorts_rgb, "number": kit.number_rgb, "trim": kit.trim_rgb}
    return "\n".join([f"[{table}]", *(f'{cloth} = "{to_hex(rgb)}"' for cloth, rgb in colours.items()), ""])


def _entry(table: str, person: Person) -> str:
    lines = [f"[[{table}]]", f"person_id = {person.person_id}", f'name = "{person.name}"']
    if person.number:
        lines.append(f'number = "{person.number}"')
    return "\n".join([*lines, ""])


def to_hex(rgb: Rgb) -> str:
    """A colour as "#rrggbb"."""
    return "#{:02x}{:02x}{:02x}".format(*rgb)
