"""What WhatsApp exports, from many phones: own small samples, one behaviour each, and everything we write read back."""

import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.writers import LRM, PHONES, Phone, Said, opened, packed, whatsapp
from warung.importers import AmbiguousDates, DateOrder, Line, NotAnExport
from warung.importers.model import NoSuchConversation, TooManyPeople, UnknownTimeZone, UnreadLine

FIXTURES = Path(__file__).parent / "fixtures"
ENGLISH = PHONES["iphone english"]


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return int(datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()) * 1_000


def lines(folder: Path, text: str | bytes, *, order: DateOrder | None = None, zone: str = "UTC") -> list[Line]:
    with opened(folder, text, order=order, zone=zone) as export:
        return list(export.lines())


def unread(folder: Path, text: str | bytes) -> list[UnreadLine]:
    with opened(folder, text) as export:
        return export.report().unread


def said(folder: Path, text: str | bytes, *, order: DateOrder | None = None) -> list[tuple[str | None, str]]:
    return [(line.author, line.text) for line in lines(folder, text, order=order)]


@pytest.mark.parametrize(
    ("name", "people", "counts", "span", "guess"),
    [
        (
            "iphone_indonesian_group",
            {"Siti": 3, "Ayu": 2, "Pak Joko": 1, "~ Budi": 1},
            (3, 2),
            ((2022, 3, 18, 8, 1, 5), (2022, 3, 19, 6, 2)),
            "dmy",
        ),
        ("android_english_group", {"Siti": 3, "Budi": 1, "Ayu": 1}, (3, 2), ((2023, 12, 31, 21, 41), (2024, 1, 1, 12, 7)), "dmy"),
        ("iphone_arabic", {"+62 812 3456": 1, "Ayu": 1}, (1, 1), ((2022, 3, 18, 14, 56), (2022, 3, 19, 0, 5)), "dmy"),
        ("android_chinese", {"Ayu": 2, "Budi": 2}, (1, 1), ((2022, 3, 18, 9, 5), (2022, 3, 19, 0, 10)), "ymd"),
        ("android_hindi", {"Siti": 1, "Budi": 1}, (0, 1), ((2022, 3, 18, 9, 5), (2022, 3, 18, 15, 5)), "dmy"),
        ("android_russian", {"Siti": 3}, (1, 2), ((2022, 3, 18, 14, 56), (2022, 3, 18, 14, 59)), "dmy"),
    ],
)
def test_a_phones_export_is_understood(
    tmp_path: Path,
    name: str,
    people: dict[str, int],
    counts: tuple[int, int],
    span: tuple[tuple[int, ...], tuple[int, ...]],
    guess: DateOrder,
) -> None:
    with opened(tmp_path, (FIXTURES / f"{name}.txt").read_bytes()) as export:
        report = export.report()
    assert {person.name: person.messages for person in report.people} == people
    assert (report.notices, report.media_missing) == counts
    assert (report.first_at, report.last_at) == (at(*span[0]), at(*span[1]))
    assert (report.date_order, report.ambiguous_dates) == (guess, False)
    assert report.unread == []
    assert report.messages == sum(people.values())


def test_an_iphones_own_words_are_told_from_a_persons(tmp_path: Path) -> None:
    read = lines(tmp_path, (FIXTURES / "iphone_indonesian_group.txt").read_bytes())
    assert [line.text for line in read if line.system] == [
        "Pesan dan panggilan terenkripsi secara end-to-end.",
        "Siti membuat grup ini",
        "Siti mengubah ikon grup ini",
    ]
    assert [line.text for line in read if line.omitted] == ["gambar tidak disertakan", "Menu.pdf • 2 halaman dokumen tidak disertakan"]
    assert [line.text for line in read if line.deleted] == ["Pesan ini dihapus."]
    assert [line.text for line in read if line.edited] == ["jam tujuh"]
    assert ("~ Budi", "kopi dua,\nyang satu tanpa gula") in [(line.author, line.text) for line in read]
    assert "Lokasi: https://maps.google.com/?q=-6.2,106.8" in [line.text for line in read]


