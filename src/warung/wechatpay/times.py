"""Times and amounts as WeChat writes them: RFC 3339 with the offset of the place's bills, days as they say, yuan with two decimals."""

import datetime

from warung.kit.clock import DAY, MINUTE
from warung.kit.db import Reader
from warung.wechatpay.model import Settings


def zone(reader: Reader) -> datetime.timezone:
    """Return the zone in which times are written."""
    return datetime.timezone(datetime.timedelta(minutes=reader.settings(Settings).day_offset_min))


def written(reader: Reader, at: int) -> str:
    """Write a time (milliseconds UTC) as RFC 3339, to the second."""
    return _local(reader, at).isoformat(timespec="seconds")


def plain(reader: Reader, at: int) -> str:
    """Write a time as bills do."""
    return _local(reader, at).strftime("%Y-%m-%d %H:%M:%S")


def compact(reader: Reader, at: int) -> str:
    """Write a time as version 2 does: fourteen digits."""
    return _local(reader, at).strftime("%Y%m%d%H%M%S")


def read(text: str) -> int | None:
    """Read an RFC 3339 time; None for anything else."""
    try:
        found = datetime.datetime.fromisoformat(text)
        return int(found.timestamp() * 1000) if found.tzinfo else None
    except (ValueError, OverflowError):
        return None


def read_compact(reader: Reader, text: str) -> int | None:
    """Read fourteen digits."""
    try:
        return int(datetime.datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=zone(reader)).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None


def day(reader: Reader, text: str) -> tuple[int, int] | None:
    """Return when a day (YYYY-MM-DD, or eight digits) begins and ends; None for what is no day."""
    try:
        begins = datetime.datetime.fromisoformat(text).replace(tzinfo=zone(reader))
    except ValueError:
        return None
    if begins.strftime("%Y-%m-%d") != text and begins.strftime("%Y%m%d") != text:
        return None
    at = int(begins.timestamp() * 1000)
    return at, at + DAY


def today(reader: Reader) -> int:
    """Return when today began."""
    ahead = reader.settings(Settings).day_offset_min * MINUTE
    return (reader.now + ahead) // DAY * DAY - ahead


def last_day(reader: Reader) -> str:
    """Return the last day that is over, YYYY-MM-DD: the latest one of which there is a bill."""
    return _local(reader, today(reader) - 1).strftime("%Y-%m-%d")


def yuan(fen: int) -> str:
    """Write an amount as bills do."""
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def _local(reader: Reader, at: int) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(at // 1000, zone(reader))
