"""Red packets: money for the others in a conversation, in shares that are drawn when the packet is made and taken by who opens first."""

from collections.abc import Callable, Sequence
from secrets import SystemRandom

import msgspec

from warung import chat, contacts
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest, Conflict, NotFound, Refusal
from warung.kit.ids import AccountId, ConversationId
from warung.kit.job import Job
from warung.kit.text import bounded
from warung.pay import ledger, shares, store_packets, talks
from warung.pay.approvals import authorise
from warung.pay.cards import MoneyChanged, NewsCard, PacketCard
from warung.pay.merchants import till
from warung.pay.model import PaymentChanged, Settings, Transfer
from warung.pay.money import checked, currency, plain
from warung.pay.store_packets import Kind, Opening, Packet, State

MESSAGE_CHARS = 60
CODE, RETURN = "packet", "packet_return"


class PacketNotFound(NotFound):
    """There is no such red packet here."""


class PacketOver(Conflict):
    """This red packet was not opened in time. What was left in it went back."""


class PacketEmpty(Conflict):
    """Others were faster: this red packet is empty."""


class PacketOpened(Conflict):
    """You have opened this red packet already."""


class OwnPacket(Conflict):
    """You cannot open a red packet that you gave to somebody."""


class TooManyShares(BadRequest):
    """A red packet has 1 to {limit} shares; in a conversation of two it has one."""


class ShareTooSmall(BadRequest):
    """Every share of a red packet holds at least {least}."""


class ShareTooLarge(BadRequest):
    """A share of a red packet holds at most {most}."""


class SharesUneven(BadRequest):
    """This sum cannot be divided into {shares} equal shares."""


class EndPacket(Job, frozen=True, tag="pay.packet"):
    """A packet's day is over: what is left goes back."""

    packet: str


class Opener(msgspec.Struct, frozen=True):
    """Who took how much, and whether nobody took more."""

    person: contacts.Person
    amount: int
    at: int
    best: bool


class PacketView(msgspec.Struct, frozen=True):
    """A packet as somebody in its conversation sees it: until one has opened it, or it is over, not what is in it or who took what.

    `mine` is what one took oneself, minor units.
    """

    id: str
    sender: contacts.Person
    conversation: ConversationId
    seq: int
    kind: Kind
    message: str
    currency: str
    shares: int
    opened: int
    state: State
    mine: int | None
    can_open: bool
    at: int
    ends_at: int
    ended_at: int | None
    total: int | None
    openers: list[Opener] | None


def give(
    tx: Tx,
    *,
    by: AccountId,
    conversation: ConversationId,
    kind: Kind,
    total: int,
    shares: int,
    currency: str,
    nonce: str,
    message: str = "",
    approval: str | None = None,
) -> Packet:
    """Put a red packet into a conversation; `nonce` names this one intent, the confirmation is for payee `conversation`.

    A retry is the same packet. Raises `TooManyShares`, `ShareTooSmall`, `ShareTooLarge`, `SharesUneven`, `PaymentChanged`, why `by`
    may not write there, what `authorise` raises, and the ledger's refusals.
    """
    checked(total, currency)
    bounded(message, limit=MESSAGE_CHARS)
    id = ledger.transfer_id(by, nonce)
    known = store_packets.one(tx, id)
    if known is not None:
        asked = (conversation, kind, total, shares, currency, message)
        if asked != (known.conversation, known.kind, known.total, known.shares, known.currency, known.message):
            raise PaymentChanged(result="exists_with_different_details")
        return known
    where = talks.enter(tx, by=by, conversation=conversation)
    drawn = _drawn(tx, kind, total, shares, currency, alone=where.kind == "direct")
    authorise(tx, by, approval, payee=conversation, amount=total, currency=currency, transfer=nonce)
    mine, pot = ledger.wallet(tx, by, currency), ledger.pot(tx, "packet", id, currency)
    ledger.demand(ledger.apply(tx, [Transfer(id, mine.id, pot.id, total, currency, CODE, message or None)]))
    seq = talks.put(tx, where=where, by=by, card=PacketCard(id, message))
    ends = tx.now + DAY
    direct = int(where.kind == "direct")
    made = Packet(id, by, conversation, seq, direct, kind, message, currency, total, shares, 0, "open", tx.now, ends, None)
    store_packets.insert(tx, made, drawn)
    tx.enqueue(EndPacket(id), at=ends, key=f"pay.packet/{id}")
    return made