def test_an_androids_own_words_are_told_from_a_persons(tmp_path: Path) -> None:
    read = lines(tmp_path, (FIXTURES / "android_english_group.txt").read_bytes())
    assert [line.text for line in read if line.system][1:] == [
        'Budi created group "kopi club"',
        'Budi changed the subject from "kopi club" to "kopi: malam"',
    ]
    assert [line.text for line in read if line.omitted] == ["IMG-20231231-WA0001.jpg (file attached)\nthe new machine", "<Media omitted>"]
    assert [line.text for line in read if line.deleted] == ["You deleted this message"]
    assert [line.text for line in read if line.edited] == ["see you at 5"]
    assert "happy new year\n\nto all of you" in [line.text for line in read]


HOURS = {
    0: "12:30 AM|00:30 a. m.|00:30|凌晨12:30|रात 12:30",
    1: "रात 1:30|1.30 AM",
    3: "3:30 a.m.|3:30 ص|3:30 पूर्वाह्न|3:30 SA|de. 3:30|오전 3:30",
    11: "中午11:30|上午11:30|11:30 vorm.",
    12: "12:30 pm|中午12:30|午後0:30|12:30 da tarde",
    15: "3:30 p. m.|15:30|15.30|15h30|klo 15.30|下午3:30|3:30 م|٣:٣٠ م|3:30 अपराह्न|3:30 CH|3:30 ÖS|du. 3:30|오후 3:30|3:30 de la tarde",
    21: "晚上9:30|रात 9:30|9:30 nachm.",
}


@pytest.mark.parametrize(("time", "hour"), [(time, hour) for hour, times in HOURS.items() for time in times.split("|")])
def test_the_hour_is_read_in_any_language(tmp_path: Path, time: str, hour: int) -> None:
    assert [line.at for line in lines(tmp_path, f"18/03/2022, {time} - Siti: ya\n")] == [at(2022, 3, 18, hour, 30)]


@pytest.mark.parametrize(
    ("dates", "order", "sure"),
    [
        (["18/03/22", "27/03/22"], "dmy", True),
        (["3/18/22", "3/27/22"], "mdy", True),
        (["01/02/22", "02/02/22", "01/03/22", "02/03/22", "01/04/22"], "dmy", True),  # else time would often go backward
        (["01/02/22", "01/03/22", "02/01/22"], "mdy", False),
        (["05/06/22"], "dmy", False),
        (["05/06/2022", "05/06/2022"], "dmy", False),
        (["2022-03-18", "2022-03-19"], "ymd", True),
        (["22. 3. 18.", "22. 3. 27.", "22. 4. 1."], "ymd", True),
        (["22. 3. 18.", "22. 3. 27."], "ymd", True),  # else nine years would lie between two messages
        (["18/3/2565", "27/3/2565"], "dmy", True),
        (["18/3/65", "27/3/65"], "dmy", True),
    ],
)
def test_the_order_of_dates_is_decided_over_the_whole_file(tmp_path: Path, dates: list[str], order: DateOrder, sure: bool) -> None:
    with opened(tmp_path, "".join(f"{date}, 9:00 - Budi: kopi\n" for date in dates)) as export:
        report = export.report()
    assert (report.date_order, report.ambiguous_dates) == (order, not sure)
    assert report.unread == []
    assert report.first_at is not None
    assert datetime.fromtimestamp(report.first_at / 1_000, UTC).year == 2022


def test_a_phone_with_a_wrong_clock_is_believed(tmp_path: Path) -> None:
    assert [line.at for line in lines(tmp_path, "1970-01-02 00:01 - Budi: kopi\n")] == [at(1970, 1, 2, 0, 1)]


def test_an_undecided_order_must_be_chosen(tmp_path: Path) -> None:
    text = "05/06/22, 9:00 - Budi: kopi\n"
    with pytest.raises(AmbiguousDates):
        lines(tmp_path, text)
    assert lines(tmp_path, text, order="dmy")[0].at == at(2022, 6, 5, 9)
    assert lines(tmp_path, text, order="mdy")[0].at == at(2022, 5, 6, 9)


