"""Identities for the tests of this folder."""

from pathlib import Path

import pytest

from tests.security.certificates import Identities, make_identities


@pytest.fixture
def identities(tmp_path: Path) -> Identities:
    return make_identities(tmp_path / "secrets")
