"""Imports over HTTP: status codes, shapes, what goes to the sockets, and that refused files leave nothing behind."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.importers.bringing import Bringer, exported, said
from tests.importers.writers import packed
from tests.served import Served, until
from warung.app import World

SAMPLES = Path(__file__).parents[3] / "shared/data/fuzz/zip-selfmade"


class Budi(Bringer):
    """Budi with a signed-in client."""

    http_: httpx.AsyncClient

    async def does(self, method: str, path: str, status: int = 200, **more: Any) -> Any:
        """Ask; expect the status; return the body, or the code of a refusal."""
        answer = await self.http_.request(method, path, **more)
        assert answer.status_code == status, answer.text
        body: Any = answer.json() if answer.content else None
        return body["error"]["code"] if status >= 400 else body

    async def looks(self, id: str) -> Any:
        """How far an import is, at its end."""
        for _ in range(1_500):
            found = await self.does("GET", f"/imports/{id}")
            if found["state"] != "running":
                return found
            await asyncio.sleep(0.02)
        pytest.fail("the import runs on and on")


@pytest.fixture
async def budi(world: World) -> AsyncIterator[Budi]:
    made = Budi(world)
    token = await made.token(await made.cast.person("budi"))
    async with made.http(token) as http:
        made.http_ = http
        yield made


async def test_a_history_is_uploaded_looked_at_and_imported(budi: Budi) -> None:
    read = await budi.does("POST", "/imports?source=whatsapp&name=WhatsApp+Chat+with+kopi+club.txt", content=exported(said(9)))
    assert (read["state"], read["done"], read["total"], read["conversation"], read["failure"]) == ("read", 0, 9, None, None)
    assert (read["report"]["title"], read["report"]["people"][0]) == ("kopi club", {"name": "Budi", "messages": 3})
    assert (await budi.does("POST", f"/imports/{read['id']}/run", json={"people": {}}))["state"] == "running"
    done = await budi.looks(read["id"])
    assert (done["state"], done["done"]) == ("done", 9)
    page = await budi.does("GET", f"/conversations/{done['conversation']}/messages")
    assert [(one["author"], one["sender"]) for one in page["messages"][1:4]] == [("Budi", None), ("Siti", None), ("Ayu", None)]
    (listed,) = await budi.does("GET", "/imports")
    assert (listed["id"], listed["report"]["messages"], listed["report"]["people"]) == (read["id"], 9, [])
    assert await budi.does("POST", f"/imports/{read['id']}/run", 404, json={}) == "upload_gone"
    assert await budi.does("DELETE", f"/imports/{read['id']}", 204) is None
    assert await budi.does("GET", f"/imports/{read['id']}", 404) == "no_such_import"
    assert (await budi.does("GET", f"/conversations/{done['conversation']}"))["last_seq"] == 10


async def test_dates_that_can_be_read_two_ways_are_asked_about(budi: Budi) -> None:
    text = b"01/02/2014 10.00 - Budi: Halo\n02/02/2014 11.00 - Siti: Hai\n"
    read = await budi.does("POST", "/imports", content=text)
    assert read["report"]["ambiguous_dates"]
    assert await budi.does("POST", f"/imports/{read['id']}/run", 400, json={}) == "ambiguous_dates"
    again = await budi.does("POST", f"/imports/{read['id']}/read", json={"date_order": "mdy", "time_zone": "Asia/Jakarta"})
    assert (again["report"]["ambiguous_dates"], again["report"]["first_at"]) == (False, 1_388_631_600_000)
    await budi.does("POST", f"/imports/{read['id']}/run", json={})
    assert (await budi.looks(read["id"]))["state"] == "done"


@pytest.mark.parametrize(
    ("content", "query", "status", "code"),
    [
        (b"", "", 400, "not_an_export"),
        (b"just a letter", "", 400, "not_an_export"),
        (b'{"messages": [', "", 400, "broken_json"),
        (packed({"_chat.txt": exported(said(3))})[:-30], "", 400, "truncated_archive"),
        (packed({"../../_chat.txt": exported(said(3))}), "", 400, "unsafe_name"),
        (packed({"_chat.txt": exported(said(3)) + bytes(80 << 20)}), "", 413, "archive_bomb"),
        (packed({"kopi.zip": packed({"_chat.txt": exported(said(3))})}), "", 400, "nested_archive"),
        (exported(said(3)), "?time_zone=Mars/Base", 400, "unknown_time_zone"),
        (exported(said(3)), "?date_order=xyz", 400, "invalid_request"),
        (exported(said(3)), "?chat=7", 404, "no_such_conversation"),
        (exported(said(3)), "?chat=-1", 404, "no_such_conversation"),
        (exported(said(3)), "?name=" + "x" * 300, 413, "text_too_long"),
    ],
)
async def test_a_file_that_is_refused_leaves_nothing_behind(
    budi: Budi, tmp_path: Path, content: bytes, query: str, status: int, code: str
) -> None:
    assert await budi.does("POST", f"/imports{query}", status, content=content) == code
    incoming = tmp_path / "data/incoming"
    assert not incoming.exists() or list(incoming.iterdir()) == []
    assert await budi.does("GET", "/imports") == []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the collected archives of ../shared/data/fuzz are not here")
async def test_collected_archives_are_read_or_refused_by_name(budi: Budi, tmp_path: Path) -> None:
    for file in sorted(path for path in SAMPLES.rglob("*") if path.is_file()):
        answer = await budi.http_.post("/imports", params={"name": file.name}, content=file.read_bytes())
        assert answer.status_code in (200, 400, 413), (file.name, answer.text)
        if answer.status_code == 200:
            await budi.does("DELETE", f"/imports/{answer.json()['id']}", 204)
    assert list((tmp_path / "data/incoming").iterdir()) == []


async def test_only_the_signed_in_import_and_only_their_own(budi: Budi) -> None:
    read = await budi.does("POST", "/imports", content=exported(said(3)))
    async with budi.http("nobody") as stranger:
        assert (await stranger.post("/imports", content=exported(said(3)))).status_code == 401
    async with budi.http(await budi.token(await budi.cast.person("siti"))) as siti:
        for method, path in (("GET", ""), ("DELETE", ""), ("POST", "/run"), ("POST", "/read")):
            answer = await siti.request(method, f"/imports/{read['id']}{path}", json={} if method == "POST" else None)
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "no_such_import")


async def test_a_claim_is_answered_over_http(budi: Budi) -> None:
    siti = await budi.cast.person("siti")
    (me,) = [await budi.does("GET", "/me")]
    await budi.cast.friends(me["id"], siti)
    read = await budi.does("POST", "/imports", content=exported(said(8)))
    await budi.does("POST", f"/imports/{read['id']}/run", json={"people": {"Siti": siti}})
    where = (await budi.looks(read["id"]))["conversation"]
    async with budi.http(await budi.token(siti)) as http:
        (claim,) = (await http.get("/imports/claims")).json()
        assert (claim["by"]["handle"], claim["name"]) == ("budi", "Siti")
        assert (await http.post(f"/imports/claims/{claim['id']}", json={"accept": True})).status_code == 204
        assert (await http.get(f"/conversations/{where}")).json()["imported"]


async def test_an_upload_that_breaks_off_leaves_nothing_and_devices_hear_of_progress(served: Served, tmp_path: Path) -> None:
    budi = await served.cast.person("budi")
    async with await served.client(budi) as me:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(
            f"POST /api/imports HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {me.token}\r\ncontent-length: 9000000\r\n\r\n".encode()
        )
        writer.write(exported(said(2_000)))
        await writer.drain()
        incoming = tmp_path / "data/incoming"
        await until(lambda: incoming.exists() and list(incoming.iterdir()))
        writer.close()
        await until(lambda: not list(incoming.iterdir()))
        file = tmp_path / "WhatsApp Chat with kopi club.txt"
        file.write_bytes(exported(said(3)))
        upload = await me.read_import(file)
        await me.run_import(upload.id)
        heard: list[Any] = []
        async with asyncio.timeout(10):
            async for event in me.events():
                heard.append(event)
                if event.type == "imports.progress" and event.fields["import"]["state"] == "done":
                    break
        assert heard[-1].fields["import"]["done"] == 3
        # The notice that opens the conversation; the history itself is asked for, not pushed.
        assert [event.type for event in heard].count("chat.message") == 1
