"""The bus inside one process: a call."""

from collections.abc import Callable

from warung.kit.bus import Envelope


class LocalBus:
    """A `kit.bus.Bus` for one node."""

    def __init__(self) -> None:
        self._deliver: list[Callable[[Envelope], None]] = []

    def publish(self, envelope: Envelope) -> None:
        """Hand the envelope to every subscriber."""
        for deliver in self._deliver:
            deliver(envelope)

    def subscribe(self, deliver: Callable[[Envelope], None]) -> None:
        """Call `deliver` for every envelope."""
        self._deliver.append(deliver)
