"""The verbs of imports: what was read, where it goes, what is stored of it, and who the imported names are."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import msgspec

from warung import accounts, chat, contacts
from warung.importers import store
from warung.importers.model import AmbiguousDates, Line
from warung.importers.uploads import (
    Claim,
    Claimed,
    ClaimsChanged,
    Found,
    Hints,
    Import,
    ImportDone,
    ImportRunning,
    NoSuchClaim,
    NoSuchImport,
    NoSuchName,
    Progress,
    Settings,
    TooManyUploads,
    Upload,
)
from warung.kit.card import Card
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, ConversationId, new_id

# Two exports are of one conversation when they share a tenth of what is looked at, at least this many entries: people send the same
# words to several groups in one minute.
SHARED = 3


class Item(NamedTuple):
    """An entry of an export and the card it becomes."""

    line: Line
    card: Card


def admit(tx: Tx, *, by: AccountId) -> str:
    """Return the id of an upload to come. Raises `TooManyUploads`."""
    limit = tx.settings(Settings).uploads_kept
    if store.waiting(tx, by) >= limit:
        raise TooManyUploads(limit=limit)
    return new_id(tx.now)


def note(tx: Tx, *, by: AccountId, id: str, hints: Hints, found: Found) -> Import:
    """Keep what was read of an upload, for the first time or again. Raises `ImportRunning`."""
    before = store.upload(tx, id)
    if before is not None and before.state == "running":
        raise ImportRunning
    upload = Upload(
        id=id,
        account=by,
        hints=hints,
        found=found,
        people={},
        state="read",
        done=0,
        total=found.report.messages + found.report.notices,
        conversation=None,
        failure=None,
        created_at=tx.now,
    )
    store.keep(tx, upload)
    return shown(upload)


def start(tx: Tx, *, by: AccountId, id: str, people: Mapping[str, AccountId]) -> Import:
    """Let an upload be imported; one at a time. `people` maps names that write in it to contacts, or to oneself.

    Raises `NoSuchImport`, `ImportRunning`, `ImportDone`, `AmbiguousDates`, `NoSuchName`, `NotAContact`.
    """
    upload = mine(tx, by=by, id=id)
    if upload.state == "done":
        raise ImportDone
    if store.is_running(tx, by):
        raise ImportRunning
    report = upload.found.report
    if report.ambiguous_dates:
        raise AmbiguousDates
    names = {person.name for person in report.people}
    for name, account in people.items():
        if name not in names:
            raise NoSuchName(name=name[:100])
        if account != by and not contacts.are_contacts(tx, by, account):
            raise contacts.NotAContact
    store.change(tx, id, state="running", people=msgspec.json.encode(people).decode(), done=0, failure=None, beat_at=tx.now)
    return shown(mine(tx, by=by, id=id))


def open_conversation(tx: Tx, *, id: str, sample: Sequence[str]) -> ConversationId:
    """Return the conversation an upload goes into: the one that holds `sample`, keys from its beginning, already; else a new one."""
    upload = running(tx, id)
    by, report = upload.account, upload.found.report
    enough = max(min(SHARED, len(sample)), len(sample) // 10)
    shared = [found for found, count in store.sharing(tx, by, sample) if count >= enough] if sample else []
    known = next((found for found, room in chat.rooms(tx).enter(tx, shared).items() if by in room.members), None)
    if known is None:
        title = report.title or ", ".join(person.name for person in report.people[:4]) or report.source
        known = chat.open_imported(tx, by=by, name=title)
        store.insert_chat(tx, known, by, title)
    store.change(tx, id, conversation=known)
    for name, account in upload.people.items():
        _claim(tx, Claimed(new_id(tx.now), known, name, by, account, "confirmed" if account == by else "asked", tx.now))
    return known


def _claim(tx: Tx, claimed: Claimed) -> None:
    """Ask an account whether a name is theirs; oneself need not be asked. Contacts who parted meanwhile are left alone."""
    oneself = claimed.account == claimed.importer
    if not oneself and not contacts.are_contacts(tx, claimed.importer, claimed.account):
        return
    if store.claim(tx, claimed):
        if oneself:
            chat.adopt(tx, conversation=claimed.conversation, author=claimed.name, account=claimed.account)
        else:
            tx.emit(ClaimsChanged(), [claimed.account])


def store_items(tx: Tx, *, id: str, items: Sequence[Item], read: int, tell: bool) -> None:
    """Append those entries that are not there yet; `read` is how many of the export have passed. `tell`: let the owner know."""
    upload = running(tx, id)
    conversation = upload.conversation
    assert conversation is not None
    asked = [key for item in items for key in (item.line.key, item.line.reply_key) if key is not None]
    places = store.places(tx, conversation, asked)
    who = store.confirmed(tx, conversation)
    at = chat.rooms(tx).enter(tx, [conversation])[conversation].last_seq
    fresh: dict[str, int] = {}
    entries = []
    for line, card in items:
        if line.key in places:
            continue
        at += 1
        fresh[line.key] = places[line.key] = at
        entries.append(
            chat.Entry(
                conversation,
                card,
                msgspec.json.encode(card),
                sender=who.get(line.author) if line.author is not None else None,
                author=line.author,
                reply=places.get(line.reply_key) if line.reply_key is not None else None,
                at=line.at,
            )
        )
    chat.append_history(tx, to=conversation, entries=entries)
    store.insert_entries(tx, conversation, fresh)
    store.change(tx, id, done=read)
    if tell:
        _tell(tx, id)


def finish(tx: Tx, *, id: str, failure: str | None = None) -> None:
    """Say that an import came to its end, or what stopped it. What was stored until then stays; another run adds the rest."""
    upload = running(tx, id)
    store.change(tx, id, state="failed" if failure else "done", failure=failure)
    if upload.conversation is not None:
        chat.tell_history(tx, to=upload.conversation)
    _tell(tx, id)


def drop(tx: Tx, *, by: AccountId, id: str) -> None:
    """Forget an upload; what was imported of it stays. Raises `NoSuchImport`."""
    upload = mine(tx, by=by, id=id)
    store.drop(tx, id)
    if upload.state == "running" and upload.conversation is not None:
        chat.tell_history(tx, to=upload.conversation)


def expire(tx: Tx) -> tuple[set[str], list[str]]:
    """Forget uploads that nobody imported in time; return the ids whose files may stay, and those whose files may go."""
    oldest = tx.now - tx.settings(Settings).kept_ms
    stay, gone = set(), []
    for id, state, at in store.states(tx):
        if state == "running" or at >= oldest:
            stay.add(id)
            continue
        gone.append(id)
        if state != "done":
            store.drop(tx, id)
    return stay, gone


def take_up(tx: Tx, *, alone: bool) -> list[str]:
    """Return the imports that are to go on here: all that run, or, where there are other nodes, those that run on none."""
    before = tx.now if alone else tx.now - tx.settings(Settings).silent_ms
    return store.take_up(tx, now=tx.now, before=before)


def go_on(tx: Tx, *, ids: Sequence[str]) -> None:
    """Note that imports still run."""
    store.beat(tx, ids, tx.now)


def rest(tx: Tx, *, ids: Sequence[str]) -> None:
    """Note that imports do not run here any more: any node may take them up."""
    store.beat(tx, ids, 0)


def mine(reader: Reader, *, by: AccountId, id: str) -> Upload:
    """Return an upload of one's own. Raises `NoSuchImport`."""
    upload = store.upload(reader, id)
    if upload is None or upload.account != by:
        raise NoSuchImport
    return upload


