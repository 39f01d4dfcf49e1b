"""The bus inside one process: a call."""

from warung.kit.bus import Deliver, Envelope, Missed
from warung.kit.ids import AccountId


class LocalBus:
    """A `kit.bus.Bus` for one node. Nothing is ever missed."""

    def __init__(self) -> None:
        self._deliver: list[Deliver] = []

    def publish(self, envelope: Envelope) -> None:
        """Hand the envelope to every subscriber."""
        for deliver in self._deliver:
            deliver(envelope)

    def subscribe(self, deliver: Deliver, missed: Missed | None = None) -> None:
        """Call `deliver` for every envelope."""
        self._deliver.append(deliver)

    async def attend(self, account: AccountId) -> None:
        """Everything passes here anyway."""

    def leave(self, account: AccountId) -> None:
        """Everything passes here anyway."""

    def nodes(self) -> int:
        """There is only this one."""
        return 1

    def leads(self) -> bool:
        """There is nobody else to do it."""
        return True

    async def close(self) -> None:
        """There is nothing to let go."""