def test_times_are_those_of_the_phone(tmp_path: Path) -> None:
    text = "31/03/2024, 1:30 - Budi: before the clocks change\n31/03/2024, 3:30 - Budi: after\n"
    jakarta = [line.at for line in lines(tmp_path, text, zone="Asia/Jakarta")]
    berlin = [line.at for line in lines(tmp_path, text, zone="Europe/Berlin")]
    assert jakarta == [at(2024, 3, 30, 18, 30), at(2024, 3, 30, 20, 30)]
    assert berlin == [at(2024, 3, 31, 0, 30), at(2024, 3, 31, 1, 30)]
    with pytest.raises(UnknownTimeZone):
        lines(tmp_path, text, zone="Mars/Olympus")


def test_a_key_stays_when_the_chat_grows_or_the_zone_changes(tmp_path: Path) -> None:
    first = "18/03/2022, 9:00 - Budi: kopi\n18/03/2022, 9:00 - Budi: kopi\n18/03/2022, 9:00 - Siti: kopi\n"
    keys = [line.key for line in lines(tmp_path, first)]
    again = [line.key for line in lines(tmp_path, first + "18/03/2022, 9:01 - Budi: kopi\n", zone="Asia/Jakarta")]
    assert len(set(again)) == 4
    assert again[:3] == keys


def test_a_name_with_a_colon_is_known_by_its_habit(tmp_path: Path) -> None:
    text = "".join(
        f"18/03/2022, 9:0{minute} - Toko Sari: Jakarta: open {minute}\n18/03/2022, 9:0{minute} - Budi: ok: {minute}\n" for minute in (1, 2)
    )
    assert {author for author, _ in said(tmp_path, text)} == {"Toko Sari", "Budi"}
    text += "18/03/2022, 9:03 - Toko Sari: Jakarta: closed\n18/03/2022, 9:04 - Budi: bye\n"
    assert ("Toko Sari: Jakarta", "open 1") in said(tmp_path, text)
    assert ("Budi", "ok: 2") in said(tmp_path, text)


def test_what_cannot_be_read_is_reported_with_its_number(tmp_path: Path) -> None:
    text = (
        b"exported by a friend\n\n"
        b"18/03/2022, 9:00 - Budi: kopi\n"
        b"32/03/2022, 9:00 - Budi: no such day\n"
        b"18/03/2022, 25:00 - Budi: no such hour\n"
        b"18/03/2022, 9:00 zzz - Budi: no such half\n"
        b"[18/03/2022, 09:00:00] Siti: pasted from another phone\n"
        b"18/03/2022, 9:01 - Siti: \xff\xfe\n"
    )
    assert [(line.number, line.reason) for line in unread(tmp_path, text)] == [
        (1, "before_the_first_message"),
        (4, "impossible_date"),
        (5, "impossible_date"),
        (6, "unknown_word_in_date"),
        (7, "other_date_shape"),
        (8, "not_text"),
    ]
    kept = said(tmp_path, text)[0][1]
    assert "no such day" in kept
    assert "pasted from another phone" in kept
    assert said(tmp_path, text)[1] == ("Siti", "\ufffd\ufffd")


def test_a_text_without_end_is_cut_and_reported(tmp_path: Path) -> None:
    endless = "18/03/2022, 9:00 - Budi: kopi\n" + ("kopi " * 1_000 + "\n") * 60 + "x" * 3_000_000 + "\n18/03/2022, 9:01 - Siti: ya\n"
    assert {line.reason for line in unread(tmp_path, endless)} == {"too_long"}
    assert [(author, len(text) < 200_001) for author, text in said(tmp_path, endless)] == [("Budi", True), ("Siti", True)]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_any_unicode_encoding_is_read(tmp_path: Path, codec: str) -> None:
    text = "18/03/2022, 9:00 - Ayu: 早上好 नमस्ते 😊\n18/03/2022, 9:01 - Budi: pagi\n"
    assert said(tmp_path, text.encode(codec)) == [("Ayu", "早上好 नमस्ते 😊"), ("Budi", "pagi")]


def test_broken_utf_16_is_reported(tmp_path: Path) -> None:
    text = "18/03/2022, 9:00 - Ayu: 早\n18/03/2022, 9:01 - Budi: ".encode("utf-16") + b"\x00\xd8" + "\n".encode("utf-16-le")
    assert [line.reason for line in unread(tmp_path, text)] == ["not_text"]


