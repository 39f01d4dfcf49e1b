"""Wallets as their owners see them: balances, history with search, limits; and freezing them."""

from collections.abc import Iterable, Sequence

import msgspec

from warung import accounts
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.pay import limits, pin, store, store_merchants, store_wallet
from warung.pay.limits import Limits
from warung.pay.model import FROZEN, Entry, LedgerAccount, LedgerAccountId, Settings, WalletChanged
from warung.pay.money import CREDITS
from warung.pay.store_wallet import Standing

PAGE = 50
SCANNED = 2_000  # lines that one search reads at most; its cursor goes on from there


class Balance(msgspec.Struct, frozen=True):
    """What somebody has in one currency. `available` is without what is held for pending payments; minor units."""

    currency: str
    balance: int
    available: int
    coming: int  # pending payments to them


class Wallet(msgspec.Struct, frozen=True):
    """Somebody's wallet. `credits` names the currency of this place's own credits, which is no money elsewhere.

    The days of limits and statements begin by a clock that is `ahead_min` minutes ahead of UTC.
    """

    balances: list[Balance]
    credits: str
    credits_name: str
    limits: Limits
    has_pin: bool
    frozen: bool
    frozen_by_operator: bool
    ahead_min: int


class Party(msgspec.Struct, frozen=True):
    """The other side of a payment: a person, or else a kind of ledger account and whose it is; `name` is a shop's."""

    kind: str
    account: accounts.Profile | None = None
    owner: str | None = None
    name: str | None = None


class Line(msgspec.Struct, frozen=True):
    """One line of a wallet's history: `amount` is signed, minor units. `state` says what became of a pending payment."""

    id: str
    at: int
    code: str
    amount: int
    currency: str
    other: Party
    about: str | None
    state: str  # "done", or "pending", "posted", "voided", "expired"


class WalletHistory(msgspec.Struct, frozen=True):
    """A page of history, newest first; `cursor` asks for the next."""

    lines: list[Line]
    cursor: str | None


def overview(reader: Reader, *, by: AccountId) -> Wallet:
    """Return somebody's wallet."""
    settings, standing = reader.settings(Settings), store_wallet.standing(reader, by)
    kept = store.accounts_of(reader, by, "wallet")
    return Wallet(
        balances=[Balance(each.currency, each.balance, each.available, each.credits_pending) for each in kept],
        credits=CREDITS,
        credits_name=settings.credits_name,
        limits=limits.of(reader, by=by, currency=CREDITS),
        has_pin=pin.is_set(reader, by=by),
        frozen=standing.frozen_by is not None,
        frozen_by_operator=standing.frozen_by not in (None, by),
        ahead_min=settings.day_offset_min,
    )


def history(
    reader: Reader,
    *,
    by: AccountId,
    currency: str,
    before: str | None = None,
    codes: Sequence[str] = (),
    query: str = "",
    since: int = 0,
    until: int = 1 << 60,
) -> WalletHistory:
    """Return a page of history; `query` is looked for in the names of the other side, in reasons and in what it was about."""
    mine = LedgerAccountId(f"wallet.{by}.{currency}")
    below = int(before) if before and before.isdecimal() and len(before) < 19 else 1 << 60
    lines: list[Line] = []
    scanned = 0
    while len(lines) < PAGE and scanned < SCANNED:
        found = store.entries(reader, mine, before=below, since=since, until=until, codes=codes, kinds=("single", "pending"), limit=PAGE)
        if not found:
            return WalletHistory(lines, None)
        scanned += len(found)
        for entry, line in zip(found, told(reader, mine, found), strict=True):
            below = entry.pos
            if _matches(line, query):
                lines.append(line)
                if len(lines) == PAGE:
                    break
    return WalletHistory(lines, str(below))


def told(reader: Reader, mine: LedgerAccountId, entries: Iterable[Entry]) -> list[Line]:
    """Return lines of the journal as the owner of an account reads them."""
    listed = list(entries)
    others = store.accounts(reader, {entry.credit if entry.debit == mine else entry.debit for entry in listed})
    people = accounts.profiles(reader, sorted({AccountId(each.owner) for each in others.values() if each.kind == "wallet"}))
    shops = store_merchants.merchants(reader, {each.owner for each in others.values() if each.kind == "merchant"})
    pendings = store.pendings(reader, {entry.id for entry in listed if entry.kind == "pending"})
    lines = []
    for entry in listed:
        sign = -1 if entry.debit == mine else 1
        other = others[entry.credit if sign < 0 else entry.debit]
        held = pendings.get(entry.id)
        amount = held.posted if held is not None and held.state == "posted" else entry.amount
        shop = shops.get(other.owner) if other.kind == "merchant" else None
        party = Party(
            other.kind, people.get(AccountId(other.owner)), None if other.kind == "wallet" else other.owner, shop.name if shop else None
        )
        state = "done" if held is None else held.state
        lines.append(Line(entry.id, entry.at, entry.code, sign * amount, entry.currency, party, entry.about, state))
    return lines


def _matches(line: Line, query: str) -> bool:
    words = query.casefold().split()
    who = line.other.account
    named = (who.name, who.handle) if who else (line.other.name or "",)
    text = " ".join([line.code, line.about or "", line.other.kind, *named]).casefold()
    return all(word in text for word in words)


def freeze(tx: Tx, *, by: AccountId, account: AccountId, reason: str | None = None) -> None:
    """Let nothing be paid from somebody's wallets: their owner may do this, and an operator."""
    if by != account:
        accounts.require_operator(tx, by=by)
    kept = store_wallet.standing(tx, account)
    if kept.frozen_by in (None, account):  # what an operator froze stays the operator's
        store_wallet.set_standing(tx, account, Standing(kept.verified, by, reason))
    _mark(tx, account, frozen=True)


def unfreeze(tx: Tx, *, by: AccountId, account: AccountId) -> None:
    """Let the wallets be used again. Its owner shows the PIN first; what an operator froze, an operator opens."""
    kept = store_wallet.standing(tx, account)
    if kept.frozen_by not in (None, account) or by != account:
        accounts.require_operator(tx, by=by)
    store_wallet.set_standing(tx, account, Standing(kept.verified))
    _mark(tx, account, frozen=False)


def set_verified(tx: Tx, *, by: AccountId, account: AccountId, verified: bool) -> None:
    """Note that the operator knows who this is: higher limits."""
    accounts.require_operator(tx, by=by)
    accounts.profile(tx, account)
    kept = store_wallet.standing(tx, account)
    store_wallet.set_standing(tx, account, Standing(int(verified), kept.frozen_by, kept.reason))


def _mark(tx: Tx, account: AccountId, *, frozen: bool) -> None:
    kept: list[LedgerAccount] = store.accounts_of(tx, account, "wallet")
    store.set_flags(tx, [each.id for each in kept], {each.id: each.flags | FROZEN if frozen else each.flags & ~FROZEN for each in kept})
    for each in kept:
        tx.emit(WalletChanged(each.currency), [account])