def running(reader: Reader, id: str) -> Upload:
    """Return an upload that is being imported. Raises `NoSuchImport` when its owner has dropped it."""
    upload = store.upload(reader, id)
    if upload is None or upload.state != "running":
        raise NoSuchImport
    return upload


def overview(reader: Reader, *, by: AccountId) -> list[Import]:
    """Return one's uploads, newest first; their reports without people and lines."""
    return [_brief(upload) for upload in store.uploads(reader, by)]


def unknown(reader: Reader, *, conversation: ConversationId, keys: Sequence[str]) -> set[str]:
    """Return those of the keys that are not in a conversation."""
    return set(keys) - store.places(reader, conversation, keys).keys()


def claims(reader: Reader, *, by: AccountId) -> list[Claim]:
    """Return which imported names one is said to be. Only contacts are heard."""
    found = [pair for pair in store.open_claims(reader, by) if contacts.are_contacts(reader, by, pair[0].importer)]
    who = accounts.profiles(reader, [claimed.importer for claimed, _ in found])
    return [Claim(claimed.id, who[claimed.importer], claimed.name, title, claimed.at) for claimed, title in found]


def answer(tx: Tx, *, by: AccountId, id: str, accept: bool) -> None:
    """Say whether an imported name is oneself. Who says yes becomes a member and the sender of what stands under the name.

    Raises `NoSuchClaim`, also when whoever imported it is no longer a contact or has left the conversation, and `GroupFull`.
    """
    claimed = store.claim_with(tx, id)
    if claimed is None or claimed.account != by or claimed.state != "asked" or not contacts.are_contacts(tx, by, claimed.importer):
        raise NoSuchClaim
    if accept:
        if claimed.importer not in chat.rooms(tx).enter(tx, [claimed.conversation])[claimed.conversation].members:
            raise NoSuchClaim
        chat.adopt(tx, conversation=claimed.conversation, author=claimed.name, account=by)
    store.set_claim(tx, id, "confirmed" if accept else "refused")


def shown(upload: Upload) -> Import:
    """Return an upload as its owner sees it."""
    return Import(
        id=upload.id,
        state=upload.state,
        source=upload.found.report.source,
        titles=upload.found.titles,
        chat=upload.hints.chat,
        report=upload.found.report,
        done=upload.done,
        total=upload.total,
        conversation=upload.conversation,
        failure=upload.failure,
        created_at=upload.created_at,
    )


def _brief(upload: Upload) -> Import:
    whole = shown(upload)
    return msgspec.structs.replace(whole, report=msgspec.structs.replace(whole.report, people=[], unread=[]))


def _tell(tx: Tx, id: str) -> None:
    upload = store.upload(tx, id)
    assert upload is not None
    tx.emit(Progress(_brief(upload)), [upload.account])
