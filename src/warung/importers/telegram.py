"""Reads what Telegram Desktop exports as JSON: one conversation, or everything at once.

The file is mapped, not read: what is held in memory is a small reference per message, and each message is decoded when it is its turn.
"""

import mmap
from collections.abc import Iterator
from datetime import datetime
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import Any

import msgspec
from msgspec import Raw, Struct, field

from warung.importers.model import (
    EXCERPT,
    TEXT_LIMIT,
    BrokenJson,
    ExportTooLarge,
    Fingerprints,
    Line,
    NoSuchConversation,
    NotAnExport,
    Report,
    Source,
    Tally,
    milliseconds,
    storable,
    zone,
)
from warung.media import Archive

# Ten years of a busy group without its media are a quarter of this.
SIZE_LIMIT = 2 << 30
# Seconds: a messenger's history lies between 1970 and 2200.
_END_OF_TIME = 7_258_118_400
# What stands where the name of a file would be, when the person exported without that kind of media.
_NOT_INCLUDED = "("
_SAVED = "Saved Messages"

_NOTICES = {
    "create_group": "{actor} created the group “{title}”: {members}",
    "create_channel": "{actor} created the channel “{title}”",
    "invite_members": "{actor} added {members}",
    "remove_members": "{actor} removed {members}",
    "join_group_by_link": "{actor} joined by an invite link",
    "join_group_by_request": "{actor} was let into the group",
    "edit_group_title": "{actor} changed the name of the group to “{title}”",
    "edit_group_photo": "{actor} changed the picture of the group",
    "delete_group_photo": "{actor} removed the picture of the group",
    "pin_message": "{actor} pinned a message",
    "phone_call": "{actor} called",
    "migrate_to_supergroup": "The group became a supergroup",
    "migrate_from_group": "The group “{title}” became a supergroup",
    "clear_history": "The history was cleared",
}


class _Message(Struct):
    """A message as it is exported; of each field only what is relied on is said here."""

    type: str = "message"
    id: int | None = None
    date: str | None = None
    date_unixtime: int | None = None
    edited_unixtime: int | None = None
    from_: str | None = field(name="from", default=None)
    from_id: str | None = None
    actor: str | None = None
    action: str | None = None
    title: str | None = None
    members: list[str | None] | None = None
    text: Any = ""
    reply_to_message_id: int | None = None
    forwarded_from: str | None = None
    photo: str | None = None
    file: str | None = None
    sticker_emoji: str | None = None
    contact_vcard: str | None = None
    contact_information: dict[str, Any] | None = None
    location_information: dict[str, Any] | None = None
    poll: dict[str, Any] | None = None


class _Chat(Struct):
    name: str | None = None
    id: int | None = None
    type: str | None = None
    messages: list[Raw] | None = None


class _ChatList(Struct):
    chats: list[_Chat] = field(name="list", default_factory=list)


class _Root(_Chat):
    chats: _ChatList | None = None
    left_chats: _ChatList | None = None


class Telegram:
    """An opened `result.json`; an `Export` with as many conversations as it holds."""

    source: Source = "telegram"

    def __init__(self, archive: Archive, member: str, *, time_zone: str = "UTC", size_limit: int = SIZE_LIMIT) -> None:
        """Read `member` of an archive. `time_zone` is used for times exported without one (before 2021).

        Raises UnknownTimeZone, ExportTooLarge, BrokenJson, and NotAnExport where there are no messages in it.
        """
        if archive.sizes[member] > size_limit:
            raise ExportTooLarge(limit=size_limit)
        self._archive = archive
        self._member = member
        self._zone = zone(time_zone)
        self._folder = PurePosixPath(member).parent
        self._titles = [storable(chat.name or (_SAVED if chat.type == "saved_messages" else "")) for chat in self._chats()]

    @property
    def titles(self) -> list[str]:
        """The names of the conversations."""
        return list(self._titles)

    def report(self, conversation: int = 0) -> Report:
        """Read a conversation through and say what it holds. Raises NoSuchConversation, DamagedMember, TooManyPeople."""
        self._check(conversation)
        tally = Tally()
        for line in self._entries(conversation, tally):
            tally.read(line)
        return tally.report(self.source, self._titles[conversation])

    def lines(self, conversation: int = 0) -> Iterator[Line]:
        """Yield the entries in the order of the file. Raises what `report` raises."""
        self._check(conversation)
        return self._entries(conversation, Tally())

    def _check(self, conversation: int) -> None:
        if not 0 <= conversation < len(self._titles):
            raise NoSuchConversation(number=conversation)

    def _chats(self) -> list[_Chat]:
        """Return the conversations, their messages undecoded: views of the mapped file, which lives as long as one of them does."""
        with TemporaryFile() as file:
            for block in self._archive.blocks(self._member):
                file.write(block)
            file.flush()
            if file.tell() == 0:
                raise BrokenJson
            return _decoded(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))

    def _entries(self, conversation: int, tally: Tally) -> Iterator[Line]:
        """Yield the entries, and note in the tally what could not be read."""
        chat = self._chats()[conversation]
        reader = _Reader(self, chat.id)
        for number, raw in enumerate(chat.messages or (), start=1):
            try:
                message = msgspec.json.decode(raw, type=_Message, strict=False)
                text = _text(message)
            except (msgspec.MsgspecError, RecursionError, TypeError, UnicodeDecodeError):
                tally.not_read(number, bytes(memoryview(raw)[: 4 * EXCERPT]).decode(errors="replace"), "not_understood")
                continue
            at = self._moment(message)
            if at is None:
                tally.not_read(number, text, "impossible_date")
                continue
            if len(text) > TEXT_LIMIT:
                tally.not_read(number, text, "too_long")
                text = text[:TEXT_LIMIT]
            yield reader.line(message, at, storable(text))

    def _moment(self, message: _Message) -> int | None:
        """Return when a message was written, None if that is not said or absurd."""
        if message.date_unixtime is not None:
            return message.date_unixtime * 1_000 if 0 < message.date_unixtime < _END_OF_TIME else None
        try:
            local = datetime.fromisoformat(message.date or "")
            at = milliseconds(local, self._zone)
        except (ValueError, OverflowError):
            return None
        return at if 0 < at < _END_OF_TIME * 1_000 else None

    def media(self, message: _Message) -> tuple[str | None, bool]:
        """Return the member of the archive that a message carries, and whether it carries one that is not there."""
        named = message.photo or message.file or message.contact_vcard
        if not named:
            return None, False
        member = str(self._folder / named)
        there = not named.startswith(_NOT_INCLUDED) and member in self._archive.sizes
        return (member, False) if there else (None, True)


