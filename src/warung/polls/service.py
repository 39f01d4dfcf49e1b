"""The verbs of polls: ask, choose, put oneself on a list, close. Whoever sees the card may take part, and nobody else knows of it."""

from collections.abc import Sequence

import msgspec

from warung import chat, contacts
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId, Nonce, new_id
from warung.kit.text import bounded
from warung.polls import store
from warung.polls.model import (
    CHOICE,
    CHOICES,
    NOTE,
    PLACES,
    PLUS,
    TITLE,
    Entry,
    Kept,
    ListFull,
    ListNotPossible,
    NoSuchChoice,
    NoSuchPoll,
    NotAClosingTime,
    NotYourPoll,
    OneChoiceOnly,
    Poll,
    PollClosed,
    PollNotPossible,
    SignUpList,
    State,
    Tallied,
    Vote,
)

FARTHEST = 366 * DAY


def ask(
    tx: Tx,
    *,
    by: AccountId,
    to: ConversationId,
    question: str,
    choices: Sequence[str],
    nonce: Nonce,
    multiple: bool = False,
    anonymous: bool = False,
    closes_at: int | None = None,
) -> chat.Message:
    """Put a question with choices into a conversation. The same nonce again returns the same message."""
    if before := chat.once(tx, by, to, [nonce]):
        return before[0]
    bounded(question, limit=TITLE, empty=False)
    kept = [bounded(choice, limit=CHOICE, empty=False).strip() for choice in choices[: CHOICES + 1]]
    if not 2 <= len(kept) <= CHOICES or len(set(kept)) < len(kept):
        raise PollNotPossible(limit=CHOICES)
    _closes(tx, closes_at)
    id = new_id(tx.now)
    card = Poll(id, question, tuple(kept), multiple, anonymous, closes_at)
    message = chat.put(tx, by=by, to=to, card=card, nonce=nonce)
    row = Kept(
        id, "poll", to, message.seq, by, question, msgspec.json.encode(kept), int(multiple), int(anonymous), None, closes_at, 0, tx.now
    )
    store.add(tx, row)
    return message


def start_list(
    tx: Tx, *, by: AccountId, to: ConversationId, title: str, nonce: Nonce, places: int | None = None, closes_at: int | None = None
) -> chat.Message:
    """Put a list to put oneself on into a conversation. The same nonce again returns the same message."""
    if before := chat.once(tx, by, to, [nonce]):
        return before[0]
    bounded(title, limit=TITLE, empty=False)
    if places is not None and not 1 <= places <= PLACES:
        raise ListNotPossible(plus=PLUS)
    _closes(tx, closes_at)
    id = new_id(tx.now)
    message = chat.put(tx, by=by, to=to, card=SignUpList(id, title, places, closes_at), nonce=nonce)
    store.add(tx, Kept(id, "list", to, message.seq, by, title, msgspec.json.encode([title]), 0, 0, places, closes_at, 0, tx.now))
    return message


def choose(tx: Tx, *, by: AccountId, id: str, choices: Sequence[int]) -> State:
    """Choose, or choose something else; nothing takes one's vote back. Raises `PollClosed`, `NoSuchChoice`, `OneChoiceOnly`."""
    poll = _open(tx, by, id, "poll")
    wanted = sorted(set(choices))
    if wanted and not 0 <= wanted[0] <= wanted[-1] < len(_choices(poll)):
        raise NoSuchChoice
    if len(wanted) > 1 and not poll.multiple:
        raise OneChoiceOnly
    store.put(tx, id, by, [Vote(by, choice, 0, "", tx.now) for choice in wanted])
    return _told(tx, by, id)


def come(tx: Tx, *, by: AccountId, id: str, plus: int = 0, note: str = "") -> State:
    """Put oneself on a list, with so many more and a word; again changes it. Raises `ListFull`, `PollClosed`."""
    poll = _open(tx, by, id, "list")
    if not 0 <= plus <= PLUS:
        raise ListNotPossible(plus=PLUS)
    bounded(note, limit=NOTE)
    others = [vote for vote in store.votes(tx, id) if vote.account != by]
    if poll.places is not None and sum(1 + vote.plus for vote in others) + 1 + plus > poll.places:
        raise ListFull(limit=poll.places)
    before = next((vote.at for vote in store.votes(tx, id) if vote.account == by), tx.now)
    store.put(tx, id, by, [Vote(by, 0, plus, note, before)])
    return _told(tx, by, id)


