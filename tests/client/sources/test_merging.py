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
    cameras = {"left": give(0, 1, 2), "right": give(0, then=SourceError("no packets for 5 s"))}
    arrivals = sides([arrival async for arrival in merge_live(cameras, warnings)])
    assert [arrival for arrival in arrivals if arrival[0] == "left"] == [
        ("left", 0),
        ("left", 1),
        ("left", 2),
        ("left", None),
    ]
    assert [arrival for arrival in arrivals if arrival[0] == "right"] == [("right", 0), ("right", None)]
    assert warnings == ["the right camera was lost: no packets for 5 s"]
