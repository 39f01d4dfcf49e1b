"""What is in the archives that people bring: which of their files are stickers, in which order, and what is said of each.

Known are WhatsApp's packs (`contents.json` beside the pictures, or `title.txt` and `author.txt` in a .wastickers), OpenMoji's folders
(pictures called by their code points, and a list with `hexcode`, `annotation` and `tags`), and any archive of pictures.
"""

import json
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import msgspec

from warung import media
from warung.kit.errors import TooLarge
from warung.stickers.model import Labels

LIMITS = media.ArchiveLimits(members=1_000, total_bytes=64 << 20, ratio=200)
SUFFIXES = frozenset({".webp", ".png", ".apng", ".gif", ".jpg", ".jpeg", ".avif", ".svg", ".webm", ".tgs", ".json", ".lottie"})
LISTS = 4 << 20  # bytes of a list of emoji; the whole of OpenMoji's has three million
NOT_LOOKED_AT = "__MACOSX/"
ENGLISH = "en"


class MemberTooLarge(TooLarge):
    """A file in this archive is larger than {limit} bytes: {name}."""


class Candidate(msgspec.Struct, frozen=True):
    """A file that may become a sticker."""

    name: str
    data: bytes
    labels: Labels


class Found(msgspec.Struct, frozen=True):
    """What an archive says of itself, and its candidates in order."""

    title: str
    author: str
    licence: str
    candidates: list[Candidate]


def read(path: Path, name: str) -> Found:
    """Return what is in an archive, or in a single picture; `name` is what its owner called it.

    Raises what `media.open_archive` raises, and `MemberTooLarge`.
    """
    title = PurePosixPath(name.replace("\\", "/")).stem
    with media.open_archive(path, limits=LIMITS) as archive:
        if list(archive.sizes) == [path.name]:
            return Found(title, "", "", [Candidate(name, _bytes(archive, path.name), Labels())])
        names = sorted(each for each in archive.sizes if not each.startswith(NOT_LOOKED_AT))
        lists = {each: _json(archive, each) for each in names if each.endswith(".json") and archive.sizes[each] <= LISTS}
        for each, told in lists.items():
            if PurePosixPath(each).name == "contents.json" and isinstance(told, dict):
                return _whatsapp(archive, PurePosixPath(each).parent, told, title)
        emoji = _emoji(lists.values())
        pictures = [each for each in names if _is_picture(each, lists)]
        title = _text(archive, names, "title.txt") or title
        candidates = [Candidate(each, _bytes(archive, each), emoji.get(PurePosixPath(each).stem.upper(), Labels())) for each in pictures]
        return Found(title, _text(archive, names, "author.txt"), _text(archive, names, "license.txt")[:300], candidates)


def _is_picture(name: str, lists: Mapping[str, Any]) -> bool:
    path = PurePosixPath(name)
    if path.suffix.lower() not in SUFFIXES or path.stem.lower().startswith("tray"):
        return False
    return path.suffix.lower() != ".json" or (isinstance(lists.get(name), dict) and "layers" in lists[name])


def _whatsapp(archive: media.Archive, folder: PurePosixPath, told: dict[str, Any], title: str) -> Found:
    """Return the first pack of a `contents.json` whose pictures are there."""
    packs = told.get("sticker_packs")
    for pack in packs if isinstance(packs, list) else []:
        entries = pack.get("stickers") if isinstance(pack, dict) else None
        candidates = []
        for entry in entries if isinstance(entries, list) else []:
            file = str(entry.get("image_file", "")) if isinstance(entry, dict) else ""
            places = [str(folder / file), str(folder / str(pack.get("identifier", "")) / file)]
            where = next((place for place in places if place in archive.sizes), None)
            if where is not None:
                emojis = entry.get("emojis")
                first = str(emojis[0]) if isinstance(emojis, list) and emojis else ""
                alt = str(entry.get("accessibility_text", ""))[:300]
                candidates.append(Candidate(where, _bytes(archive, where), Labels(first[:16], alt)))
        if candidates:
            licence = str(pack.get("license_agreement_website", ""))[:300]
            return Found(str(pack.get("name") or title), str(pack.get("publisher", "")), licence, candidates)
    return Found(title, "", "", [])


def _emoji(lists: Any) -> dict[str, Labels]:
    """Return what lists in the way of OpenMoji's say, by code points."""
    said: dict[str, Labels] = {}
    for told in lists:
        for entry in told if isinstance(told, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("hexcode"), str):
                annotation, tags = str(entry.get("annotation", "")), str(entry.get("tags", "")).split(",")
                words = [word.strip()[:40] for word in [annotation, *tags] if word.strip()]
                said[entry["hexcode"].upper()] = Labels(str(entry.get("emoji", ""))[:16], annotation[:300], {ENGLISH: words[:30]})
    return said


def _bytes(archive: media.Archive, name: str) -> bytes:
    limit = LISTS
    if archive.sizes[name] > limit:
        raise MemberTooLarge(limit=limit, name=name[:100])
    return b"".join(archive.blocks(name))


def _json(archive: media.Archive, name: str) -> Any:
    try:
        return json.loads(_bytes(archive, name))
    except (ValueError, RecursionError):
        return None


def _text(archive: media.Archive, names: list[str], wanted: str) -> str:
    """Return the first line of a small text file, wherever in the archive it stands."""
    where = next((name for name in names if PurePosixPath(name).name.lower() == wanted and archive.sizes[name] <= 1_000), None)
    if where is None:
        return ""
    lines = _bytes(archive, where).decode(errors="replace").replace("\x00", "").strip().splitlines()
    return lines[0] if lines else ""
