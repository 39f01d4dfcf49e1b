"""A card with media says what is so, shows only what its sender may show, and takes everything along when it is recalled."""

import json
from typing import Any

import pytest
from PIL import Image

from tests.cast import Cast
from tests.media.making import saved
from tests.media.people import Visitor, Visitors
from tests.media.sending import Table, card_of, filmed, recording, sent
from tests.worlds import Hand
from warung import chat, media
from warung.app import World
from warung.kit.card import BrokenCard
from warung.kit.clock import DAY
from warung.kit.errors import Refusal
from warung.media.cards import CARDS
from warung.media.model import CardUntrue

pytestmark = pytest.mark.anyio

DISH = saved(Image.new("RGB", (300, 200), "orange"), "JPEG")


@pytest.fixture
async def table(world: World, budi: Visitor, siti: Visitor) -> Table:
    return await Table.of(world, budi, siti)


async def brought(who: Visitor, kind: str) -> dict[str, Any]:
    data = {"photo": DISH, "video": filmed(), "voice": recording(1.0), "file": b"gula, kelapa"}[kind]
    return await sent(who, data, kind, name="a.bin")


SHOWN = {"photo": ["full", "thumb"], "video": ["video", "full", "thumb"], "voice": ["voice", "voice_aac"], "file": ["original"]}


async def test_a_card_shows_its_media_to_those_who_see_the_message_and_recalled_it_is_gone(
    table: Table, visitors: Visitors, budi: Visitor, siti: Visitor
) -> None:
    ayu = await visitors.let_in("ayu")
    for kind, sizes in SHOWN.items():
        made = await brought(budi, kind)
        assert [await siti.look(made["id"], size) for size in sizes] == [404] * len(sizes)
        seq = await table.put(json.dumps(card_of(made)))
        links = [await siti.link(made["id"], size) for size in sizes]
        assert [(await siti.client.get(link)).status_code for link in links] == [200] * len(links)
        assert [await ayu.look(made["id"], size) for size in sizes] == [404] * len(links)
        await table.recall(seq)
        assert [(await siti.client.get(link)).status_code for link in links] == [403] * len(links)
        assert [await siti.look(made["id"], size) for size in sizes] == [404] * len(links)


async def test_a_card_that_is_not_so_is_refused(table: Table, budi: Visitor) -> None:
    for kind in SHOWN:
        made = await brought(budi, kind)
        card = card_of(made)
        lies: dict[str, list[dict[str, Any]]] = {
            "photo": [
                {"photos": [card.get("photos", [{}])[0] | {"width": 9}]},
                {"photos": [card.get("photos", [{}])[0] | {"original": True}]},
            ],
            "video": [{"duration_ms": 1}, {"size": 1}, {"placeholder": "AAAA"}],
            "voice": [{"duration_ms": 1_000_000}, {"duration_ms": 0}, {"waveform": "AAAA"}],
            "file": [{"name": "aman.pdf"}, {"mime": "text/html"}, {"size": 0}],
        }
        for lie in lies[kind]:
            with pytest.raises(CardUntrue):
                await table.put(json.dumps(card | lie))
        for other in CARDS:  # a voice is no photo
            if (tag := str(other.__struct_config__.tag)) != card["type"]:
                with pytest.raises(Refusal):
                    await table.put(json.dumps(card | {"type": tag}))
        await table.put(json.dumps(card))


async def test_nobody_shows_themselves_what_is_another_ones(table: Table, budi: Visitor, siti: Visitor, world: World) -> None:
    made = await brought(budi, "photo")
    own = await world.db.write(lambda tx: chat.open_self(tx, by=siti.account))
    for card in (card_of(made), {"type": "media.file", "blob": made["id"], "name": "x", "mime": made["mime"], "size": made["size"]}):
        with pytest.raises(media.BlobNotYours):
            await table.put(json.dumps(card), by=siti.account, where=own)
    await table.put(json.dumps(card_of(made)))
    await table.put(json.dumps(card_of(made)), by=siti.account, where=own)  # what was shown to her she may keep
    assert await siti.look(made["id"], "full") == 200


async def test_a_refused_card_spoils_no_other_message(table: Table, world: World, budi: Visitor, siti: Visitor) -> None:
    made = await brought(siti, "photo")
    with pytest.raises(media.BlobNotYours):
        await table.put(json.dumps(card_of(made)))
    assert (await Cast(world.db).says(budi.account, table.where, "halo")).seq > 0