MEDIA = {
    f"{LRM}[18/03/22, 08:01:00] Budi: {LRM}<attached: 00000002-PHOTO-2022-03-18.jpg>": ("00000002-PHOTO-2022-03-18.jpg", ""),
    f"{LRM}[18/03/22, 08:01:00] Budi: the machine {LRM}<terlampir: 00000003-Menu kopi.pdf>": ("00000003-Menu kopi.pdf", "the machine"),
    f"{LRM}[18/03/22, 08:01:00] Budi: Menu kopi.pdf • {LRM}2 pages {LRM}<adjunto: 00000003-Menu kopi.pdf>": (
        "00000003-Menu kopi.pdf",
        "Menu kopi.pdf • 2 pages",
    ),
    f"[18/03/22, 08:01:00] Budi: {LRM}<附件：00000002-PHOTO-2022-03-18.jpg>": ("00000002-PHOTO-2022-03-18.jpg", ""),
    "18/03/22, 08:01 - Budi: IMG-20220318-WA0001.jpg (file attached)": ("IMG-20220318-WA0001.jpg", ""),
    f"18/03/22, 08:01 - Budi: {LRM}IMG-20220318-WA0001.jpg (файл добавлен)\nкофе\nи чай": ("IMG-20220318-WA0001.jpg", "кофе\nи чай"),
    "18/03/22, 08:01 - Budi: my list (of words in no language).txt (xyzzy)": ("my list (of words in no language).txt", ""),
}


@pytest.mark.parametrize(("entry", "expected"), MEDIA.items(), ids=range(len(MEDIA)))
@pytest.mark.parametrize(("folder", "media"), [("", ""), ("export/", "export/"), ("", "media/")], ids=["flat", "folder", "media apart"])
def test_media_are_found_in_the_archive(tmp_path: Path, entry: str, expected: tuple[str, str], folder: str, media: str) -> None:
    name, text = expected
    end = "\r\n" if entry.lstrip(LRM).startswith("[") else "\n"
    archive = packed({f"{folder}_chat.txt": entry + end, f"{media}{name}": b"bytes", "__MACOSX/._chat.txt": b"\0"})
    with opened(tmp_path, archive, name="WhatsApp Chat - kopi club.zip") as export:
        report = export.report()
        line = next(export.lines())
    assert (line.author, line.media, line.text, line.omitted) == ("Budi", f"{media}{name}", text, False)
    assert (report.title, report.media_present, report.media_missing) == ("kopi club", 1, 0)


@pytest.mark.parametrize("entry", MEDIA, ids=range(len(MEDIA)))
def test_media_that_are_not_there_are_missing(tmp_path: Path, entry: str) -> None:
    if "xyzzy" not in entry:  # without the file nothing says that this was one
        line = lines(tmp_path, entry)[0]
        assert (line.media, line.omitted, line.author) == (None, True, "Budi")
        assert line.text in entry


@pytest.mark.parametrize(
    "entry",
    [
        f"18/03/22, 08:01 - Budi: {LRM}Alex.vcf (in a language of its own)",  # the mark tells
        "18/03/22, 08:01 - Budi: IMG-20220318-WA0001.jpg (in a language of its own)",  # the name tells
        "[18/03/22, 08:01:00] Budi: image omitted",  # the words tell, where a mail program took the marks away
        f"{LRM}[18/03/22, 08:01:00] Budi: {LRM}left out in a language of its own",
    ],
    ids=["mark", "name", "words", "marks"],
)
def test_a_missing_medium_is_known_by_any_of_its_signs(tmp_path: Path, entry: str) -> None:
    assert [(line.omitted, line.author) for line in lines(tmp_path, entry)] == [(True, "Budi")]


def test_a_byte_order_mark_is_no_mark_of_the_phone(tmp_path: Path) -> None:
    plain = (FIXTURES / "iphone_indonesian_group.txt").read_text()
    assert lines(tmp_path, plain.encode("utf-8-sig")) == lines(tmp_path, plain)


@pytest.mark.parametrize(
    "text", ["<3", "<ok>", "image", "x (file attached", "see Menu.pdf (old)", "(file attached)", "a <b: c>", "<This is edited>"]
)
@pytest.mark.parametrize("phone", ["iphone english", "android indonesian"])
def test_what_a_person_wrote_is_no_medium(tmp_path: Path, text: str, phone: str) -> None:
    line = lines(tmp_path, whatsapp(PHONES[phone], [Said(at(2022, 3, 18), "Budi", text)]))[0]
    assert (line.text, line.author, line.media, line.omitted, line.edited, line.deleted) == (text, "Budi", None, False, False, False)


