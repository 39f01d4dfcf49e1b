"""What members read: the list of conversations, what changed since a moment, and stretches of history."""

from collections.abc import Iterable, Mapping

from warung import accounts, contacts
from warung.chat import store, store_members, store_reactions
from warung.chat.marks import Mark, Reacted
from warung.chat.model import Conversation, GroupSettings, Message, NoSuchMessage, NotAMember, Page, Settings, Sync
from warung.chat.rooms import kind_of
from warung.chat.store_members import Kept, Membership
from warung.kit.clock import MINUTE
from warung.kit.db import Reader, Row
from warung.kit.ids import AccountId, ConversationId, Seq

# A client's `since` is the server's time of its last sync; what was committed around that moment is told again.
OVERLAP = MINUTE
PAGE = 200
_KEPT, _MEMBER, _LAST = len(Kept.__struct_fields__), len(Membership.__struct_fields__), 11


def sync(reader: Reader, *, by: AccountId, since: int) -> Sync:
    """Return what changed for `by` since a moment (0: everything), with the people who appear in it."""
    start = max(0, since - OVERLAP)
    rows = store_members.seen_by(reader, by, since=start, peers=_with_peers(reader))
    people = _people(reader, by, rows)
    privacy = accounts.privacy(reader, [by, *people])
    conversations = [_seen(reader, by, row, people, privacy) for row in rows]
    gone = store_members.gone(reader, by, start) if since else []
    changed = contacts.changed_at(reader, by=by) >= start
    return Sync(reader.now, since == 0, conversations, gone, list(people.values()), changed)


def conversation(reader: Reader, *, by: AccountId, id: ConversationId) -> Conversation:
    """Return one conversation as `by` sees it. Raises `NotAMember`."""
    rows = store_members.seen_by(reader, by, since=0, only=id, peers=_with_peers(reader))
    if not rows:
        raise NotAMember
    people = _people(reader, by, rows)
    return _seen(reader, by, rows[0], people, accounts.privacy(reader, [by, *people]))


