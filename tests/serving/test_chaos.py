"""The chaos suite's short form: tiny engines, `sideline serve` itself, real clients; `make chaos` does all of it.

It runs on machines that do other things, too: there a live arena may drop a frame and count it. Recordings lose
nothing, streams that nothing touched do not break, and what is answered is the same anywhere.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from chaos.__main__ import record_reference
from chaos.clips import Clip, save_clip
from chaos.experiment import Setting, try_fault
from chaos.faults import FAULTS
from chaos.service import Service
from tests.serving.marks import Scene, blue_hall, red_hall, rig_of

FRAMES = 60
FPS = 2.0


def arena_scenes() -> list[Scene]:
    """Four arenas no two of which show people at the same places."""
    red, blue = red_hall(), blue_hall()
    shifted = [Scene(each.calibration, each.starts_m + np.array([0.37, 0.53]), each.step_m) for each in (red, blue)]
    return [red, blue, *shifted]


@pytest.fixture(scope="module")
def setting(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    folder = tmp_path_factory.mktemp("chaos")
    clips = [folder / "clips" / str(number) for number in range(4)]
    for scene, clip in zip(arena_scenes(), clips, strict=True):
        save_clip(Clip(rig_of(scene), tuple(scene.jpegs(index) for index in range(FRAMES))), clip)
    with Service(folder / "service", repository) as service:
        references = [record_reference(clip, service.url, FRAMES) for clip in clips]
        yield Setting(service, clips, references, FPS, folder / "tries", may_drop=True, warm_frames=FRAMES)


@pytest.mark.parametrize(
    "name",
    ["kill-client", "connects", "dead-sequences", "cut-link", "left-gone", "disk-full", "kill-step", "kill-server"],
)
def test_a_fault_is_survived(setting: Setting, name: str) -> None:
    outcome = try_fault(setting, FAULTS[name], seed=1)
    assert outcome.complaints == ()
    assert outcome.recovered_s is not None
    assert outcome.lost == 0
