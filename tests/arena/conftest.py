"""A rig made by hand: cameras 8.5 m high, 7 m behind the near sideline, with lens distortion."""

import numpy as np
import pytest

from sideline.arena.rig import Rig, parse_rig
from tests.arena.rigs import rig_toml


@pytest.fixture(scope="session")
def rig() -> Rig:
    return parse_rig(rig_toml())


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(3)
