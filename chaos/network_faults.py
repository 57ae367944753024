"""Faults of the link between a client and the server: cut, slow, lossy. Arena one goes through a `Relay`."""

import time
from typing import Final

from chaos.relay import Link
from chaos.stage import Fault, Injected, Stage, now

_CUT_S: Final = 3.0
_BAD_S: Final = 15.0


def cut_link(stage: Stage) -> Injected:
    """Nothing passes for 3 s."""
    link = _link_of(stage)
    link.is_up = False
    time.sleep(_CUT_S)
    link.is_up = True
    return Injected(now(), frozenset({"one"}))


def cut_namespace(stage: Stage) -> Injected:
    """The link of arena one's network namespace is down for 3 s."""
    if stage.namespace is None:
        raise AssertionError("the fault needs a namespace: Fault.namespaced")
    stage.namespace.cut()
    time.sleep(_CUT_S)
    stage.namespace.mend()
    return Injected(now(), frozenset({"one"}))


def worsen_link(stage: Stage) -> Injected:
    """200 ms later, and every twentieth chunk is lost, for 15 s."""
    link = _link_of(stage)
    link.delay_s, link.loss = 0.2, 0.05
    time.sleep(_BAD_S)
    link.delay_s = link.loss = 0.0
    return Injected(now(), frozenset({"one"}), note=f"{_BAD_S:g} s")


def _link_of(stage: Stage) -> Link:
    if stage.relay is None:
        raise AssertionError("the fault needs the relay: Fault.relayed")
    return stage.relay.link


FAULTS: Final = {
    "cut-link": Fault("link cut, 3 s", cut_link, relayed=True),
    "cut-namespace": Fault("link of a network namespace down, 3 s", cut_namespace, relayed=True, namespaced=True),
    "bad-link": Fault("link with 200 ms delay and 5 % loss", worsen_link, relayed=True),
}