def give_from_shop(
    tx: Tx,
    *,
    shop: str,
    sender: AccountId,
    put: Callable[[PacketCard], tuple[ConversationId, int]],
    kind: Kind,
    total: int,
    shares: int,
    currency: str,
    id: str,
    message: str = "",
) -> Packet:
    """Give a red packet out of a shop's till, in the name of `sender`; what nobody takes goes back there. `id` is its id in the ledger.

    `put` lays the card where it is to lie and returns conversation and seq. Raises `TooManyShares`, `ShareTooSmall`, `ShareTooLarge`,
    and the ledger's refusals.
    """
    checked(total, currency, test=True)
    bounded(message, limit=MESSAGE_CHARS)
    drawn = _drawn(tx, kind, total, shares, currency, alone=False)
    till = ledger.open_account(tx, kind="merchant", owner=shop, currency=currency)
    pot = ledger.pot(tx, "packet", id, currency)
    ledger.demand(ledger.apply(tx, [Transfer(id, till.id, pot.id, total, currency, CODE, message or None)]))
    conversation, seq = put(PacketCard(id, message))
    ends = tx.now + DAY
    made = Packet(id, sender, conversation, seq, 0, kind, message, currency, total, shares, 0, "open", tx.now, ends, None, shop)
    store_packets.insert(tx, made, drawn)
    tx.enqueue(EndPacket(id), at=ends, key=f"pay.packet/{id}")
    return made


def opened(reader: Reader, id: str) -> tuple[Packet, list[Opening]]:
    """Return a packet and who took what, for the shop that gave it. Raises `PacketNotFound`."""
    found = store_packets.one(reader, id)
    if found is None:
        raise PacketNotFound
    return found, store_packets.openings(reader, id)


