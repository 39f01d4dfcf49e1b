"""The days of a place, by which quotas are given and figures are kept."""

from datetime import UTC, datetime

from warung.kit.clock import MINUTE


def day_of(at: int, offset_min: int) -> str:
    """Return the day of a moment (milliseconds UTC) as YYYY-MM-DD, where clocks go `offset_min` minutes before UTC."""
    return _local(at, offset_min).strftime("%Y-%m-%d")


def month_of(at: int, offset_min: int) -> str:
    """Return the month of a moment as YYYY-MM."""
    return _local(at, offset_min).strftime("%Y-%m")


def hour_of(at: int, offset_min: int) -> int:
    """Return the hour of a moment, 0 to 23."""
    return _local(at, offset_min).hour


def _local(at: int, offset_min: int) -> datetime:
    return datetime.fromtimestamp((at + offset_min * MINUTE) / 1000, UTC)
