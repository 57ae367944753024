"""Rig files: round trip, and messages that name the fault."""

from pathlib import Path

import numpy as np
import pytest

from sideline.arena.rig import load_rig, parse_rig
from sideline.errors import RigError
from tests.arena.rigs import rig_toml


def test_a_rig_survives_the_way_into_a_file_and_back(tmp_path: Path) -> None:
    rig = parse_rig(rig_toml())
    path = tmp_path / "rig.toml"
    path.write_text(rig.to_toml(), encoding="utf-8")
    again = load_rig(path)
    assert again.arena == "test hall"
    for side in ("left", "right"):
        before, after = rig.camera(side), again.camera(side)
        assert (before.width_px, before.height_px) == (after.width_px, after.height_px)
        assert after.matrix == pytest.approx(before.matrix)
        assert after.distortion == pytest.approx(before.distortion)
        assert after.rotation == pytest.approx(before.rotation)
        assert after.translation_m == pytest.approx(before.translation_m)


def test_an_arena_name_with_quotes_survives() -> None:
    rig = parse_rig(rig_toml('the \\"old\\" hall'))
    assert parse_rig(rig.to_toml()).arena == 'the "old" hall'


def test_the_cameras_stand_where_the_translation_says() -> None:
    assert parse_rig(rig_toml()).left.centre_m == pytest.approx(np.array([-0.3, 8.5, 14.5]))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("focal_px = [760.0, 762.0]\n", "", "left.focal_px: field required"),
        ("focal_px = [760.0, 762.0]", "focal_px = [nan, 762.0]", "left.focal_px"),
        ("focal_px = [760.0, 762.0]", "focal_px = [-1.0, 762.0]", "greater than 0"),
        ("distortion = [-0.08", "distortion = [inf", "left.distortion"),
        ("width_px = 1280", "width_px = 0", "left.width_px"),
        ("width_px = 1280", "widht_px = 1280", "left.widht_px"),
        ("[court]", "[court", "not valid TOML"),
        ('arena = "test hall"', "", "arena: field required"),
    ],
)
def test_a_faulty_rig_is_refused_with_the_name_of_the_fault(old: str, new: str, message: str) -> None:
    assert old in rig_toml()
    with pytest.raises(RigError, match=message.replace("[", r"\[")):
        parse_rig(rig_toml().replace(old, new, 1))


def test_an_absent_rig_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(RigError, match=r"nowhere\.toml"):
        load_rig(tmp_path / "nowhere.toml")


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rig.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RigError, match="cannot read"):
        load_rig(path)
