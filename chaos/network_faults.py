"""Faults of the link between a client and the server: cut, slow, lossy.

Arena one's link is a `Relay` of bytes, or the cable of a network namespace, which loses real packets.
"""

import time
from typing import Final

from chaos.link import Link
from chaos.stage import Fault, Injected, Stage, now

_CUT_S: Final = 3.0
_BAD_S: Final = 15.0
_VICTIM: Final = frozenset({"one"})


def cut_link(stage: Stage) -> Injected:
    """Nothing passes for 3 s."""
    link = _link_of(stage)
    link.is_up = False
    time.sleep(_CUT_S)
    link.is_up = True
    return Injected(now(), _VICTIM)


def worsen_link(stage: Stage) -> Injected:
    """200 ms later each way, and one in twenty is lost, for 15 s."""
    link = _link_of(stage)
    link.delay_s, link.loss = 0.2, 0.05
    time.sleep(_BAD_S)
    link.delay_s = link.loss = 0.0
    return Injected(now(), _VICTIM, note=f"{_BAD_S:g} s")


def _link_of(stage: Stage) -> Link:
    if stage.link is None:
        raise AssertionError("the fault needs a link: Fault.relayed or Fault.namespaced")
    return stage.link


FAULTS: Final = {
    "cut-link": Fault("link cut, 3 s", cut_link, relayed=True),
    "bad-link": Fault("link with 200 ms delay and 5 % loss", worsen_link, relayed=True),
    "cut-namespace": Fault("cable of a network namespace cut, 3 s", cut_link, namespaced=True),
    "bad-namespace": Fault("its packets 200 ms late and 5 % lost, 15 s", worsen_link, namespaced=True),
}
