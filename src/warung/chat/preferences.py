"""What one decides for one's own list on all devices: folders, and the hours in which nothing may make a sound."""

from typing import Any, Literal

import msgspec

from warung.chat import store_members, store_own
from warung.kit.bus import Event
from warung.kit.clock import DAY, MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, ConversationId
from warung.kit.text import bounded

FOLDERS, IN_FOLDER, NAME = 20, 500, 24
MINUTES = DAY // MINUTE


class TooManyFolders(BadRequest):
    """There are at most {folders} folders with {conversations} conversations each."""


class NotHours(BadRequest):
    """Hours of quiet begin and end within a day, and the time zone is at most 18 hours off."""


class Folder(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the list: conversations by name, and everything of some kinds, all of it or what is unread."""

    id: str
    name: str
    conversations: tuple[ConversationId, ...] = ()
    kinds: tuple[Literal["direct", "group", "system", "official"], ...] = ()
    unread: bool = False


class Quiet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From one minute of the day to another, in the person's own time; `offset_min` is how far that is ahead of UTC."""

    on: bool = False
    starts_min: int = 22 * 60
    ends_min: int = 6 * 60
    offset_min: int = 0
    mentions: bool = False  # may somebody who calls me by name still make a sound?


class Preferences(msgspec.Struct, frozen=True):
    """Folders in their order, and hours of quiet."""

    folders: tuple[Folder, ...] = ()
    quiet: Quiet = Quiet()
    at: int = 0


class PreferencesChanged(Event, frozen=True, tag="chat.preferences"):
    """I decided something else, on some device of mine."""

    preferences: Preferences


_folders: Any = msgspec.json.Decoder(tuple[Folder, ...]).decode
_quiet: Any = msgspec.json.Decoder(Quiet).decode


def decide(tx: Tx, *, by: AccountId, folders: tuple[Folder, ...] | None = None, quiet: Quiet | None = None) -> Preferences:
    """Replace the folders, or the hours of quiet, or both."""
    old = preferences(tx, by=by)
    new = Preferences(old.folders if folders is None else folders, old.quiet if quiet is None else quiet, tx.now)
    if len(new.folders) > FOLDERS or any(len(folder.conversations) > IN_FOLDER for folder in new.folders):
        raise TooManyFolders(folders=FOLDERS, conversations=IN_FOLDER)
    for folder in new.folders:
        bounded(folder.name, limit=NAME, empty=False)
        for word in (folder.id, *folder.conversations):
            bounded(word, limit=40, empty=False)
    hours = new.quiet
    if not (0 <= hours.starts_min < MINUTES and 0 <= hours.ends_min < MINUTES and abs(hours.offset_min) <= 18 * 60):
        raise NotHours
    store_own.put_preferences(tx, by, msgspec.json.encode(new.folders), msgspec.json.encode(new.quiet))
    tx.emit(PreferencesChanged(new), [by])
    return new


def preferences(reader: Reader, *, by: AccountId) -> Preferences:
    """Return what one decided."""
    kept = store_own.preferences(reader, by)
    return Preferences(_folders(kept[0]), _quiet(kept[1]), kept[2]) if kept else Preferences()


def is_quiet(quiet: Quiet, at: int) -> bool:
    """Is this moment within the hours of quiet? They may go over midnight."""
    minute = (at // MINUTE + quiet.offset_min) % MINUTES
    if quiet.starts_min <= quiet.ends_min:
        return quiet.on and quiet.starts_min <= minute < quiet.ends_min
    return quiet.on and not quiet.ends_min <= minute < quiet.starts_min


def may_sound(reader: Reader, *, account: AccountId, conversation: ConversationId, called: bool) -> bool:
    """May news of a conversation make a sound on this account's devices now? `called` says that it calls them by name.

    For those who reach for a device that is asleep.
    """
    mine = store_members.member(reader, conversation, account)
    if mine is None or mine.notify == "nothing" or (mine.notify == "mentions" and not called):
        return False
    quiet = preferences(reader, by=account).quiet
    return not is_quiet(quiet, reader.now) or (called and quiet.mentions)
