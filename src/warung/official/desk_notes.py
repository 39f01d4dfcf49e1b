"""What helps at the desk: notes about a follower, and sentences that are often needed."""

from collections.abc import Sequence

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, new_id
from warung.kit.text import bounded
from warung.official import consent, registry, store_desk
from warung.official.desk_model import Canned, NoSuchNote, Note, TooManyCanned

NOTE_CHARS, TITLE_CHARS, TEXT_CHARS = 1_000, 40, 600
CANNED = 200


def write_note(tx: Tx, *, by: AccountId, official: AccountId, openid: str, text: str) -> Note:
    """Write something about a follower for whoever works with the account; the follower does not see it."""
    registry.worked_with(tx, by, official, registry.EVERY)
    known = consent.required(tx, official, openid)
    made = Note(new_id(tx.now), known.openid, by, bounded(text, limit=NOTE_CHARS, empty=False), tx.now)
    store_desk.insert_note(tx, official, made)
    return made


def notes(reader: Reader, *, by: AccountId, official: AccountId, openid: str) -> list[Note]:
    """Return what the staff wrote about a follower, oldest first."""
    registry.worked_with(reader, by, official, registry.EVERY)
    return store_desk.notes(reader, official, openid)


def delete_note(tx: Tx, *, by: AccountId, official: AccountId, id: str) -> None:
    """Delete a note. Raises `NoSuchNote`."""
    registry.worked_with(tx, by, official, registry.EVERY)
    if not store_desk.delete_note(tx, official, id):
        raise NoSuchNote


def canned(reader: Reader, *, by: AccountId, official: AccountId) -> list[Canned]:
    """Return the sentences of a desk."""
    registry.worked_with(reader, by, official, registry.EVERY)
    return store_desk.canned(reader, official)


def set_canned(tx: Tx, *, by: AccountId, official: AccountId, sentences: Sequence[tuple[str, str]]) -> list[Canned]:
    """Replace the sentences, (title, text) each. Raises `TooManyCanned`."""
    registry.worked_with(tx, by, official, registry.EVERY)
    if len(sentences) > CANNED:
        raise TooManyCanned(limit=CANNED)
    made = [
        Canned(f"{at:03}", bounded(title, limit=TITLE_CHARS, empty=False), bounded(text, limit=TEXT_CHARS, empty=False))
        for at, (title, text) in enumerate(sentences)
    ]
    store_desk.replace_canned(tx, official, made)
    return made
