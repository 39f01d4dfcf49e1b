"""Which rooms are played, and when what was said in them is said again."""

import gzip
from pathlib import Path

import msgspec

from bench import replaying
from bench.replaying import Line, Room


def test_the_smallest_rooms_stay_out_where_not_everybody_can_be_online() -> None:
    those = [Room([f"{number}" for number in range(size)], []) for size in (50, 10, 100)]
    assert replaying.fitting(those, 160 + replaying.OWN_FILES) == [those[2], those[0], those[1]]
    assert replaying.fitting(those, 159 + replaying.OWN_FILES) == [those[2], those[0]]


def test_what_is_said_keeps_its_order_and_its_minute(tmp_path: Path) -> None:
    file = tmp_path / "rooms.jsonl.gz"
    said = [
        Line("msg", room, f"2004-12-25T09:{minute:02}:00Z", "nick", f"{minute} {number}")
        for room in ("one", "two")
        for minute in range(5)
        for number in range(minute + 1)
    ]
    with gzip.open(file, "wb") as packed:
        packed.write(b"\n".join(msgspec.json.encode(line) for line in said))
    one, two = replaying.rooms(file)
    assert [when // 60_000 for when, _, _ in one.said] == [minute for minute in range(5) for _ in range(minute + 1)]
    assert [when for when, _, _ in one.said] == sorted(when for when, _, _ in one.said)
    assert not {when for when, _, _ in one.said} & {when for when, _, _ in two.said}  # rooms do not speak in step