@pytest.mark.parametrize(
    ("file", "title"),
    [
        ("WhatsApp Chat with kopi club.txt", "kopi club"),
        ("WhatsApp Chat - kopi club.zip", "kopi club"),
        ("Chat WhatsApp dengan kopi club (1).txt", "kopi club"),
        ("Чат WhatsApp с контактом Budi.txt", "Budi"),
        ("kopi club.txt", "kopi club"),
        ("_chat.txt", ""),
    ],
)
def test_the_title_is_in_the_name_of_the_file(tmp_path: Path, file: str, title: str) -> None:
    text = whatsapp(ENGLISH, [Said(at(2022, 3, 18), "Budi", "kopi")])
    with opened(tmp_path, text, name=file) as export:
        assert export.titles == [title]


def test_a_file_that_is_no_chat_is_refused(tmp_path: Path) -> None:
    for content in ("", "\n\n", "kopi\n" * 1_000, b"\x89PNG\r\n\x1a\n" + bytes(1_000)):
        with pytest.raises(NotAnExport), opened(tmp_path, content):
            pass
    with opened(tmp_path, whatsapp(ENGLISH, [Said(0, "Budi", "kopi")])) as export, pytest.raises(NoSuchConversation):
        export.report(1)


def test_a_file_of_nothing_but_names_is_refused(tmp_path: Path) -> None:
    text = "".join(f"18/03/2022, 9:00 - Budi {number}: kopi\n" for number in range(20_001))
    with opened(tmp_path, text) as export, pytest.raises(TooManyPeople):
        export.lines()


def peak(folder: Path, text: str) -> int:
    """Return how many bytes were held at once while a chat was read through."""
    with opened(folder, text) as export:
        tracemalloc.start()
        for _ in export.lines():
            pass
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return held


def test_the_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    entries = [Said(at(2022, 3, 18) + 60_000 * number, "Budi" if number % 3 else "Siti", f"kopi {number}") for number in range(10_000)]
    text = whatsapp(PHONES["android swedish"], entries)
    half = peak(tmp_path, text[: len(text) // 2])
    assert peak(tmp_path, text) < half * 1.2
    assert peak(tmp_path, text[:100_000] + "kopi " * 1_000_000) < 10_000_000


def _no_head(text: str) -> bool:
    """Whether no row can be taken for the head of an entry, and the first for a name."""
    rows = text.split("\n")
    return (
        ": " not in rows[0]
        and not rows[0].startswith(LRM)
        and not any(row.strip()[:1].isdecimal() or row.strip()[:1] == "[" for row in rows)
    )


TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf"], include_characters="\n\t"), max_size=80).filter(_no_head)
NAMES = st.sampled_from(["Budi", "Siti", "Ayu", "Pak Joko", "+62 812-3456-789", "Toko Sari ☕", 'Budi "Kopi" S.', "咖啡", "आयु"])
MINUTES = st.integers(at(2010, 1, 1) // 60_000, at(2035, 1, 1) // 60_000)
SAID = st.lists(st.builds(lambda minute, who, text: Said(minute * 60_000, who, text), MINUTES, NAMES, TEXTS), min_size=1, max_size=12)


@pytest.mark.parametrize("phone", PHONES.values(), ids=list(PHONES))
@given(entries=SAID, zone=st.sampled_from(["UTC", "Asia/Jakarta", "Asia/Kolkata"]), data=st.data())
def test_what_a_phone_writes_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, phone: Phone, entries: list[Said], zone: str, data: st.DataObject
) -> None:
    if phone.seconds:
        entries = [entry._replace(at=entry.at + 1_000 * data.draw(st.integers(0, 59))) for entry in entries]
    entries = [Said(entries[0].at, None, "Siti created this group"), *entries]
    folder = tmp_path_factory.mktemp("written")
    read = lines(folder, whatsapp(phone, entries, zone), order=phone.order, zone=zone)
    assert [Said(line.at, line.author, line.text) for line in read] == entries
    assert len({line.key for line in read}) == len(read)
