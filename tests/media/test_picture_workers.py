"""Whatever a picture does to its worker, it is refused by name, the next one is served, and nothing is left behind."""

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.media.making import quarters, saved, workers
from warung.media.pictures import PictureBroken, Pictures, PicturesUnavailable, PictureTooLarge, Rendered, Size

SECRET = "rahasia Pak Joko"

pytestmark = pytest.mark.anyio


@pytest.fixture(params=[True, False], ids=["uvloop", "asyncio"])
def anyio_backend(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any]]:
    """Both loops: each has its own way with processes."""
    return "asyncio", {"use_uvloop": request.param}


@pytest.fixture
async def pictures() -> AsyncIterator[Pictures]:
    async with Pictures() as pool:
        yield pool
    for worker in workers():  # after a failure only: a test that stopped one would wait for it for ever
        os.kill(worker, signal.SIGKILL)


async def test_a_picture_that_needs_more_memory_than_there_is_is_refused(pictures: Pictures) -> None:
    """A progressive JPEG is held whole before a pixel is seen, and this one needs 550 MB."""
    scans = saved(Image.new("RGB", (9600, 9600)), "JPEG", progressive=True, subsampling=0, quality=30)
    with pytest.raises((PictureTooLarge, PictureBroken)):
        await pictures.render(scans)
    assert await pictures.render(saved(quarters(8, 8)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "AVIF"])
async def test_a_damaged_picture_is_refused_and_the_next_is_served(pictures: Pictures, kind: str) -> None:
    whole = saved(Image.effect_noise((200, 200), 60), kind)
    for damaged in (whole[: len(whole) // 2], whole[:20], whole[:16] + bytes(len(whole) - 16)):
        with pytest.raises((PictureBroken, PictureTooLarge)):
            await pictures.render(damaged)
    assert await pictures.render(whole)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGXCPU, signal.SIGSEGV])
async def test_a_picture_that_kills_its_worker_is_refused_and_the_next_is_served(pictures: Pictures, end: signal.Signals) -> None:
    data = saved(quarters(8, 8))
    await pictures.render(data)
    (worker,) = workers()
    os.kill(worker, signal.SIGSTOP)  # so that it surely has the picture when it ends
    job = asyncio.create_task(pictures.render(data))
    await asyncio.sleep(0)
    os.kill(worker, end)
    with contextlib.suppress(ProcessLookupError):  # it needs no waking: it is gone, and its end was seen
        os.kill(worker, signal.SIGCONT)
    with pytest.raises(PictureBroken):
        await job
    assert await pictures.render(data)
    assert worker not in workers()


async def test_a_worker_that_died_idle_is_replaced_unnoticed(pictures: Pictures) -> None:
    data = saved(quarters(8, 8))
    await pictures.render(data)
    (worker,) = workers()
    os.kill(worker, signal.SIGKILL)
    for _ in range(2000):
        if worker not in workers():  # its end has been noticed here
            break
        await asyncio.sleep(0.01)
    assert await pictures.render(data)


async def test_a_picture_that_takes_too_long_is_given_up_with_its_worker() -> None:
    async with Pictures(patience_s=0.001) as pictures:
        with pytest.raises(PictureBroken):
            await pictures.render(saved(Image.effect_noise((2000, 2000), 60)))
        assert workers() == []


async def test_a_reader_who_leaves_takes_the_worker_along(pictures: Pictures) -> None:
    data = saved(quarters(8, 8))
    await pictures.render(data)
    (worker,) = workers()
    os.kill(worker, signal.SIGSTOP)
    job = asyncio.create_task(pictures.render(data))
    await asyncio.sleep(0)
    job.cancel()
    with pytest.raises(asyncio.CancelledError):
        await job
    assert workers() == []


async def test_a_worker_has_no_means_and_no_secrets(pictures: Pictures, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WARUNG_SECRET", SECRET)
    await pictures.render(saved(quarters(8, 8)))
    (worker,) = workers()
    about = Path(f"/proc/{worker}")
    limits = {line[:26].strip(): line[26:].split()[:2] for line in (about / "limits").read_text().splitlines()}
    assert limits["Max open files"] == ["3", "3"]
    assert limits["Max processes"] == ["0", "0"]
    assert limits["Max file size"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max address space"] == [str(512 << 20)] * 2
    assert "unlimited" not in limits["Max cpu time"]
    assert SECRET.encode() not in (about / "environ").read_bytes()
    assert os.getsid(worker) != os.getsid(0)


async def test_at_most_two_workers_serve_many_and_more_are_asked_to_come_back(pictures: Pictures) -> None:
    data = saved(quarters(64, 64))
    results = await asyncio.gather(*[pictures.render(data) for _ in range(20)], return_exceptions=True)
    assert [type(result) for result in results] == [Rendered] * 16 + [PicturesUnavailable] * 4
    assert len(workers()) == 2
    assert await pictures.render(data)


async def test_a_worker_is_renewed_now_and_then(pictures: Pictures) -> None:
    seen = set()
    for _ in range(101):
        await pictures.render(saved(Image.new("RGB", (2, 2))), sizes=(Size(2),))
        seen.update(workers())
    assert len(seen) == 2


async def test_nothing_is_left_when_the_pool_closes() -> None:
    async with Pictures() as pictures:
        await pictures.render(saved(quarters(8, 8)))
        under_way = asyncio.create_task(pictures.render(saved(quarters(8, 8))))
        await asyncio.sleep(0)
    assert await under_way
    assert workers() == []
    with pytest.raises(PicturesUnavailable):
        await pictures.render(saved(quarters(8, 8)))
