"""What a link between a client and a server does to what passes, told by a fault and obeyed by whoever carries it."""

from dataclasses import dataclass


@dataclass(slots=True)
class Link:
    """The state of a link at present.

    Attributes:
        delay_s: How much later everything comes, each way.
        loss: Share that is lost, each way.
        is_up: Whether anything passes at all.
    """

    delay_s: float = 0.0
    loss: float = 0.0
    is_up: bool = True
