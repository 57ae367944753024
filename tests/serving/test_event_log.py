"""A line of JSON an event, whatever a client put into it."""

import errno
import io
import json

import pytest

from sideline.serving.event_log import Level, Seldom, log_event


def test_an_event_is_one_line_of_json_with_arena_and_frame(capsys: pytest.CaptureFixture[str]) -> None:
    log_event(Level.WARNING, "bad_frame", arena="oak", frame_index=7, message=None)
    event = json.loads(capsys.readouterr().err)
    assert event.pop("time").endswith("+00:00")
    assert event == {"level": "warning", "event": "bad_frame", "arena": "oak", "frame_index": 7}


def test_text_of_a_client_can_neither_forge_a_line_nor_fill_the_disk(capsys: pytest.CaptureFixture[str]) -> None:
    log_event(Level.WARNING, "bad_frame", message='x\n{"level": "info"}\r\x1b[2J' + "y" * 100_000)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert len(lines[0]) < 700
    assert "\x1b" not in lines[0]


def test_a_full_disk_costs_lines_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Full(io.StringIO):
        def flush(self) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("sys.stderr", Full())
        for number in range(3):
            log_event(Level.INFO, "stream_started", frame_index=number)
    log_event(Level.INFO, "stream_started", frame_index=3)
    assert json.loads(capsys.readouterr().err)["frame_index"] == 3


def test_one_event_in_a_while_is_let_through_and_the_others_are_counted() -> None:
    now_s = [100.0]
    seldom = Seldom(2.0, lambda: now_s[0])
    assert [seldom.admit() for _ in range(4)] == [0, None, None, None]
    now_s[0] += 1.9
    assert seldom.admit() is None
    now_s[0] += 0.1
    assert [seldom.admit(), seldom.admit()] == [4, None]
