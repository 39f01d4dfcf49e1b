"""Whatever somebody uploads: it is read, or refused by name, and nothing else happens."""

import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.writers import PHONES, Said, opened, packed, whatsapp
from warung.importers import NotAnExport, SeveralChats
from warung.importers.model import NestedArchive
from warung.kit.errors import Refusal

# Pieces of which exports are made, put together by nobody with sense.
SIGNS = '[]-: ,<>\n\r\u200e\u202f٣²\ufeff\0\ud83d“"'
WORDS = [
    " - ",
    ": ",
    "31/12/2023",
    "2/30/24",
    "9999-99-99",
    "0/0/0",
    "25:61",
    "9:05",
    "上午",
    "pm",
    "Budi",
    "<attached: a.jpg>",
    "<Media omitted>",
]
PIECES = st.sampled_from([*SIGNS, *WORDS, "a.jpg (file attached)"])
JUNK = st.one_of(
    st.binary(max_size=300),
    st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode(errors="surrogatepass")),
    st.lists(PIECES, max_size=40).map(lambda pieces: "".join(pieces).encode("utf-16", errors="surrogatepass")),
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=10) | st.just("1700000000"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["text", "href", "answers", "question", "latitude", "first_name"]), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = ["type", "id", "date", "date_unixtime", "from", "from_id", "actor", "action", "members", "text", "photo", "file", "poll", "title"]
MESSAGES = st.lists(
    st.dictionaries(st.sampled_from([*FIELDS, "contact_information", "location_information", "reply_to_message_id"]), VALUES, max_size=6),
    max_size=5,
)


def read(folder: Path, content: bytes) -> None:
    """Read all that can be read; the report and the lines must agree."""
    with suppress(Refusal), opened(folder, content, order="dmy") as export:
        for number in range(len(export.titles)):
            report = export.report(number)
            lines = list(export.lines(number))
            assert report.messages + report.notices == len(lines)
            json.dumps([line.text + (line.author or "") + line.key for line in lines]).encode()
            assert all("\0" not in line.text for line in lines)
            "".join(line.text + (line.author or "") for line in lines).encode()
            "".join(line.text for line in report.unread).encode()


@given(JUNK)
def test_junk_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, junk: bytes) -> None:
    folder = tmp_path_factory.mktemp("junk")
    read(folder, junk)
    read(folder, packed({"_chat.txt": junk, "a.jpg": b""}))


@given(JUNK, st.sampled_from(list(PHONES)))
def test_junk_within_a_chat_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, junk: bytes, phone: str) -> None:
    some = whatsapp(PHONES[phone], [Said(1_647_561_600_000, "Budi", "kopi"), Said(1_648_561_600_000, "Siti", "ya")]).encode()
    read(tmp_path_factory.mktemp("junk"), some + junk + some)


@given(MESSAGES, st.binary(max_size=20))
def test_odd_json_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, messages: list[dict[str, object]], tail: bytes) -> None:
    folder = tmp_path_factory.mktemp("odd")
    whole = json.dumps(
        {"name": "kopi club", "id": 1, "messages": [{"date_unixtime": "1700000000", **message} for message in messages]}
    ).encode()
    read(folder, whole)
    read(folder, whole + tail)
    read(folder, whole.replace(b"1", tail, 1))


@given(VALUES, VALUES)
def test_odd_wholes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, one: object, other: object) -> None:
    folder = tmp_path_factory.mktemp("odd")
    for whole in ({"messages": one, "name": other}, {"chats": one, "left_chats": other}, {"chats": {"list": [one, other]}}):
        read(folder, json.dumps(whole).encode())


def test_the_chat_is_found_among_other_texts(tmp_path: Path) -> None:
    chat = whatsapp(PHONES["android swedish"], [Said(0, "Budi", "kopi")])
    with opened(
        tmp_path, packed({"WhatsApp Chat with Budi.txt": chat, "notes.txt": "milk\nsugar\n", "inner.zip": packed({"a": "b"})})
    ) as export:
        assert export.titles == ["Budi"]
    with opened(tmp_path, packed({"_chat.txt": chat, "pasted.txt": chat})) as export:
        assert export.report().messages == 1
    with opened(tmp_path, packed({"without an ending": chat, "__MACOSX/._without an ending": b"\0"})) as export:
        assert export.report().messages == 1
    with pytest.raises(SeveralChats), opened(tmp_path, packed({"a.txt": chat, "b.txt": chat})):
        pass
    with pytest.raises(NestedArchive), opened(tmp_path, packed({"inner.zip": packed({"_chat.txt": chat})})):
        pass
    with pytest.raises(NotAnExport), opened(tmp_path, packed({"notes.txt": "milk", "messages.html": "<html>"})):
        pass
