"""Reads the log and has devices woken: one job per device and conversation, which a newer message replaces while it waits."""

from collections.abc import Sequence

from warung import chat
from warung.kit.db import Reader, Tx
from warung.kit.domain import Reach
from warung.kit.ids import AccountId, ConversationId
from warung.push import store
from warung.push.model import Clear, Device, Push, Settings

FOLLOWER = "push"
SLICE = 10_000  # databases bound the number of parameters of one statement


def follow(tx: Tx, most: int) -> bool:
    """Read the next entries of the log; True when there may be more."""
    news = chat.news(tx, FOLLOWER, limit=most)
    late = tx.now - tx.settings(Settings).late_ms
    fresh = [entry for entry in news if entry.at > late and entry.author is None]
    audiences = chat.audiences(tx, {entry.conversation for entry in fresh})
    devices = _devices(tx, sorted(set().union(*audiences.values())))  # of all of them at once: most have none
    reached: dict[tuple[ConversationId, int], list[Device]] = {}
    for entry in fresh if devices else ():
        members = audiences.get(entry.conversation, ())
        if found := [device for account in members if account != entry.sender for device in devices.get(account, ())]:
            reached[entry.conversation, entry.seq] = found
    for message in chat.entries(tx, [entry for entry in fresh if (entry.conversation, entry.seq) in reached]):
        _wake(tx, message, reached[message.conversation, message.seq])
    return len(news) == most


def reach(reader: Reader) -> Reach:
    """Return how far it has read the log."""
    return chat.reach(reader, FOLLOWER)


def _wake(tx: Tx, entry: chat.Message, reached: Sequence[Device]) -> None:
    card = tx.cards.decode(entry.card)
    called = set(card.mentions())
    for device in reached if card.counts else ():
        loud = chat.may_sound(
            tx, account=device.account, conversation=entry.conversation, called=bool(called & {device.account, chat.EVERYONE})
        )
        if loud:
            tx.enqueue(Push(device.session, entry.conversation, entry.seq), key=f"push/{device.session}/{entry.conversation}")


def _devices(tx: Tx, accounts: Sequence[AccountId]) -> dict[AccountId, list[Device]]:
    found: dict[AccountId, list[Device]] = {}
    for at in range(0, len(accounts), SLICE):
        for device in store.devices(tx, accounts[at : at + SLICE]):
            found.setdefault(device.account, []).append(device)
    return found


def on_cursor_moved(tx: Tx, event: chat.CursorMoved) -> None:
    """What was read on one device is taken from the screens of the others."""
    if not event.read:
        return
    for session in store.shown_to(tx, event.account, event.conversation, event.read):
        tx.enqueue(Clear(session, event.conversation), key=f"push.clear/{session}/{event.conversation}")
