"""What Telegram Desktop exports: one conversation or all, everything a message can carry, and everything we write read back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.writers import Said, opened, packed, telegram
from warung.importers import Line, NotAnExport, SeveralChats
from warung.importers.model import BrokenJson, ExportTooLarge, NoSuchConversation, TooManyPeople, UnknownTimeZone
from warung.importers.telegram import Telegram
from warung.media import open_archive

NOW = 1_700_000_000_000


def message(**fields: object) -> dict[str, object]:
    return {"id": 1, "type": "message", "date_unixtime": str(NOW // 1_000), "from": "Budi", "from_id": "user1", "text": "", **fields}


def chat(*messages: dict[str, object]) -> dict[str, object]:
    return telegram([], messages=list(messages))


def lines(folder: Path, content: Any) -> list[Line]:
    with opened(folder, content) as export:
        return list(export.lines())


def only(folder: Path, **fields: object) -> Line:
    (line,) = lines(folder, chat(message(**fields)))
    return line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("kopi?", "kopi?"),
        (
            ["see ", {"type": "bold", "text": "this"}, " ", {"type": "link", "text": "https://kopi.example"}],
            "see this https://kopi.example",
        ),
        ([{"type": "text_link", "text": "menu", "href": "https://kopi.example/menu"}], "menu (https://kopi.example/menu)"),
        ("", ""),
        ("a\0b", "ab"),
    ],
)
def test_a_text_is_read_with_or_without_runs(tmp_path: Path, text: object, expected: str) -> None:
    assert only(tmp_path, text=text).text == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"sticker_emoji": "☕"}, "☕"),
        ({"location_information": {"latitude": -6.2, "longitude": 106.8}}, "https://maps.google.com/?q=-6.2,106.8"),
        ({"contact_information": {"first_name": "Pak", "last_name": "Joko", "phone_number": "+62 812"}}, "Pak Joko +62 812"),
        ({"poll": {"question": "tea?", "answers": [{"text": "yes"}, {"text": "no"}]}}, "tea?\n- yes\n- no"),
    ],
)
def test_a_message_without_text_says_what_it_carries(tmp_path: Path, fields: dict[str, object], expected: str) -> None:
    assert only(tmp_path, **fields).text == expected


def test_a_reply_names_the_key_of_what_it_answers(tmp_path: Path) -> None:
    first, second = lines(tmp_path, chat(message(id=5, text="kopi?"), message(id=6, text="ya", reply_to_message_id=5)))
    assert second.reply_key == first.key
    assert (first.reply_key, first.key != second.key) == (None, True)


def test_forwarded_and_edited_messages_say_so(tmp_path: Path) -> None:
    line = only(tmp_path, text="kopi", forwarded_from="Toko Sari", edited_unixtime="1700000001")
    assert (line.forwarded_from, line.edited, line.author) == ("Toko Sari", True, "Budi")


def test_the_time_is_universal_or_else_of_the_given_zone(tmp_path: Path) -> None:
    assert only(tmp_path).at == NOW
    old = chat(message(date_unixtime=None, date="2018-12-05T10:39:10"))
    with opened(tmp_path, old, zone="Asia/Jakarta") as export:
        assert next(export.lines()).at == 1_543_981_150_000
    with pytest.raises(UnknownTimeZone), opened(tmp_path, old, zone="Mars/Olympus"):
        pass


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (
            {"actor": "Siti", "action": "create_group", "title": "kopi club", "members": ["Siti", "Ayu"]},
            "Siti created the group “kopi club”: Siti, Ayu",
        ),
        ({"actor": "Siti", "action": "create_group", "title": "kopi club"}, "Siti created the group “kopi club”"),
        ({"actor": "Siti", "action": "invite_members", "members": ["Ayu", None]}, "Siti added Ayu"),
        ({"actor": "Siti", "action": "boil_water"}, "Siti boil water"),
        ({}, "Budi service"),
    ],
)
def test_a_service_message_is_a_notice(tmp_path: Path, fields: dict[str, object], expected: str) -> None:
    line = only(tmp_path, type="service", **fields)
    assert (line.author, line.text, line.system) == (None, expected, True)


@pytest.mark.parametrize("folder", ["", "ChatExport_2023-11-14/"])
def test_media_are_found_beside_the_file(tmp_path: Path, folder: str) -> None:
    exported = chat(
        message(id=1, photo="photos/photo_1.jpg", text="the machine"),
        message(id=2, file="(File not included. Change data exporting settings to download.)", media_type="voice_message"),
        message(id=3, file="../../etc/passwd"),
        message(id=4, file="stickers/1.webp", sticker_emoji="☕"),
    )
    archive = packed({f"{folder}result.json": json.dumps(exported), f"{folder}photos/photo_1.jpg": b"1", f"{folder}stickers/1.webp": b"2"})
    with opened(tmp_path, archive) as export:
        report = export.report()
        found = [(line.media, line.omitted, line.text) for line in export.lines()]
    assert (report.media_present, report.media_missing) == (2, 2)
    assert found == [
        (f"{folder}photos/photo_1.jpg", False, "the machine"),
        (None, True, ""),
        (None, True, ""),
        (f"{folder}stickers/1.webp", False, "☕"),
    ]


def test_two_people_of_one_name_are_told_apart(tmp_path: Path) -> None:
    read = lines(
        tmp_path, chat(message(), message(id=2, from_id="user2"), message(id=3), message(id=4, **{"from": None, "from_id": "user3"}))
    )
    assert [line.author for line in read] == ["Budi", "Budi (user2)", "Budi", "user3"]


def test_a_conversation_of_nothing_but_names_is_refused(tmp_path: Path) -> None:
    messages = [message(id=number, **{"from": f"Budi {number}", "from_id": f"user{number}"}) for number in range(20_001)]
    with opened(tmp_path, chat(*messages)) as export, pytest.raises(TooManyPeople):
        export.report()


def test_a_full_export_holds_every_conversation(tmp_path: Path) -> None:
    one, two = chat(message(text="one")), chat(message(text="two"))
    full: dict[str, object] = {
        "about": "...",
        "personal_information": {"first_name": "Budi"},
        "chats": {"about": "...", "list": [one, {**two, "name": None, "type": "saved_messages"}]},
        "left_chats": {"list": [chat(message(text="three"))]},
    }
    with opened(tmp_path, full) as export:
        assert export.titles == ["kopi club", "Saved Messages", "kopi club"]
        assert [next(export.lines(number)).text for number in range(3)] == ["one", "two", "three"]
        for number in (3, -1):
            with pytest.raises(NoSuchConversation):
                export.lines(number)


def test_an_entry_that_cannot_be_read_is_reported_and_the_others_are_read(tmp_path: Path) -> None:
    bad = [
        message(id="x", text="no id"),
        message(text=7),
        message(date_unixtime="-1", text="no time"),
        message(date_unixtime=None),
        message(text="k" * 300_000),
    ]
    with opened(tmp_path, chat(message(text="first"), *bad, message(id=9, text="last"))) as export:
        report = export.report()
        read = [line.text for line in export.lines()]
    assert [(line.number, line.reason) for line in report.unread] == [
        (2, "not_understood"),
        (3, "not_understood"),
        (4, "impossible_date"),
        (5, "impossible_date"),
        (6, "too_long"),
    ]
    assert (read[0], len(read[1]), read[2:]) == ("first", 200_000, ["last"])
    assert (report.messages, report.unread_total) == (3, 5)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (json.dumps(chat(message(text="kopi")))[:-5], BrokenJson),
        ("{", BrokenJson),
        ('{"messages": [{"text": "half a character: \\ud83d"}]}', BrokenJson),
        ('{"messages": ' + "[" * 100_000, BrokenJson),
        ("{}", NotAnExport),
        ('{"messages": 5}', NotAnExport),
        ('{"chats": {"list": []}}', NotAnExport),
        (packed({"a/result.json": "{}", "b/result.json": "{}"}), SeveralChats),
    ],
    ids=range(8),
)
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, content: str | bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal), opened(tmp_path, content):
        pass


def test_an_export_may_be_too_large(tmp_path: Path) -> None:
    (tmp_path / "result.json").write_text(json.dumps(chat()))
    with open_archive(tmp_path / "result.json") as archive:
        size = archive.sizes["result.json"]
        assert Telegram(archive, "result.json", size_limit=size).titles == ["kopi club"]
        with pytest.raises(ExportTooLarge):
            Telegram(archive, "result.json", size_limit=size - 1)


SECONDS = st.integers(1, 4_000_000_000)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=80)
NAMES = st.sampled_from(["Budi", "Siti", "Ayu", "Pak Joko", "咖啡"])
SAID = st.lists(st.builds(lambda second, who, text: Said(second * 1_000, who, text), SECONDS, NAMES, TEXTS), max_size=12)


@given(SAID)
def test_what_telegram_writes_is_read_back(tmp_path_factory: pytest.TempPathFactory, entries: list[Said]) -> None:
    read = lines(tmp_path_factory.mktemp("written"), telegram(entries))
    assert [Said(line.at, line.author, line.text) for line in read] == entries
    assert len({line.key for line in read}) == len(read)
