"""Text that people type: kept as they typed it, bounded, and without the two things no store can hold."""

from warung.kit.errors import BadRequest, TooLarge


class TextTooLong(TooLarge):
    """This text has {length} characters; at most {limit} are allowed here."""


class TextNotAllowed(BadRequest):
    """This text contains a character that cannot be stored."""


class TextMissing(BadRequest):
    """Something has to be written here."""


def bounded(text: str, *, limit: int, empty: bool = True) -> str:
    """Return `text` unchanged if it can be stored and has at most `limit` characters (four bytes each)."""
    if len(text) > limit:
        raise TextTooLong(length=len(text), limit=limit)
    if "\x00" in text:
        raise TextNotAllowed
    if not empty and not text.strip():
        raise TextMissing
    return text
