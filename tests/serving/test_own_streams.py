"""The server's own streams: told from clients' by a secret of the user's on this machine."""

from pathlib import Path

import pytest

from sideline.errors import ServerError
from sideline.serving.own_streams import is_own, new_own_id, read_secret


def test_own_ids_are_known_as_such_and_no_clients_id_is() -> None:
    own = new_own_id()
    assert 2**62 < own < 2**63
    assert is_own(own)
    assert not any(is_own(each) for each in (1, 2**62, 2**62 + 5, 2**63 - 1, own ^ 2**40, "canary"))


def test_the_secret_is_made_once_and_nobody_else_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    secret = read_secret(path)
    assert read_secret(path) == secret
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_secret(tmp_path / "another") != secret


def test_a_secret_that_others_can_read_or_that_is_a_link_is_refused(tmp_path: Path) -> None:
    path, link = tmp_path / "secret", tmp_path / "link"
    read_secret(path)
    path.chmod(0o644)
    link.symlink_to(path)
    with pytest.raises(ServerError, match=r"secret is open to others: remove it"):
        read_secret(path)
    with pytest.raises(ServerError, match=r"link cannot be opened .*: remove it"):
        read_secret(link)