def history(
    reader: Reader, *, by: AccountId, id: ConversationId, before: int | None, after: int | None, around: int | None, limit: int
) -> Page:
    """Return up to `limit` entries before, after or around a seq (the newest when none is named), oldest first."""
    mine = membership(reader, by, id)
    last = store.heads(reader, [id]).get(id, (0, 0))[0]
    limit = max(1, min(limit, PAGE))
    if around is not None:
        older = store.before(reader, id, around + 1, mine.from_seq, limit // 2 + 1)
        messages = older + store.after(reader, id, max(around, mine.from_seq), limit - len(older))
    elif after is not None:
        messages = store.after(reader, id, max(after, mine.from_seq), limit)
    else:
        messages = store.before(reader, id, before if before is not None else last + 1, mine.from_seq, limit)
    return Page(messages, people_in(reader, by, messages), mine.from_seq + 1, last, marks(reader, id, messages))


def refs(reader: Reader, *, by: AccountId, id: ConversationId, after: int, before: int) -> Page:
    """Return the entries between two seqs that say something about other entries: what a device missed of messages it has."""
    mine = membership(reader, by, id)
    messages = store.refs(reader, id, max(after, mine.from_seq), before, PAGE)
    return Page(messages, people_in(reader, by, messages), mine.from_seq + 1, store.heads(reader, [id]).get(id, (0, 0))[0])


def marks(reader: Reader, id: ConversationId, messages: list[Message]) -> list[Mark]:
    """Return what was added to a stretch of messages."""
    found: dict[int, list[Reacted]] = {}
    if messages:
        for seq, reacted in store_reactions.between(reader, id, messages[0].seq, messages[-1].seq):
            found.setdefault(seq, []).append(reacted)
    return [Mark(seq, reactions) for seq, reactions in found.items()]


def membership(reader: Reader, by: AccountId, id: ConversationId) -> Membership:
    """Return the membership through which `by` looks at a conversation. Raises `NotAMember`."""
    mine = store_members.member(reader, id, by)
    if mine is None:
        raise NotAMember
    return mine


def receipts(reader: Reader, *, by: AccountId, id: ConversationId) -> list[tuple[AccountId, Seq, Seq]]:
    """Return how far members have received and read; only those who let it be seen, by those who do so themselves."""
    membership(reader, by, id)
    rows = store.cursors(reader, id)
    if kind_of(reader, store_members.conversations(reader, [id])[id].kind).peers and not all(
        contacts.are_contacts(reader, by, account) for account, _, _ in rows if account != by
    ):
        return []
    if len(rows) > reader.settings(Settings).receipts_up_to:
        return []
    privacy = accounts.privacy(reader, [account for account, _, _ in rows])
    if not privacy[by].read_receipts:
        return []
    return [row for row in rows if row[0] != by and privacy[row[0]].read_receipts]


def people_in(reader: Reader, by: AccountId, messages: Iterable[Message]) -> list[contacts.Person]:
    """Return who wrote these messages, as `by` may see them."""
    who = sorted({message.sender for message in messages if message.sender})
    return list(contacts.people(reader, by, who).values()) if who else []


def _people(reader: Reader, by: AccountId, rows: list[Row]) -> Mapping[AccountId, contacts.Person]:
    peer = _KEPT + _MEMBER + _LAST + 3
    sender = _KEPT + _MEMBER + 2
    who = {row[peer] for row in rows if row[peer]} | {row[sender] for row in rows if row[sender]}
    return contacts.people(reader, by, sorted(who)) if who else {}


def _seen(
    reader: Reader,
    by: AccountId,
    row: Row,
    people: Mapping[AccountId, contacts.Person],
    privacy: Mapping[AccountId, accounts.Privacy],
) -> Conversation:
    kept = Kept(*row[:_KEPT])
    mine = Membership(*row[_KEPT : _KEPT + _MEMBER])
    tail = row[_KEPT + _MEMBER :]
    last = store.message(tail[:_LAST]) if tail[0] is not None else None
    read_at, mentions, count, peer_id, peer_delivered, peer_read = tail[_LAST:]
    visible = last if last is not None and last.seq > mine.from_seq else None
    wrote = visible is None or (visible.sender == by and visible.ref is None)  # who writes has read what stands above
    unread = last.counted - (read_at or 0) if last is not None and not wrote else 0
    peer = people.get(peer_id) if peer_id else None
    open_receipts = peer is not None and peer.relation == "contact" and privacy[by].read_receipts and privacy[peer.id].read_receipts
    why = _why_not(reader, kept, mine, peer)
    return Conversation(
        id=kept.id,
        kind=kept.kind,
        name=kept.name,
        avatar=kept.avatar,
        notice=kept.notice,
        peer=peer,
        member_count=count,
        role=mine.role,
        last_seq=last.seq if last else 0,
        first_seq=mine.from_seq + 1,
        counted=last.counted if last else 0,
        unread=unread,
        mentions=mentions,
        read_seq=mine.read_seq,
        delivered_seq=mine.delivered_seq,
        peer_read_seq=peer_read if open_receipts else 0,
        peer_delivered_seq=peer_delivered if open_receipts else 0,
        pinned=bool(mine.pinned),
        muted=bool(mine.muted),
        archived=bool(mine.archived),
        marked_unread=bool(mine.marked_unread),
        can_write=why is None,
        why_not=why,
        settings=GroupSettings(bool(kept.approval), bool(kept.members_can_invite)) if kept.kind == "group" else None,
        last=visible,
        changed_at=max(kept.changed_at, mine.changed_at),
        imported=bool(kept.imported),
        pins=[seq for seq in map(int, (kept.pins or "").split()) if seq > mine.from_seq],
        expires_ms=kept.expires_ms,
        notify=mine.notify,
        wallpaper=mine.wallpaper,
    )


def _with_peers(reader: Reader) -> list[str]:
    return [kind.name for kind in reader.kinds.values() if kind.peers]


def _why_not(reader: Reader, kept: Kept, mine: Membership, peer: contacts.Person | None) -> str | None:
    """Return the code of the refusal that writing here would get, or None."""
    if mine.silenced_until > reader.now:
        return "silenced"
    if kept.closed:
        return "conversation_closed"
    if not kind_of(reader, kept.kind).members_write:
        return "read_only"
    if kept.kind == "direct" and (peer is None or peer.relation != "contact"):
        return "not_a_contact"
    return None


def message(reader: Reader, *, by: AccountId, id: ConversationId, seq: int) -> Message:
    """Return one entry of a log. Raises `NoSuchMessage` for what lies outside what `by` may see."""
    mine = membership(reader, by, id)
    found = store.one(reader, id, seq) if seq > mine.from_seq else None
    if found is None:
        raise NoSuchMessage(seq=seq)
    return found


def may_see(reader: Reader, account: AccountId, conversation: str, seq: int) -> bool:
    """Say whether an account may see an entry: whoever is a member sees what came after they joined."""
    mine = store_members.member(reader, ConversationId(conversation), account)
    return mine is not None and seq > mine.from_seq
