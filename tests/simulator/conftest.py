"""One short match and its renderer, shared by the tests that only look at it."""

import pytest

from sideline.simulator.match import Match
from sideline.simulator.render import Renderer


@pytest.fixture(scope="session")
def match() -> Match:
    return Match.create(11, "maple_hall", 2.0)


@pytest.fixture(scope="session")
def renderer(match: Match) -> Renderer:
    return Renderer(match)