def _drawn(tx: Tx, kind: Kind, total: int, count: int, code: str, *, alone: bool) -> Sequence[int]:
    settings, step = tx.settings(Settings), currency(code).step
    limit = 1 if alone else settings.packet_shares
    most = settings.packet_share * step
    if not 1 <= count <= limit:
        raise TooManyShares(limit=limit)
    if total < count * step:
        raise ShareTooSmall(least=plain(step, code))
    if total > count * most:
        raise ShareTooLarge(most=plain(most, code))
    if kind == "lucky":
        return shares.lucky(total, count, step=step, most=most, chance=SystemRandom())
    if total % (count * step):
        raise SharesUneven(shares=count)
    return [total // count] * count


def open_packet(tx: Tx, *, by: AccountId, id: str) -> Opening | Refusal:
    """Take a share; the first come take the first. Raises `PacketNotFound`; every other refusal is an answer.

    (When hundreds open at once most of them are too late, and a refusal that is raised costs the writer what it remembers.)
    """
    packet = store_packets.one(tx, id)
    if packet is None:
        raise PacketNotFound
    where = chat.rooms(tx).enter(tx, [packet.conversation]).get(packet.conversation)
    standing = where.members.get(by) if where is not None else None
    if standing is None or standing.from_seq >= packet.seq:
        raise PacketNotFound
    refusal = _why_not(packet, store_packets.opening(tx, id, by) is not None, by, tx.now)
    if refusal is not None:
        return refusal
    place = store_packets.take(tx, id)
    if place is None:
        return PacketEmpty()
    taken = Opening(by, place, store_packets.share(tx, id, place), tx.now)
    store_packets.insert_opening(tx, id, taken)
    pot = ledger.account_id("packet", id, packet.currency)
    mine = ledger.wallet(tx, by, packet.currency)
    paid = Transfer(f"{id}/{place}", pot, mine.id, taken.amount, packet.currency, CODE, packet.message or None)
    ledger.demand(ledger.apply(tx, [paid]))
    if place == packet.shares:
        _finish(tx, packet)
    else:
        tx.emit(MoneyChanged("packet", id), {by, packet.sender})
    return taken


def _why_not(packet: Packet, opened: bool, by: AccountId, now: int) -> Refusal | None:
    if opened:
        return PacketOpened()
    if packet.direct and by == packet.sender:
        return OwnPacket()
    if packet.state == "finished" or packet.opened == packet.shares:
        return PacketEmpty()
    if packet.state == "returned" or packet.ends_at <= now:
        return PacketOver()
    return None


def _finish(tx: Tx, packet: Packet) -> None:
    """The last share was taken: the pot is empty, and everybody hears who was lucky."""
    tx.cancel(f"pay.packet/{packet.id}")
    store_packets.end(tx, packet.id, "finished")
    ledger.close(tx, ledger.account_id("packet", packet.id, packet.currency))
    best = _best(store_packets.openings(tx, packet.id))
    lucky = packet.kind == "lucky" and packet.shares > 1
    people = (best.account,) if lucky and best is not None else ()
    chat.post(tx, to=packet.conversation, card=NewsCard("packet_finished", packet.id, packet.sender, people))
    _tell(tx, packet)


def end(tx: Tx, job: EndPacket) -> None:
    """Give what nobody took back to the sender. Nothing happens to a packet that is over already."""
    packet = store_packets.one(tx, job.packet)
    if packet is None or not store_packets.end(tx, packet.id, "returned"):
        return
    pot = ledger.account_id("packet", packet.id, packet.currency)
    whence = till(packet.shop, packet.currency) if packet.shop else ledger.wallet(tx, packet.sender, packet.currency).id
    left = packet.total - sum(opening.amount for opening in store_packets.openings(tx, packet.id))
    back = Transfer(f"{packet.id}/back", pot, whence, left, packet.currency, RETURN, packet.message or None)
    ledger.demand(ledger.apply(tx, [back]))
    ledger.close(tx, pot)
    chat.post(tx, to=packet.conversation, card=NewsCard("packet_returned", packet.id, None, (packet.sender,)))
    _tell(tx, packet)


def _tell(tx: Tx, packet: Packet) -> None:
    tx.emit(MoneyChanged("packet", packet.id), chat.rooms(tx).enter(tx, [packet.conversation])[packet.conversation].audience)


def _best(openings: Sequence[Opening]) -> Opening | None:
    """Return who has most; of equals, who came first."""
    return max(openings, key=lambda opening: (opening.amount, -opening.place), default=None)


def packet(reader: Reader, *, by: AccountId, id: str) -> PacketView:
    """Return a packet as `by` sees it. Raises `PacketNotFound`."""
    found = _seen(reader, by, id)
    openings = store_packets.openings(reader, id)
    mine = next((opening.amount for opening in openings if opening.account == by), None)
    inside = by == found.sender or mine is not None or found.state != "open"
    people = contacts.people(reader, by, [found.sender, *(opening.account for opening in openings if inside)])
    best = _best(openings) if found.state == "finished" and found.kind == "lucky" and found.shares > 1 else None
    return PacketView(
        id=found.id,
        sender=people[found.sender],
        conversation=found.conversation,
        seq=found.seq,
        kind=found.kind,
        message=found.message,
        currency=found.currency,
        shares=found.shares,
        opened=found.opened,
        state=found.state,
        mine=mine,
        can_open=_why_not(found, mine is not None, by, reader.now) is None,
        at=found.at,
        ends_at=found.ends_at,
        ended_at=found.ended_at,
        total=found.total if inside else None,
        openers=[Opener(people[each.account], each.amount, each.at, each == best) for each in openings] if inside else None,
    )


def _seen(reader: Reader, by: AccountId, id: str) -> Packet:
    found = store_packets.one(reader, id)
    if found is None or not talks.sees(reader, account=by, conversation=found.conversation, seq=found.seq):
        raise PacketNotFound
    return found
