"""Real exports, collected from elsewhere: each file, and what is known of it. They are read where they lie; our own do without them."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from warung.importers import DateOrder, Line, Report, open_export
from warung.media import open_archive

CHATS = Path(__file__).parents[3] / "shared/data/chats"
pytestmark = pytest.mark.skipif(not CHATS.is_dir(), reason="the collected chats of ../shared/data/chats are not here")

# By file: messages, notices, media left out, deleted messages, the order of dates, and who wrote how much.
LOCALES = {
    "Gregorian iOS": (22, 3, 14, 2, "mdy", {"Dmitry S": 21, "Elon Musk": 1}),
    "arabic_ios": (22, 1, 14, 2, "dmy", {"Dmitry S": 21, "+40 521 028 61 88": 1}),
    "deutch_ios": (22, 1, 14, 2, "mdy", {"Dmitry S": 21, "Elon Musk": 1}),
    "english_ios": (22, 1, 14, 2, "mdy", {"Dmitry S": 21, "Elon Musk": 1}),
    "french_ios": (22, 1, 14, 2, "mdy", {"Dmitry S": 21, "Elon Musk": 1}),
    "hindi_ios": (22, 1, 14, 2, "mdy", {"Dmitry S": 21, "Elon Musk": 1}),
    "indonesian_ios": (22, 1, 14, 2, "mdy", {"Dmitry S": 21, "Elon Musk": 1}),
    "japanese_ios": (22, 1, 14, 2, "mdy", {"Dmitry S": 21, "Elon Musk": 1}),
    "spanish_ios": (22, 1, 14, 2, "mdy", {"Dmitry S": 21, "Elon Musk": 1}),
    "deutch_android_media": (40, 1, 21, 7, "dmy", {"Dmitry S": 35, "Elon": 5}),
    "english_android": (59, 1, 29, 8, "dmy", {"Dmitry S": 51, "Elon": 8}),
    "english_android_media": (59, 1, 29, 8, "dmy", {"Dmitry S": 51, "Elon": 8}),
    "russian_android": (59, 1, 29, 8, "dmy", {"Dmitry S": 51, "Elon": 8}),
}


def read(path: Path, order: DateOrder | None = None) -> tuple[Report, list[Line]]:
    with open_archive(path) as archive:
        export = open_export(archive, name=path.name, date_order=order)
        return export.report(), list(export.lines())


@pytest.mark.parametrize("name", LOCALES)
def test_a_collected_whatsapp_chat_is_understood(name: str) -> None:
    report, lines = read(CHATS / f"whatsapp/locales/{name}.txt")
    messages, notices, missing, deleted, order, people = LOCALES[name]
    assert (report.messages, report.notices, report.media_missing, report.date_order) == (messages, notices, missing, order)
    assert {person.name: person.messages for person in report.people} == people
    assert sum(line.deleted for line in lines) == deleted
    assert (report.unread_total, report.ambiguous_dates, report.media_present) == (0, False, 0)
    assert len({line.key for line in lines}) == len(lines) == messages + notices
    assert all(line.system or line.text.strip() for line in lines)


def test_a_collected_group_of_one_day_needs_a_date_order() -> None:
    (path,) = (CHATS / "whatsapp/locales").glob("*Group Chat*Android.txt")
    report, lines = read(path, "dmy")
    assert (report.messages, report.notices) == (4, 16)
    assert {line.author for line in lines} == {None, "Dmitry S"}
    with open_archive(path) as archive:
        assert open_export(archive).report().ambiguous_dates


@pytest.mark.parametrize("name", ["test_ddmmyy_24hrs", "test_mmddyy_24hrs", "test_mmddyyyy_12hrs"])
def test_a_collected_chat_reads_as_another_reader_reads_it(name: str) -> None:
    folder = CHATS / "chat-miner/whatsapp"
    _, lines = read(folder / f"{name}.txt")
    ours = {(when(line.at), line.author, line.text.replace("\n", " ")) for line in lines}
    theirs = {(entry["timestamp"], entry["author"], entry["message"]) for entry in json.loads((folder / "target.json").read_text())}
    assert theirs <= ours
    assert len(lines) == len(theirs) + 3  # it leaves out two notices and a name without a space behind its colon


def test_collected_telegram_exports_are_understood() -> None:
    report, lines = read(CHATS / "chat-miner/telegram/test_single_export.json")
    assert [(line.author, line.text) for line in lines] == [("Author 1", "Minimal Message"), ("Author 2", "Link:https://telegram.org/")]
    assert [when(line.at) for line in lines] == ["2018-12-05T10:39:10", "2018-12-05T10:49:24"]
    report, lines = read(CHATS / "telegram-tg-parser/personal_chat.json")
    assert (report.title, report.messages, report.notices, report.unread_total) == ("Test User", 4, 1, 0)
    assert lines[2].text == "Check this important message"
    assert lines[3].reply_key == lines[2].key
    assert lines[4].text == "Alice called"


def when(at: int) -> str:
    return datetime.fromtimestamp(at / 1_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
