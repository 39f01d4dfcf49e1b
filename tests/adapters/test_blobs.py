"""The contract of the blob port, over a folder and over a bucket, and what the folder adds to it."""

import asyncio
import contextlib
import hashlib
import os
from pathlib import Path

import pytest

from tests.engines import CREDENTIALS, Bucket
from warung.adapters.blobs import open_blobs
from warung.kit.blobs import BlobKey, BlobMissing, Blobs, BlobsUnavailable, key_of

PHOTO = bytes(range(256)) * 20_000  # five megabytes: several pieces of a stream

pytestmark = pytest.mark.anyio


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "toko sari" / "blobs"


@pytest.fixture(params=["folder", "bucket"])
def blobs(request: pytest.FixtureRequest, folder: Path) -> Blobs:
    if request.param == "folder":
        return open_blobs(folder.as_uri())
    bucket: Bucket = request.getfixturevalue("bucket")
    return open_blobs(bucket.url)


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def all_of(blobs: Blobs, key: BlobKey, start: int = 0, stop: int | None = None) -> bytes:
    return b"".join([piece async for piece in blobs.stream(key, start, stop)])


async def test_what_is_put_is_what_is_got(blobs: Blobs) -> None:
    for data in (b"", b"kopi", PHOTO):
        key = key_of("pictures", data)
        await blobs.put(key, data)
        assert await blobs.get(key) == data
        assert await blobs.size(key) == len(data)
        assert await all_of(blobs, key) == data


async def test_a_file_is_stored_like_its_bytes(blobs: Blobs, tmp_path: Path) -> None:
    file = tmp_path / "photo"
    file.write_bytes(PHOTO)
    key = key_of("files", file)
    await blobs.put(key, file)
    assert key == key_of("files", PHOTO)
    assert await blobs.get(key) == PHOTO
    assert file.exists()


async def test_a_key_is_the_hash_of_the_content_in_a_small_folder(blobs: Blobs) -> None:
    name = hashlib.sha256(b"kopi").hexdigest()
    assert key_of("pictures", b"kopi") == f"pictures/{name[:2]}/{name}"


@pytest.mark.parametrize(("start", "stop"), [(0, 1), (0, None), (5, 9), (1_048_575, 1_048_577), (5_000_000, None), (5_119_999, 9_999_999)])
async def test_a_range_is_read_without_the_rest(blobs: Blobs, start: int, stop: int | None) -> None:
    key = key_of("pictures", PHOTO)
    await blobs.put(key, PHOTO)
    assert await all_of(blobs, key, start, stop) == PHOTO[start:stop]


async def test_a_range_past_the_end_or_backwards_is_empty(blobs: Blobs) -> None:
    key = key_of("pictures", b"kopi")
    await blobs.put(key, b"kopi")
    for start, stop in ((4, None), (9, 12), (3, 3), (3, 1)):
        assert await all_of(blobs, key, start, stop) == b""
    with pytest.raises(ValueError, match="starts at 0"):
        await all_of(blobs, key, -2)


async def test_what_is_not_there_is_missing_and_deleting_it_is_no_error(blobs: Blobs) -> None:
    key = key_of("pictures", b"kopi")
    await blobs.delete(key)
    for asked in (blobs.get(key), blobs.size(key), all_of(blobs, key)):
        with pytest.raises(BlobMissing):
            await asked


async def test_a_deleted_blob_is_gone_and_can_come_back(blobs: Blobs) -> None:
    key = key_of("pictures", b"kopi")
    await blobs.put(key, b"kopi")
    await blobs.delete(key)
    with pytest.raises(BlobMissing):
        await blobs.get(key)
    await blobs.put(key, b"kopi")
    assert await blobs.get(key) == b"kopi"


async def test_many_may_put_and_read_the_same_blob_at_once_and_never_see_a_part(blobs: Blobs) -> None:
    key = key_of("pictures", PHOTO)
    await blobs.put(key, PHOTO)

    async def read() -> bool:
        return await blobs.get(key) == PHOTO

    seen = await asyncio.gather(*[read() if turn % 2 else blobs.put(key, PHOTO) for turn in range(12)])
    assert set(seen) == {None, True}


async def test_a_stray_path_is_never_a_key(blobs: Blobs, folder: Path) -> None:
    name = "0" * 64
    for stray in ("../../etc/passwd", f"/pictures/00/{name}", f"pictures/../{name}", f"pictures/00/{name}\n", f"Pictures/00/{name}", ""):
        key = BlobKey(stray)
        for asked in (blobs.put(key, b"kopi"), blobs.get(key), blobs.size(key), blobs.delete(key), all_of(blobs, key)):
            with pytest.raises(ValueError, match="not a blob key"):
                await asked


async def test_a_folder_holds_the_blobs_and_nothing_half_written(folder: Path) -> None:
    blobs = open_blobs(folder.as_uri())
    key = key_of("pictures", PHOTO)
    await blobs.put(key, PHOTO)
    assert files(folder) == [folder / key]
    assert await open_blobs(folder.as_uri()).get(key) == PHOTO


async def test_a_put_that_fails_says_so_and_leaves_nothing(folder: Path) -> None:
    blobs = open_blobs(folder.as_uri())
    in_the_way = folder / "pictures"
    in_the_way.write_bytes(b"not a folder")
    with pytest.raises(BlobsUnavailable):
        await blobs.put(key_of("pictures", PHOTO), PHOTO)
    assert files(folder) == [in_the_way]


async def test_what_a_crash_left_is_swept_and_what_is_being_written_is_not(folder: Path) -> None:
    open_blobs(folder.as_uri())
    old, young = folder / "incoming/old#1", folder / "incoming/young#1"
    for path in (old, young):
        path.write_bytes(PHOTO[:99])
    os.utime(old, (0, 0))
    open_blobs(folder.as_uri())
    assert files(folder) == [young]


async def test_a_relative_folder_is_made_where_the_server_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    key = key_of("pictures", b"kopi")
    await open_blobs("file:data/blobs").put(key, b"kopi")
    assert (tmp_path / "data/blobs" / key).read_bytes() == b"kopi"


@pytest.mark.parametrize("url", ["s3://kopi-club", "s3://kopi-club/blobs?region=ap-southeast-3&endpoint=http://127.0.0.1:9000"])
def test_a_bucket_is_accepted(url: str) -> None:
    assert open_blobs(url)


@pytest.mark.parametrize("url", ["", "file:", "ftp://kopi/blobs", "file://elsewhere/blobs", "s3:///blobs", "s3://kopi?secret=x"])
def test_any_other_place_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="blobs"):
        open_blobs(url)


async def test_a_bucket_that_fails_is_asked_a_few_times_and_then_named(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []
    lines: list[asyncio.StreamWriter] = []

    async def broken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        lines.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError):  # until the other side hangs up
            while head := await reader.readuntil(b"\r\n\r\n"):
                asked.append(head.split(b" ", 1)[0])
                body = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0]) if b"content-length: " in head.lower() else 0
                await reader.readexactly(body)
                writer.write(b"HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n")

    for name, value in CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    async with await asyncio.start_server(broken, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        blobs = open_blobs(f"s3://kopi-club?region=us-east-1&endpoint=http://127.0.0.1:{port}")
        key = key_of("pictures", b"kopi")
        for what in (blobs.put(key, b"kopi"), blobs.get(key), blobs.size(key), blobs.delete(key)):
            asked.clear()
            with pytest.raises(BlobsUnavailable):
                await what
            assert 1 < len(asked) < 6
        for line in lines:
            line.close()
