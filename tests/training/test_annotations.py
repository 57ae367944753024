"""Foot-points in pixels become foot-points in metres, and what cannot be right is named."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sideline.errors import RigError, TrainingError
from sideline.evaluation.files import read_truth
from sideline.training.annotations import import_annotations
from tests.client.videos import small_rig
from tests.training.matches import HEADER, PLACES_M, place_m, row, write_csv


@pytest.fixture
def match(tmp_path: Path) -> Path:
    (tmp_path / "rig.toml").write_text(small_rig().to_toml())
    return tmp_path


def _import(match: Path, *lines: str, header: str = HEADER) -> None:
    path = match / "annotations.csv"
    path.write_text("\n".join([header, *lines]))
    import_annotations(path, match)


def test_pixels_become_metres(match: Path) -> None:
    assert import_annotations(write_csv(match, [0, 5]), match) == 6
    rows = pq.read_table(match / "truth.parquet").to_pylist()
    assert [(row["frame_index"], row["person_id"]) for row in rows] == [(f, p) for f in (0, 5) for p in PLACES_M]
    for entry in rows:
        place = place_m(entry["person_id"], entry["frame_index"])
        assert (entry["x_m"], entry["z_m"]) == pytest.approx(place, abs=1e-6)
        assert (entry["category"], entry["number"], entry["on_floor"]) == ("home", "7", True)


def test_the_truth_can_be_evaluated_against(match: Path) -> None:
    import_annotations(write_csv(match, [0, 5]), match)
    assert len(read_truth(match).on_floor.ids) == 6


def test_columns_that_the_file_lacks_are_left_out(match: Path) -> None:
    _import(match, row(match, 3, 0).removesuffix(",home,7"), header=HEADER.removesuffix(",category,number"))
    assert set(pq.read_table(match / "truth.parquet").column_names) == {
        "frame_index",
        "person_id",
        "x_m",
        "z_m",
        "on_floor",
    }


def test_a_person_seen_by_both_cameras_stands_in_the_middle(match: Path) -> None:
    _import(match, row(match, 4000, 0, "left"), row(match, 4000, 2, "right").replace("2,", "0,", 1))
    (entry,) = pq.read_table(match / "truth.parquet").to_pylist()
    assert (entry["x_m"], entry["z_m"]) == pytest.approx((0.6, 6.0), abs=1e-6)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0,3,middle,100,100,home,7", "line 2: there is no camera 'middle'"),
        ("0,3,left,100,100,guest,7", "line 2: there is no category 'guest'"),
        ("0,3,left,abc,100,home,7", "line 2: .*abc"),
        ("0,three,left,1,100,home,7", "line 2: .*three"),
        ("-1,3,left,1,100,home,7", "frame_index -1 is negative"),
        ("0,3,left,160,-900,home,7", "line 2: .* above the horizon"),
        ("0,3,left", "line 2"),
    ],
)
def test_a_row_that_cannot_be_right_is_named(match: Path, line: str, message: str) -> None:
    with pytest.raises(TrainingError, match=message):
        _import(match, line)
    assert not (match / "truth.parquet").exists()


def test_a_pixel_just_below_the_horizon_is_not_believed(match: Path) -> None:
    camera = small_rig().left
    far = camera.project(camera.centre_m * [1, 0, 1] + [[0.0, 0.0, -60.0]])[0]
    with pytest.raises(TrainingError, match="far off the court"):
        _import(match, f"0,3,left,{far[0]},{far[1]},home,7")


def test_one_person_in_two_places_is_refused(match: Path) -> None:
    with pytest.raises(TrainingError, match=r"lines 2 and 3: person 4000 stands 2\.0 m apart"):
        _import(match, row(match, 4000, 0, "left"), row(match, 4000, 20, "right").replace("20,", "0,", 1))
    with pytest.raises(TrainingError, match="marked before"):
        _import(match, row(match, 3, 0), row(match, 3, 0))


def test_a_missing_column_and_an_empty_file_are_named(match: Path) -> None:
    with pytest.raises(TrainingError, match="lacks the columns person_id, y_px"):
        _import(match, "1,left,3", header="frame_index,camera,x_px")
    with pytest.raises(TrainingError, match="no annotation"):
        _import(match)
    with pytest.raises(TrainingError, match=r"cannot read .*nowhere\.csv"):
        import_annotations(match / "nowhere.csv", match)


def test_a_match_without_a_rig_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RigError, match=r"rig\.toml"):
        import_annotations(tmp_path / "annotations.csv", tmp_path)
