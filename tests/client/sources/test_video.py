"""A camera's address may hold a password; what is said about the camera never does."""

import traceback

import pytest

from client.sources.video import hide_secrets, probe_video
from client.sources.video_pair import VideoPair
from sideline.errors import SourceError
from tests.client.videos import small_rig


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://admin:p4ss@10.0.0.7:554/live?channel=1&pwd=p4ss", "rtsp://10.0.0.7:554/live"),
        ("rtsp://admin:p@4ss@10.0.0.7/live#p4ss", "rtsp://10.0.0.7/live"),
        ("rtsp://10.0.0.7", "rtsp://10.0.0.7"),
        ("matches/final?.mp4", "matches/final?.mp4"),
    ],
)
def test_an_address_is_shown_without_user_password_and_query(url: str, shown: str) -> None:
    assert hide_secrets(url) == shown


def test_neither_message_nor_traceback_of_an_unreachable_camera_holds_the_password() -> None:
    password = "p4" + "ss"  # in one piece it would stand in the traceback as source code
    with pytest.raises(SourceError, match=r"rtsp://127\.0\.0\.1:1/live") as failure:
        probe_video(f"rtsp://admin:{password}@127.0.0.1:1/live")
    assert password not in "".join(traceback.format_exception(failure.value))


def test_the_name_of_a_live_source_holds_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    rig = small_rig()
    video = type("Probed", (), {"width_px": rig.left.width_px, "height_px": rig.left.height_px, "fps": 25, "frames": 0,
                                "is_live": True})()  # fmt: skip
    monkeypatch.setattr("client.sources.video_pair.probe_video", lambda _url: video)
    source = VideoPair("rtsp://admin:p4ss@camera", "rtsp://camera/right?pwd=p4ss", rig)
    assert "p4ss" not in source.source_id
    assert source.source_id.endswith("camera + right")