async def test_an_album_has_one_to_twenty_photos_and_never_a_thousand(table: Table, budi: Visitor) -> None:
    colours = [await sent(budi, saved(Image.new("RGB", (30, 20), colour)), "photo") for colour in ("red", "green", "blue")]
    shots = [card_of(made)["photos"][0] for made in colours]
    album = {"type": "media.photo", "photos": shots, "caption": "tiga warna"}
    await table.put(json.dumps(album))
    for photos in ([], shots * 334, [shots[0]] * 21, [shots[0], shots[0]]):
        with pytest.raises(Refusal):
            await table.put(json.dumps(album | {"photos": photos}))
    made = [{"blob": f"{at:020}", "width": 1, "height": 1} for at in range(21)]
    with pytest.raises(BrokenCard):
        await table.put(json.dumps(album | {"photos": made}))


async def test_the_words_under_a_picture_are_edited_like_a_text_and_what_they_were_is_kept(
    table: Table, budi: Visitor, siti: Visitor
) -> None:
    card = card_of(await brought(budi, "photo"), caption="Pisang goreng pagi")
    seq = await table.put(json.dumps(card))
    at = f"/api/conversations/{table.where}/messages/{seq}"
    edited = (await budi.call("PATCH", at, json={"text": "Pisang goreng malam"})).json()
    assert (await budi.call("PATCH", at, json={"text": "Pisang goreng malam"})).json() == edited  # a retry changes nothing
    entry, message = edited["entry"], edited["message"]
    assert entry["card"] == {"type": "chat.edit", "text": "Pisang goreng malam", "in": "caption"}
    assert message["card"] == card | {"caption": "Pisang goreng malam", "edited": entry["seq"]}
    assert message["preview"] == {"key": "preview.photo", "args": {"n": "1", "caption": "Pisang goreng malam"}}
    gone = (await budi.call("PATCH", at, json={"text": ""})).json()
    assert gone["entry"]["card"] == {"type": "chat.edit", "in": "caption"}
    assert "caption" not in gone["message"]["card"]
    versions = (await siti.call("GET", f"{at}/versions")).json()["versions"]
    assert [each["text"] for each in versions] == ["Pisang goreng pagi", "Pisang goreng malam", ""]
    assert await siti.look(card["photos"][0]["blob"], "full") == 200
    refused = [({"text": "x" * 2001}, "text_too_long"), ({"text": "a\0b"}, "text_not_allowed")]
    for bad, code in refused:
        assert (await budi.call("PATCH", at, json=bad)).json()["error"]["code"] == code
    assert (await siti.call("PATCH", at, json={"text": "punyaku"})).status_code == 403
    on = {"seqs": [seq], "to": [table.where], "nonce": "terus-0001"}
    passed = (await budi.call("POST", f"/api/conversations/{table.where}/forward", json=on)).json()
    assert "edited" not in json.dumps(passed)
    with pytest.raises(BrokenCard):  # only the server says that something was edited
        await table.put(json.dumps(card | {"edited": 1}))


async def test_a_card_with_a_forged_field_is_broken(table: Table, budi: Visitor) -> None:
    card = card_of(await brought(budi, "voice"))
    for wrong in ({"heard": True}, {"duration_ms": "lama"}, {"blob": 5}, {"blob": "../../etc"}):
        with pytest.raises(Refusal):
            await table.put(json.dumps(card | wrong))


async def test_what_was_sent_is_kept_as_long_as_its_owner_wants(
    table: Table, world: World, hand: Hand, budi: Visitor, siti: Visitor
) -> None:
    short, long = await brought(budi, "photo"), await brought(siti, "file")
    await table.put(json.dumps(card_of(short)))
    await table.put(json.dumps(card_of(long)), by=siti.account)
    face = await budi.put_avatar(DISH)
    changed = await budi.call("PATCH", "/api/media/mine", json={"keep_days": 3})
    assert changed.json()["keep_days"] == 3
    assert (await budi.call("PATCH", "/api/media/mine", json={"keep_days": -1})).json()["error"]["code"] == "days_not_possible"
    hand.forward(3 * DAY - 60_000)
    await media.sweep(world.db, world.blobs)
    assert await siti.look(short["id"], "full") == 200
    hand.forward(120_000)
    await media.sweep(world.db, world.blobs)
    assert [await siti.look(short["id"], "full"), await siti.look(face, "avatar"), await budi.look(long["id"], "original")] == [
        404,
        200,
        200,
    ]
