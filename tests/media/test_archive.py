"""Archives that people upload: what is let in, and the name of each refusal."""

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.importers.writers import packed
from warung.kit.errors import Refusal
from warung.media import archive
from warung.media.archive import Archive, Limits, open_archive

CHAT = "12/31/23, 9:41 - Budi: kopi?\n"
DATA = Path(__file__).parents[3] / "shared/data/fuzz/zip-selfmade"


def contents(opened: Archive) -> dict[str, bytes]:
    return {name: b"".join(opened.blocks(name)) for name in opened.sizes}


def read(path: Path, limits: Limits | None = None) -> dict[str, bytes]:
    with open_archive(path, limits=limits) as opened:
        return contents(opened)


def put(folder: Path, content: bytes) -> Path:
    path = folder / "upload"
    path.write_bytes(content)
    return path


def edited(change: Callable[[zipfile.ZipInfo], None], *, content: bytes = b"x") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        info = zipfile.ZipInfo("member")
        change(info)
        made.writestr(info, content)
    return file.getvalue()


def test_a_zip_a_folder_and_a_single_file_read_alike(tmp_path: Path) -> None:
    folder = tmp_path / "export"
    (folder / "photos").mkdir(parents=True)
    (folder / "_chat.txt").write_text(CHAT)
    (folder / "photos/1.jpg").write_bytes(b"jpg")
    expected = {"_chat.txt": CHAT.encode(), "photos/1.jpg": b"jpg"}
    assert read(folder) == expected
    assert read(put(tmp_path, packed({"photos/": "", **{name: expected[name] for name in expected}}))) == expected
    assert read(folder / "_chat.txt") == {"_chat.txt": CHAT.encode()}


def test_a_text_that_begins_with_pk_is_a_text(tmp_path: Path) -> None:
    assert read(put(tmp_path, b"PKK meets on Friday")) == {"upload": b"PKK meets on Friday"}


def test_names_are_read_as_utf_8_even_without_the_flag(tmp_path: Path) -> None:
    name = "WhatsApp Chat - café 咖啡.txt"
    content = packed({"x" * len(name.encode()): CHAT}).replace(b"x" * len(name.encode()), name.encode())
    assert list(read(put(tmp_path, content))) == [name]


def named(name: str) -> bytes:
    stand_in = "n" * len(name.encode())
    return packed({stand_in: "x"}).replace(stand_in.encode(), name.encode())


@pytest.mark.parametrize("name", ["../evil", "a/../../evil", "/etc/evil", "C:/evil", "a\\..\\evil", "a//b", "./a", "a\nb"])
def test_a_name_that_leaves_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(archive.UnsafeName):
        read(put(tmp_path, named(name)))


def symlink(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def strange(info: zipfile.ZipInfo) -> None:
    info.compress_type = zipfile.ZIP_LZMA


def overlapping() -> bytes:
    content = bytearray(packed({"a": "x" * 100, "b": "y" * 100}, method=zipfile.ZIP_STORED))
    second = content.rfind(b"PK\x01\x02")
    struct.pack_into("<L", content, second + 42, 10)
    return bytes(content)


def doubled() -> bytes:
    return packed({"one": "1", "two": "2"}).replace(b"two", b"one")


def encrypted() -> bytes:
    content = bytearray(packed({"a": "x"}))
    for record, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(record) + flags] |= 1
    return bytes(content)


def rotten() -> bytes:
    return packed({"a": "x" * 100}, method=zipfile.ZIP_STORED).replace(b"xxx", b"xyx", 1)


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (edited(symlink, content=b"/etc/passwd"), archive.LinkInArchive),
        (edited(strange), archive.UnknownCompression),
        (overlapping(), archive.OverlappingMembers),
        (doubled(), archive.DuplicateName),
        (encrypted(), archive.EncryptedArchive),
        (rotten(), archive.DamagedMember),
        (packed({"a": CHAT * 100})[:-10], archive.TruncatedArchive),
        (packed({"big": b"\0" * 3_000_000}), archive.ArchiveBomb),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else "",
)
def test_a_bad_archive_is_refused_by_name(tmp_path: Path, content: bytes, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read(put(tmp_path, content))


def test_an_archive_may_be_cut_off_anywhere(tmp_path: Path) -> None:
    whole = packed({"a": CHAT * 100})
    for length in range(4, len(whole)):
        with pytest.raises(archive.TruncatedArchive):
            read(put(tmp_path, whole[:length]))


def test_limits_are_parameters(tmp_path: Path) -> None:
    path = put(tmp_path, packed({str(number): "x" * 100 for number in range(20)}))
    assert len(read(path, Limits(members=20, total_bytes=2_000))) == 20
    with pytest.raises(archive.TooManyMembers):
        read(path, Limits(members=19))
    with pytest.raises(archive.ArchiveTooLarge):
        read(path, Limits(total_bytes=1_999))


def test_a_folder_and_a_file_have_the_same_limits(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / str(number)).write_bytes(b"x" * 10)
    with pytest.raises(archive.TooManyMembers):
        read(tmp_path, Limits(members=2))
    with pytest.raises(archive.ArchiveTooLarge):
        read(tmp_path, Limits(total_bytes=29))
    with pytest.raises(archive.ArchiveTooLarge):
        read(tmp_path / "0", Limits(total_bytes=9))


def test_a_huge_table_of_contents_is_refused_before_it_is_read(tmp_path: Path) -> None:
    content = bytearray(packed({"a": "x"}))
    struct.pack_into("<L", content, content.rfind(b"PK\x05\x06") + 12, 0xFFFFFFF0)
    with pytest.raises(archive.TooManyMembers):
        read(put(tmp_path, bytes(content)))


def test_a_table_of_contents_that_counts_wrong_is_refused(tmp_path: Path) -> None:
    content = bytearray(packed({str(number): "x" for number in range(20)}))
    struct.pack_into("<HH", content, content.rfind(b"PK\x05\x06") + 8, 1, 1)
    with pytest.raises(archive.TooManyMembers):
        read(put(tmp_path, bytes(content)), Limits(members=1))


def test_a_link_in_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret")
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "_chat.txt").symlink_to(tmp_path / "secret")
    with pytest.raises(archive.LinkInArchive):
        read(folder)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(archive.LinkInArchive):
        read(tmp_path / "pipe")


@given(st.data())
def test_a_damaged_archive_raises_nothing_but_refusals(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    content = bytearray(packed({"_chat.txt": CHAT * 20, "photo.jpg": b"\xff\xd8" * 50}))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), min_size=1, max_size=8)):
        content[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    path = put(tmp_path_factory.mktemp("damaged"), bytes(content[: end or None]))
    with suppress(Refusal):
        read(path)


@pytest.mark.skipif(not DATA.is_dir(), reason="the archives of ../shared/data/fuzz/zip-selfmade are not here")
@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("absolute", archive.UnsafeName),
        ("dotdot", archive.UnsafeName),
        ("bomb-20MB", archive.ArchiveBomb),
        ("duplicate-name", archive.DuplicateName),
        ("symlink", archive.LinkInArchive),
        ("many-files-5000", archive.TooManyMembers),
    ],
)
def test_a_collected_bad_archive_is_refused(name: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        read(DATA / f"{name}.zip", Limits(members=1_000))
