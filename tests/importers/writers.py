"""Writes what phones and Telegram would export, so that tests can read back what they know."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from warung.importers import DateOrder, Export, open_export
from warung.media import open_archive

LRM = "\u200e"
RLM = "\u200f"


class Said(NamedTuple):
    """An entry of a conversation: when (milliseconds UTC), who (None is a notice), what."""

    at: int
    author: str | None
    text: str


class Phone(NamedTuple):
    """A way to export: the head of an entry from a local time, the order of its dates, what stands before a notice, the end of an entry."""

    head: Callable[[datetime], str]
    order: DateOrder
    notice: str = ""
    end: str = "\n"
    seconds: bool = False


def twelve(at: datetime, morning: str, afternoon: str) -> tuple[int, str]:
    """Return the hour of twelve and the word for its half."""
    return at.hour % 12 or 12, morning if at.hour < 12 else afternoon


def _english(at: datetime) -> str:
    hour, half = twelve(at, "AM", "PM")
    return f"{at.month}/{at.day}/{at:%y}, {hour}:{at:%M}\u202f{half} - "


def _arabic(at: datetime) -> str:
    hour, half = twelve(at, "ص", "م")
    western = f"[{at.day}{RLM}/{at.month}{RLM}/{at.year}، {hour}:{at:%M:%S}\u00a0{half}] "
    return western.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))


def _hindi(at: datetime) -> str:
    hour, half = twelve(at, "पूर्वाह्न", "अपराह्न")
    return f"{at:%d/%m/%Y}, {hour}:{at:%M} {half} - "


def _chinese(at: datetime) -> str:
    hour, half = twelve(at, "上午", "下午")
    return f"{at.year}/{at.month}/{at.day} {half}{hour}:{at:%M} - "


def _korean(at: datetime) -> str:
    hour, half = twelve(at, "오전", "오후")
    return f"{at.year}. {at.month}. {at.day}. {half} {hour}:{at:%M} - "


PHONES: Mapping[str, Phone] = {
    "android english": Phone(_english, "mdy"),
    "android indonesian": Phone(lambda at: f"{at:%d/%m/%y} {at:%H.%M} - ", "dmy"),
    "android german": Phone(lambda at: f"{at:%d.%m.%y}, {at:%H:%M} - ", "dmy"),
    "android dutch": Phone(lambda at: f"{at:%d-%m-%Y} {at:%H:%M} - ", "dmy"),
    "android swedish": Phone(lambda at: f"{at:%Y-%m-%d} {at:%H:%M} - ", "ymd"),
    "android finnish": Phone(lambda at: f"{at.day}.{at.month}.{at.year} klo {at:%H.%M} - ", "dmy"),
    "android hindi": Phone(_hindi, "dmy"),
    "android chinese": Phone(_chinese, "ymd"),
    "android korean": Phone(_korean, "ymd"),
    "iphone english": Phone(lambda at: f"[{at:%d/%m/%Y}, {at:%H:%M:%S}] ", "dmy", f"kopi club: {LRM}", "\r\n", True),
    "iphone indonesian": Phone(lambda at: f"[{at:%d/%m/%y} {at:%H.%M.%S}] ", "dmy", f"kopi club: {LRM}", "\r\n", True),
    "iphone japanese": Phone(lambda at: f"[{at:%Y/%m/%d} {at.hour}:{at:%M:%S}] ", "ymd", f"kopi club: {LRM}", "\r\n", True),
    "iphone arabic": Phone(_arabic, "dmy", f"kopi club: {RLM}", "\r\n", True),
    "iphone vietnamese": Phone(lambda at: f"[{at:%H:%M:%S}, {at.day}/{at.month}/{at:%y}] ", "dmy", f"kopi club: {LRM}", "\r\n", True),
    "iphone thai": Phone(lambda at: f"[{at.day}/{at.month}/{at.year + 543} BE {at:%H:%M:%S}] ", "dmy", f"kopi club: {LRM}", "\r\n", True),
}


def whatsapp(phone: Phone, said: Sequence[Said], zone: str = "UTC") -> str:
    """Return the text a phone would export."""
    entries = []
    for entry in said:
        local = datetime.fromtimestamp(entry.at / 1_000, ZoneInfo(zone))
        who = phone.notice if entry.author is None else f"{entry.author}: "
        entries.append(f"{phone.head(local)}{who}{entry.text}{phone.end}")
    return "".join(entries)


def telegram(said: Sequence[Said], **more: object) -> dict[str, object]:
    """Return a conversation as Telegram Desktop would export it."""
    messages = [
        {
            "id": number,
            "type": "message",
            "date_unixtime": str(entry.at // 1_000),
            "from": entry.author,
            "from_id": f"user{entry.author}",
            "text": entry.text,
        }
        for number, entry in enumerate(said, start=1)
    ]
    return {"name": "kopi club", "type": "private_group", "id": 77, "messages": messages, **more}


def packed(members: Mapping[str, str | bytes], *, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a .zip of members."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@contextmanager
def opened(
    folder: Path, content: str | bytes | dict[str, object], *, name: str = "export", zone: str = "UTC", order: DateOrder | None = None
) -> Iterator[Export]:
    """Write a file, as an upload arrives, and open the export in it; `name` is what its owner called it."""
    path = folder / "upload"
    if isinstance(content, dict):
        content = json.dumps(content, ensure_ascii=False)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with open_archive(path) as archive:
        yield open_export(archive, name=name, time_zone=zone, date_order=order)
