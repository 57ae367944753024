import pytest

from client.sources import merging
from client.sources.merging import Arrival, Pictures, merge_files, merge_live
from sideline.errors import SourceError


async def give(*indices: int, then: Exception | None = None) -> Pictures:
    for index in indices:
        yield index, b""
    if then is not None:
        raise then


def sides(arrivals: list[Arrival]) -> list[tuple[str, int | None]]:
    return [(arrival.side, arrival.picture[0] if arrival.picture else None) for arrival in arrivals]


async def test_files_are_read_where_they_are_behind_and_end_with_the_shorter() -> None:
    order = iter(["left", "right", "left", "right", "left"])
    merged = merge_files({"left": give(0, 1, 2), "right": give(0)}, lambda: next(order))
    assert sides([arrival async for arrival in merged]) == [("left", 0), ("right", 0), ("left", 1), ("right", None)]


async def test_a_live_camera_that_falls_silent_is_reported_and_the_other_goes_on() -> None:
    warnings: list[str] = []
    cameras = {"left": lambda: give(0, 1, 2), "right": lambda: give(0, then=SourceError("no packets for 5 s"))}
    arrivals = sides([arrival async for arrival in merge_live(cameras, warnings)])
    assert [arrival for arrival in arrivals if arrival[0] == "left"] == [
        ("left", 0),
        ("left", 1),
        ("left", 2),
        ("left", None),
    ]
    assert [arrival for arrival in arrivals if arrival[0] == "right"] == [("right", 0), ("right", None)]
    assert warnings == ["the right camera was lost: no packets for 5 s"]


async def test_a_live_camera_that_comes_back_is_taken_in_again_and_both_events_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(merging, "_RETRY_S", 0.01)
    lives = iter([give(0, then=SourceError("no packets for 5 s")), give(then=SourceError("refused")), give(7, 8)])
    over = give(then=SourceError("refused"))
    warnings: list[str] = []
    cameras = {"left": lambda: give(), "right": lambda: next(lives, over)}
    arrivals = sides([arrival async for arrival in merge_live(cameras, warnings, wait_s=0.3)])
    assert [index for side, index in arrivals if side == "right" and index is not None] == [0, 7, 8]
    assert [warning for warning in warnings if "right" in warning] == [
        "the right camera was lost: no packets for 5 s",
        "the right camera came back",
        "the right camera was lost: it ended its stream",
    ]


async def test_a_camera_with_a_loose_plug_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(merging, "_RETRY_S", 0.0)
    lives = iter([give(index, then=SourceError("gone")) for index in range(100)])
    warnings: list[str] = []
    cameras = {"left": lambda: next(lives, give())}
    arrivals = [arrival async for arrival in merge_live(cameras, warnings, wait_s=0.1)]
    assert len([arrival for arrival in arrivals if arrival.picture]) == 100
    assert len(warnings) == 20