def leave(tx: Tx, *, by: AccountId, id: str) -> State:
    """Take oneself off a list; whoever is not on it is left alone."""
    _open(tx, by, id, "list")
    store.put(tx, id, by, [])
    return _told(tx, by, id)


def close(tx: Tx, *, by: AccountId, id: str) -> State:
    """Close it before its time: whoever made it may, and the admins. What is closed stays closed."""
    poll = _seen(tx, by, id)
    where = chat.room(tx, poll.conversation, by)
    if not _may_close(poll, by, where.members[by].role):
        raise NotYourPoll
    if not _closed(tx, poll):
        store.turn(tx, id)
        store.close(tx, id)
    return _told(tx, by, id)


def state(reader: Reader, *, by: AccountId, id: str) -> State:
    """Return how a poll stands, as `by` may know it. Raises `NoSuchPoll`."""
    poll = _seen(reader, by, id)
    votes = store.votes(reader, id)
    mine = [vote for vote in votes if vote.account == by]
    counts = store.counts(reader, id)
    choices = _choices(poll)
    return State(
        id=id,
        kind=poll.kind,
        conversation=poll.conversation,
        seq=poll.seq,
        made_by=poll.made_by,
        title=poll.title,
        choices=choices if poll.kind == "poll" else [],
        multiple=bool(poll.multiple),
        anonymous=bool(poll.anonymous),
        places=poll.places,
        closes_at=poll.closes_at,
        closed=_closed(reader, poll),
        may_close=_may_close(poll, by, chat.membership(reader, by, poll.conversation).role),
        version=poll.version,
        counts=[counts.get(choice, 0) for choice in range(len(choices))],
        voters=store.voters(reader, id),
        mine=[vote.choice for vote in mine],
        plus=mine[0].plus if mine else 0,
        note=mine[0].note if mine else "",
        entries=[] if poll.anonymous else _entries(reader, by, votes),
    )


def _entries(reader: Reader, by: AccountId, votes: Sequence[Vote]) -> list[Entry]:
    people = contacts.people(reader, by, [vote.account for vote in votes])
    return [Entry(people[vote.account], vote.choice, vote.plus, vote.note) for vote in votes if vote.account in people]


def _seen(reader: Reader, by: AccountId, id: str) -> Kept:
    """Return a poll whose card `by` sees. One that was taken back or has disappeared is gone."""
    poll = store.one(reader, id)
    if poll is None:
        raise NoSuchPoll
    try:
        message = chat.message(reader, by=by, id=poll.conversation, seq=poll.seq)
    except (chat.NotAMember, chat.NoSuchMessage):
        raise NoSuchPoll from None
    if not isinstance(reader.cards.decode(message.card), Poll | SignUpList):
        raise NoSuchPoll
    return poll


def _open(tx: Tx, by: AccountId, id: str, kind: str) -> Kept:
    """Return a poll in which `by` may take part now, and hold it until this transaction ends."""
    store.turn(tx, id)
    poll = _seen(tx, by, id)
    if poll.kind != kind:
        raise NoSuchPoll
    if (refusal := chat.room(tx, poll.conversation, by).refusal(by, tx.now)) is not None:
        raise refusal
    if _closed(tx, poll):
        raise PollClosed
    return poll


def _told(tx: Tx, by: AccountId, id: str) -> State:
    """Tell the members how it stands; return it."""
    now = state(tx, by=by, id=id)
    tx.emit(Tallied(id, now.version, now.counts, now.voters, now.closed), chat.room(tx, now.conversation, by).audience)
    return now


def _closes(tx: Tx, closes_at: int | None) -> None:
    if closes_at is not None and not tx.now < closes_at <= tx.now + FARTHEST:
        raise NotAClosingTime


def _closed(reader: Reader, poll: Kept) -> bool:
    return poll.closes_at is not None and poll.closes_at <= reader.now


def _may_close(poll: Kept, by: AccountId, role: str) -> bool:
    return by == poll.made_by or role in ("owner", "admin")


def _choices(poll: Kept) -> list[str]:
    found: list[str] = msgspec.json.decode(bytes(poll.choices))
    return found
