"""A file comes in pieces: a lost connection costs the last one, and nothing is left of what stopped half-way."""

import asyncio
from pathlib import Path

import pytest
from PIL import Image

from tests.media.making import is_clean, saved
from tests.media.people import Visitor
from tests.media.sending import CHUNK, filmed, sent, uploaded
from tests.worlds import Hand, OpenWorld
from warung import accounts, media
from warung.app import World
from warung.kit.clock import DAY

pytestmark = [pytest.mark.anyio, pytest.mark.one_node]  # they look into the folder of one

NOTES = bytes(range(256)) * 5000  # three pieces
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
DISH = saved(Image.effect_noise((300, 200), 60).convert("RGB"), "JPEG")


def pieces(world: World) -> list[Path]:
    return [path for path in (world.settings.data / "blobs/upload").rglob("*") if path.is_file()]


async def begun(who: Visitor, data: bytes = NOTES, purpose: str = "file") -> str:
    answer = await who.call("POST", "/api/uploads", json={"purpose": purpose, "bytes": len(data), "name": "resep.bin"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


async def put(who: Visitor, id: str, offset: int, data: bytes = NOTES, upto: int = CHUNK) -> tuple[int, dict[str, object]]:
    answer = await who.call("PUT", f"/api/uploads/{id}/{offset}", content=data[offset : offset + upto])
    return answer.status_code, answer.json()


async def test_a_lost_connection_costs_the_last_piece(world: World, budi: Visitor) -> None:
    id = await begun(budi)
    assert (await put(budi, id, 0))[0] == 200
    status, told = await put(budi, id, 2 * CHUNK)
    assert (status, told["error"]["code"], told["error"]["details"]) == (409, "piece_misplaced", {"received": CHUNK})  # type: ignore[index]
    assert (await put(budi, id, CHUNK, upto=100))[1]["error"]["code"] == "piece_sized"  # type: ignore[index]
    early = await budi.call("POST", f"/api/uploads/{id}/finish")
    assert early.json()["error"]["code"] == "upload_unfinished"
    where = (await budi.call("GET", f"/api/uploads/{id}")).json()
    assert (where["received"], where["bytes"], where["chunk"], where["blob"]) == (CHUNK, len(NOTES), CHUNK, None)
    assert (await put(budi, id, CHUNK))[0] == 200
    assert (await put(budi, id, 2 * CHUNK))[1]["received"] == len(NOTES)
    made = await budi.call("POST", f"/api/uploads/{id}/finish")
    assert (made.json()["kind"], made.json()["name"], made.json()["size"]) == ("file", "resep.bin", len(NOTES))
    again = await budi.call("POST", f"/api/uploads/{id}/finish")
    assert again.json() == made.json()
    assert pieces(world) == []
    link = await budi.link(made.json()["id"], "original")
    assert (await budi.client.get(link)).content == NOTES


async def test_a_piece_that_arrived_unheard_is_told_by_what_has_arrived(budi: Visitor) -> None:
    id = await begun(budi)
    both = await asyncio.gather(put(budi, id, 0), put(budi, id, 0))
    assert sorted(status for status, _ in both) == [200, 409]
    assert (await budi.call("GET", f"/api/uploads/{id}")).json()["received"] == CHUNK


async def test_an_upload_is_its_owners(budi: Visitor, siti: Visitor) -> None:
    id = await begun(budi)
    answers = [
        await siti.call("GET", f"/api/uploads/{id}"),
        await siti.call("PUT", f"/api/uploads/{id}/0", content=NOTES[:CHUNK]),
        await siti.call("POST", f"/api/uploads/{id}/finish"),
        await siti.call("DELETE", f"/api/uploads/{id}"),
    ]
    assert [answer.json()["error"]["code"] for answer in answers] == ["upload_forgotten"] * 4
    assert (await budi.call("GET", f"/api/uploads/{id}")).json()["received"] == 0


async def test_what_is_cancelled_leaves_nothing(world: World, budi: Visitor) -> None:
    id = await begun(budi)
    await put(budi, id, 0)
    assert len(pieces(world)) == 1
    assert (await budi.call("DELETE", f"/api/uploads/{id}")).status_code == 204
    assert pieces(world) == []
    assert (await put(budi, id, CHUNK))[1]["error"]["code"] == "upload_forgotten"  # type: ignore[index]


async def test_what_stopped_half_way_goes_after_a_day(world: World, hand: Hand, budi: Visitor) -> None:
    stopped, going = await begun(budi), await begun(budi)
    for id in (stopped, going):
        await put(budi, id, 0)
    hand.forward(DAY - 1000)
    await put(budi, going, CHUNK)
    await media.sweep(world.db, world.blobs)
    assert len(pieces(world)) == 3
    hand.forward(2000)
    await media.sweep(world.db, world.blobs)
    assert len(pieces(world)) == 2
    assert (await budi.call("GET", f"/api/uploads/{stopped}")).status_code == 404
    assert (await put(budi, going, 2 * CHUNK))[0] == 200


async def test_what_is_too_large_or_nothing_is_refused_before_it_comes(open_a_world: OpenWorld, budi: Visitor) -> None:
    for size, code in ((0, "nothing_to_send"), (-5, "nothing_to_send"), (1 << 40, "upload_too_big"), (1 << 80, "upload_too_big")):
        answer = await budi.call("POST", "/api/uploads", json={"purpose": "video", "bytes": size})
        assert answer.json()["error"]["code"] == code
    answer = await budi.call("PUT", f"/api/uploads/{await begun(budi)}/0", content=bytes(CHUNK + 1))
    assert answer.status_code == 413


async def test_there_is_as_much_room_as_the_operator_allows(world: World, budi: Visitor, siti: Visitor) -> None:
    before = (await budi.call("GET", "/api/media/mine")).json()
    assert before == {"used": 0, "quota": 0, "keep_days": 0, "previews": False, "previews_offered": False}
    refused = await siti.call("PUT", f"/api/operator/media/{budi.account}", json={"quota_bytes": 1})
    assert refused.json()["error"]["code"] == "operators_only"
    await world.db.write(lambda tx: accounts.make_operator(tx, handle="siti"))
    assert (await siti.call("PUT", f"/api/operator/media/{budi.account}", json={"quota_bytes": 2_000_000})).status_code == 204
    await sent(budi, NOTES, "file")
    assert (await budi.call("GET", "/api/media/mine")).json()["used"] == len(NOTES)
    assert (await uploaded(budi, NOTES, "file")).json()["error"]["code"] == "quota_used_up"
    await begun(budi, NOTES[:600_000])  # what is on its way counts too
    assert (await uploaded(budi, NOTES[:600_000], "file")).json()["error"]["code"] == "quota_used_up"
    await siti.call("PUT", f"/api/operator/media/{budi.account}", json={"quota_bytes": None})
    await sent(budi, NOTES, "file")


async def test_not_everything_comes_at_once(budi: Visitor) -> None:
    for _ in range(media.Settings().uploads_at_once):
        await begun(budi)
    answer = await budi.call("POST", "/api/uploads", json={"purpose": "file", "bytes": 5})
    assert (answer.status_code, answer.json()["error"]["code"]) == (429, "uploads_waiting")


async def test_a_photo_is_shown_at_once_and_its_original_is_there_for_those_who_ask(budi: Visitor) -> None:
    plain, full = await sent(budi, DISH, "photo"), await sent(budi, DISH, "photo", original=True, name="../nasi\x00.jpg")
    assert (plain["kind"], plain["width"], plain["height"], full["name"]) == ("picture", 300, 200, "nasi.jpg")
    assert len(plain["placeholder"]) <= 44
    assert is_clean((await budi.client.get(await budi.link(plain["id"], "thumb"))).content)
    assert [await budi.look(plain["id"], size) for size in ("full", "thumb", "original", "video")] == [200, 200, 404, 404]
    original = await budi.client.get(await budi.link(full["id"], "original"))
    assert original.headers["content-disposition"].startswith("attachment")
    assert original.headers["content-type"] == "application/octet-stream"


async def test_what_it_is_not_is_refused_by_name(budi: Visitor) -> None:
    for purpose, code in (("photo", "not_a_picture"), ("video", "video_not_playable"), ("voice", "not_a_voice")):
        for data in (DRAWING, b"<html>", b"PK\x03\x04 kopi", b"\0"):
            answer = await uploaded(budi, data, purpose, name="foto.jpg")
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, code), (purpose, data)


async def test_a_file_that_could_run_is_a_download_where_nothing_runs(budi: Visitor) -> None:
    for data in (DRAWING, b"<!doctype html><script>alert(1)</script>"):
        made = await sent(budi, data, "file", name="halaman.html")
        answer = await budi.client.get(await budi.link(made["id"], "original"))
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert [await budi.look(made["id"], size) for size in ("full", "thumb", "avatar", "video", "voice")] == [404] * 5


async def test_a_film_that_takes_long_is_made_once_however_often_it_is_asked_for(world: World, budi: Visitor) -> None:
    data = filmed(24, "mpeg4", "mp4")
    answer = await budi.call("POST", "/api/uploads", json={"purpose": "video", "bytes": len(data), "name": "ombak.mp4"})
    id = answer.json()["id"]
    await budi.call("PUT", f"/api/uploads/{id}/0", content=data)
    answers = await asyncio.gather(*(budi.call("POST", f"/api/uploads/{id}/finish") for _ in range(3)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await world.db.read(lambda reader: reader.one("SELECT COUNT(*) FROM media_blob")) == (1,)


async def test_the_operator_sees_who_takes_up_most_and_nobody_else_does(world: World, budi: Visitor, siti: Visitor) -> None:
    await sent(budi, b"kopi" * 1000, "file")
    await sent(siti, b"teh", "file")
    assert (await budi.call("GET", "/api/operator/media")).status_code == 403
    await world.db.write(lambda tx: accounts.make_operator(tx, handle="budi"))
    await budi.call("PUT", f"/api/operator/media/{siti.account}", json={"quota_bytes": 5})
    told = (await budi.call("GET", "/api/operator/media")).json()
    assert [(one["account"]["handle"], one["used"], one["quota"], one["own"]) for one in told] == [
        ("budi", 4000, 0, False),
        ("siti", 3, 5, True),
    ]


async def test_a_file_of_several_pieces_that_nobody_looks_into_is_put_together_on_the_disk(world: World, budi: Visitor) -> None:
    big = b"kopi" * (17 << 20)
    made = await sent(budi, big, "file", name="arsip.bin")
    assert made["size"] == len(big)
    assert list((world.settings.data / "gathering").iterdir()) == []
