"""Finds the chat in what people upload."""

from pathlib import PurePosixPath

from warung.importers.model import DateOrder, Export, NestedArchive, NotAnExport, SeveralChats
from warung.importers.telegram import Telegram
from warung.importers.whatsapp import WhatsApp, looks_like_chat
from warung.media import Archive

# Macs add these folders to every archive they make.
_NOT_LOOKED_AT = "__MACOSX/"


def open_export(archive: Archive, *, name: str = "", time_zone: str = "UTC", date_order: DateOrder | None = None) -> Export:
    """Find the chat in an archive and return its reader, which works as long as the archive is open.

    `name` is what the uploaded file was called; WhatsApp writes the name of the conversation there. `time_zone` (IANA) is where the
    phone was: WhatsApp exports times without a zone. `date_order` answers an AmbiguousDates. Raises NotAnExport, SeveralChats,
    NestedArchive, UnknownTimeZone, and what the readers raise.
    """
    members = [PurePosixPath(member) for member in archive.sizes if not member.startswith(_NOT_LOOKED_AT)]
    alone = len(members) == 1
    results = [path for path in members if (alone or path.name.startswith("result")) and _is_json(archive, path)]
    if results:
        return Telegram(archive, str(_one(results)), time_zone=time_zone)
    texts = [path for path in members if alone or path.suffix.lower() == ".txt"]
    # Texts that people sent each other lie beside the chat: the one with the usual name wins, then the one that reads like a chat.
    usual = [path for path in texts if path.name.lower() == "_chat.txt"]
    chats = usual or [path for path in texts if looks_like_chat(archive, str(path))]
    if chats:
        return WhatsApp(archive, str(_one(chats)), name=name, time_zone=time_zone, date_order=date_order)
    inner = next((path for path in members if path.suffix.lower() == ".zip"), None)
    if inner is not None:
        raise NestedArchive(name=str(inner))
    raise NotAnExport


def _is_json(archive: Archive, path: PurePosixPath) -> bool:
    """Whether a member is JSON: an uploaded file may have lost its name, so a look inside decides."""
    return next(archive.blocks(str(path)), b"").lstrip().startswith(b"{")


def _one(found: list[PurePosixPath]) -> PurePosixPath:
    if len(found) > 1:
        raise SeveralChats(names=", ".join(map(str, found[:10])))
    return found[0]
