"""Faults of cameras: they lie in the client, which films a fault for a while (`chaos.cameras`)."""

import time
from typing import Final

from chaos.stage import Fault, Injected, Stage, now

_VICTIMS: Final = frozenset({"one", "three"})
"""One of those that send every frame, and a live one."""
FIRST_FRAME, END_FRAME = 8, 16
"""Frames between which the cameras are at fault; the stage is set before frame 8 at any rate."""


def film_fault(stage: Stage) -> Injected:
    """Wait until the faulty frames are over."""
    while max((index for index, _ in stage.fleet.arenas[0].answers()), default=0) < END_FRAME:
        if stage.fleet.arenas[0].has_ended():
            break
        time.sleep(0.1)
    return Injected(now(), _VICTIMS, range(FIRST_FRAME, END_FRAME))


def _camera_fault(title: str, name: str) -> Fault:
    options = ("--fault", f"{name}:{FIRST_FRAME}:{END_FRAME}")
    return Fault(title, film_fault, clients=dict.fromkeys(sorted(_VICTIMS), options))


FAULTS: Final = {
    "frozen": _camera_fault("camera frozen", "frozen"),
    "black": _camera_fault("cameras black", "black"),
    "flipping": _camera_fault("camera flips its resolution", "flipping"),
    "half-rate": _camera_fault("cameras at half their frame rate", "half-rate"),
    "left-gone": _camera_fault("one camera gone and back", "left-gone"),
    "both-gone": _camera_fault("both cameras gone and back", "both-gone"),
    "clock-jumps": _camera_fault("cameras' clock jumps by an hour", "clock-jumps"),
}
