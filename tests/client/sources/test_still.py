"""One picture out of an image or a video."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from client.sources.still import read_still
from sideline.errors import SourceError
from tests.client.videos import HEIGHT_PX, WIDTH_PX, write_video


def test_a_video_gives_its_first_picture(tmp_path: Path) -> None:
    write_video(tmp_path / "left.mp4", 5)
    picture = read_still(str(tmp_path / "left.mp4"))
    assert picture.shape == (HEIGHT_PX, WIDTH_PX, 3)
    assert picture.mean() == pytest.approx(20, abs=3)  # frame 0 is grey of brightness 20, frame 1 of 28


def test_an_image_keeps_its_colours_and_may_be_drawn_on(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "red.png"), np.full((4, 6, 3), (0, 0, 255), np.uint8))  # OpenCV: blue, green, red
    picture = read_still(str(tmp_path / "red.png"))
    assert (picture == (255, 0, 0)).all()
    picture[:] = 1


@pytest.mark.parametrize("name", ["no.png", "no.mp4"])
def test_a_picture_that_is_not_there_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match=name.replace(".", r"\.")):
        read_still(str(tmp_path / name))
