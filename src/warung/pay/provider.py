"""The port to whoever is licensed to move real money. Off unless configured; a provider's word counts only when we asked for it ourselves.

A connector begins a charge, says what became of one, gives back, pays out, lists what there was, and reads what the provider sends. What
it answers is what the provider's own record says, never what a notice or our request said. Whatever it does for us carries our key, so that
it is found again when its answer was lost.
"""

from collections.abc import Mapping
from typing import Literal, Protocol

import msgspec

from warung.kit.errors import BadRequest, Conflict, Unavailable

State = Literal["waiting", "authorised", "succeeded", "failed"]


class Begun(msgspec.Struct, frozen=True):
    """A charge that the payer has to complete: `secret` is for their browser and the provider's own form."""

    charge: str
    secret: str


class Charge(msgspec.Struct, frozen=True):
    """A charge as the provider has it. Minor units; the currency in capitals. `authorised` ones wait for us: to capture or to cancel."""

    id: str
    state: State
    amount: int
    currency: str


class Returned(msgspec.Struct, frozen=True):
    """Money that the provider gave back of a charge; `key` is ours."""

    key: str
    state: State
    amount: int


class Payout(msgspec.Struct, frozen=True):
    """Money that the provider pays out; `key` is ours, empty where nobody here asked for it. Minor units."""

    id: str
    state: State
    amount: int
    currency: str
    key: str


class Notice(msgspec.Struct, frozen=True):
    """What a provider sent, its signature verified: something happened to a charge, or to a payout, whose id is then in `charge`.

    `dispute`: its payer took the money back through their bank; `won`: it was given back to us. `id` is the dispute's own.
    """

    id: str
    kind: Literal["charge", "dispute", "won", "payout", "other"]
    charge: str
    amount: int = 0


class NoProvider(Conflict):
    """Real money is switched off here; there are only this place's own credits."""


class ProviderSilent(Unavailable):
    """The payment provider does not answer. Nothing is lost: what became of it is asked again."""


class ProviderRefused(BadRequest):
    """The payment provider did not accept this: {reason}"""


class BadNotice(BadRequest):
    """This was not sent by the payment provider, or too long ago."""


class Provider(Protocol):
    """A connector. Every method but `heard` may raise `ProviderSilent` or `ProviderRefused`."""

    name: str

    async def begin(self, *, key: str, amount: int, currency: str) -> Begun:
        """Begin a charge; the same key is the same charge."""
        ...

    async def fetch(self, charge: str) -> Charge:
        """Return a charge as it is now."""
        ...

    async def capture(self, charge: str, *, key: str) -> Charge:
        """Take what the payer authorised; return the charge as it is then."""
        ...

    async def cancel(self, charge: str, *, key: str) -> Charge:
        """Let it be; the payer was not charged."""
        ...

    async def refund(self, charge: str, *, key: str, amount: int) -> None:
        """Give back, once for a key."""
        ...

    async def refunds(self, charge: str) -> list[Returned]:
        """Return what was given back of a charge."""
        ...

    async def pay_out(self, *, key: str, amount: int, currency: str, to: str) -> Payout:
        """Pay out to a bank account that the provider knows as `to`, once for a key."""
        ...

    async def payout(self, id: str) -> Payout:
        """Return a payout as it is now."""
        ...

    async def payouts(self, at: int) -> list[Payout]:
        """Return the payouts that were made since a time, milliseconds UTC."""
        ...

    async def since(self, at: int) -> list[Charge]:
        """Return the charges that were made since a time, milliseconds UTC."""
        ...

    def heard(self, body: bytes, headers: Mapping[str, str], now: int) -> Notice:
        """Verify what was sent. Raises `BadNotice`."""
        ...