class _Reader:
    """Makes lines of the messages of one conversation."""

    def __init__(self, export: Telegram, chat: int | None) -> None:
        self._export = export
        self._chat = "" if chat is None else str(chat)
        self._fingerprints = Fingerprints("telegram")
        self._names: dict[str, str] = {}  # by the account's id
        self._taken: dict[str, str] = {}  # back

    def line(self, message: _Message, at: int, text: str) -> Line:
        """Return the line of a message written at `at`."""
        if message.type != "message":
            notice = storable(_notice(message, text))
            return Line(at=at, author=None, text=notice, key=self._key(message, at, None, notice))
        author = self._author(message)
        member, missing = self._export.media(message)
        answered = message.reply_to_message_id
        return Line(
            at=at,
            author=author,
            text=text,
            key=self._key(message, at, author, text),
            media=member,
            omitted=missing,
            edited=bool(message.edited_unixtime),
            forwarded_from=None if message.forwarded_from is None else storable(message.forwarded_from),
            reply_key=None if answered is None else self._by_id(answered),
        )

    def _key(self, message: _Message, at: int, author: str | None, text: str) -> str:
        return self._fingerprints.key(str(at), author, text) if message.id is None else self._by_id(message.id)

    def _by_id(self, number: int) -> str:
        return f"t{self._chat}:{number}"

    def _author(self, message: _Message) -> str:
        """Return the writer's name; of two accounts with one name, the second gets its id behind it. A deleted account has only an id."""
        name = storable(message.from_ or "").strip()
        who = message.from_id or name
        if who not in self._names:
            shown = name or who or "?"
            if self._taken.setdefault(shown, who) != who:
                shown = f"{shown} ({who})"
            self._names[who] = shown
        return self._names[who]


def _decoded(mapped: mmap.mmap) -> list[_Chat]:
    try:
        root = msgspec.json.decode(mapped, type=_Root)
    except msgspec.ValidationError as error:
        raise NotAnExport from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise BrokenJson from error
    if root.messages is not None:
        return [root]
    chats = [chat for every in (root.chats, root.left_chats) if every is not None for chat in every.chats if chat.messages is not None]
    if not chats:
        raise NotAnExport
    return chats


def _text(message: _Message) -> str:
    """Return the text of a message: its runs without their formatting, but links with where they lead."""
    runs = message.text if isinstance(message.text, list) else [message.text]
    text = "".join(_run(run) for run in runs)
    return text or _without_text(message)


def _run(run: object) -> str:
    if isinstance(run, str):
        return run
    if not isinstance(run, dict) or not isinstance(run.get("text"), str):
        raise TypeError("a run of text is a string or has one")
    text: str = run["text"]
    href = run.get("href")
    return f"{text} ({href})" if isinstance(href, str) and href != text else text


def _without_text(message: _Message) -> str:
    """Return what a message without a text says, so that nothing is lost: a sticker's emoji, a place, a contact, a question."""
    if message.sticker_emoji:
        return message.sticker_emoji
    if message.location_information:
        place = message.location_information
        return f"https://maps.google.com/?q={place.get('latitude')},{place.get('longitude')}"
    if message.contact_information:
        who = message.contact_information
        return " ".join(str(who[part]) for part in ("first_name", "last_name", "phone_number") if who.get(part))
    if message.poll:
        answers = message.poll.get("answers")
        texts = [str(answer.get("text")) for answer in answers if isinstance(answer, dict)] if isinstance(answers, list) else []
        return "\n- ".join([str(message.poll.get("question") or ""), *texts])
    return ""


def _notice(message: _Message, text: str) -> str:
    """Return a sentence for a service message; of an unknown kind, who and what."""
    actor = message.actor or message.from_ or ""
    members = ", ".join(member for member in message.members or () if member)
    known = _NOTICES.get(message.action or "")
    if known:
        return known.format(actor=actor, title=message.title or "", members=members).removesuffix(": ")
    return " ".join(part for part in (actor, (message.action or message.type).replace("_", " "), text) if part)
