"""Materials that an account needs, and the pictures that a menu asks for."""

import hashlib
import io
from typing import Any

import pytest
from PIL import Image

from tests.served import until
from tests.wechat.shop import Bot, Shop
from warung import media, official

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing in it is about the database


FORM = b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n\r\n%s\r\n--b--\r\n'


def photo() -> bytes:
    """A picture that is larger than what a list shows of it."""
    made = io.BytesIO()
    Image.effect_mandelbrot((1_200, 900), (-2, -1.2, 1, 1.2), 50).save(made, "JPEG")
    return made.getvalue()


async def uploaded(shop: Shop, path: str = "/cgi-bin/material/add_material", **query: str) -> dict[str, Any]:
    """Upload a picture as programs do."""
    asked = {"access_token": shop.token, "type": "image"} | query
    found: dict[str, Any] = (await shop.http.post(path, content=FORM % photo(), params=asked)).json()
    assert "errcode" not in found, found
    return found


async def test_a_material_that_is_needed_somewhere_is_not_deleted(shop: Shop) -> None:
    kept = [(await uploaded(shop))["media_id"] for _ in range(5)]
    cover, shown, pressed, said, answered = kept
    inner = (await uploaded(shop, "/cgi-bin/media/uploadimg"))["url"]
    inside = inner.partition("?m=")[2]

    async def delete(media_id: str) -> int:
        return int((await shop.post("/cgi-bin/material/del_material", {"media_id": media_id}))["errcode"])

    article = {"title": "Menu", "content": f'<p>Kopi <img src="{inner}"></p>', "thumb_media_id": cover}
    pictures = {"title": "Foto", "article_type": "newspic", "content": "x", "image_info": {"image_list": [{"image_media_id": shown}]}}
    draft = (await shop.post("/cgi-bin/draft/add", {"articles": [article, pictures]}))["media_id"]
    menu = {"button": [{"name": "Lagi", "sub_button": [{"type": "media_id", "name": "Foto", "media_id": pressed}]}]}
    assert (await shop.post("/cgi-bin/menu/create", menu))["errcode"] == 0
    button = official.Button("Kami", type="click", key="K", answer=official.AutoAnswer(media_id=answered))
    known = await shop.db.read(lambda reader: official.menu(reader, official=shop.account.id))
    assert known is not None
    both = official.Menu((*known.menu.buttons, button))
    await shop.db.write(lambda tx: official.set_menu(tx, official=shop.account.id, menu=both))
    answers = official.Replies(on_follow=official.AutoAnswer(media_id=said))
    await shop.db.write(lambda tx: official.set_replies(tx, official=shop.account.id, replies=answers))
    refused = await shop.post("/cgi-bin/material/del_material", {"media_id": cover})
    assert refused == {"errcode": 48005, "errmsg": "forbid to delete material used by auto-reply or menu"}
    assert [await delete(each) for each in (shown, pressed, said, answered, inside)] == [48005] * 5
    begun = await shop.post("/cgi-bin/freepublish/submit", {"media_id": draft})
    await shop.world.settle()
    done = await shop.post("/cgi-bin/freepublish/get", {"publish_id": begun["publish_id"]})
    assert done["publish_status"] == 0
    assert [await delete(each) for each in (cover, shown, inside)] == [48005] * 3, "they are published"
    assert (await shop.post("/cgi-bin/freepublish/delete", {"article_id": done["article_id"], "index": 1}))["errcode"] == 0
    assert [await delete(each) for each in (cover, inside, shown)] == [0, 0, 48005], "one of the two is gone"
    assert (await shop.post("/cgi-bin/freepublish/delete", {"article_id": done["article_id"]}))["errcode"] == 0
    await shop.get("/cgi-bin/menu/delete")
    await shop.db.write(lambda tx: official.set_replies(tx, official=shop.account.id, replies=official.Replies()))
    assert [await delete(each) for each in (shown, pressed, said, answered, said)] == [0, 0, 0, 0, 40007]


@ON_SQLITE
async def test_pictures_that_a_menu_asks_for_are_told_by_their_sums_and_then_come(shop: Shop, bot: Bot) -> None:
    await shop.set_callback(bot)
    kinds = ("pic_sysphoto", "pic_photo_or_album", "pic_weixin")
    menu = {"button": [{"name": "Kirim", "sub_button": [{"type": kind, "name": kind, "key": f"K_{kind}"} for kind in kinds]}]}
    assert (await shop.post("/cgi-bin/menu/create", menu))["errcode"] == 0
    budi = await shop.openid("budi")
    given = [(await uploaded(shop, "/cgi-bin/media/upload"))["media_id"] for _ in range(2)]
    for at, kind in enumerate(kinds):
        bot.got.clear()
        pressed = {"openid": budi, "event": "press", "path": f"0.{at}"}
        assert (await shop.post("/sandbox/event", pressed | {"pictures": given}))["errcode"] == 0
        await shop.world.settle()
        await until(lambda: len(bot.got) == 3)
        told, *pictures = bot.got
        assert (told["Event"], told["EventKey"], told["SendPicsInfo"]["Count"]) == (kind, f"K_{kind}", "2")
        assert [each["MsgType"] for each in pictures] == ["image", "image"]
        sums = [each["PicMd5Sum"] for each in told["SendPicsInfo"]["PicList"]["item"]]
        for each, said in zip(pictures, sums, strict=True):
            whole = await shop.get("/cgi-bin/media/get", media_id=each["MediaId"])
            shown = (await shop.http.get(each["PicUrl"].removeprefix(shop.served.world.settings.site.url))).content
            assert {hashlib.md5(data, usedforsecurity=False).hexdigest() for data in (whole, shown)} == {said}
    for wrong, code in (([], 40097), (["x"], 40007), ("x", 40097), (given * 5, 40097)):
        asked = {"openid": budi, "event": "press", "path": "0.0", "pictures": wrong}
        assert (await shop.post("/sandbox/event", asked))["errcode"] == code, wrong


@ON_SQLITE
async def test_a_client_presses_with_pictures_of_its_own_and_with_no_others(shop: Shop, bot: Bot) -> None:
    await shop.set_callback(bot)
    menu = {"button": [{"type": "pic_photo_or_album", "name": "Foto", "key": "FOTO"}]}
    assert (await shop.post("/cgi-bin/menu/create", menu))["errcode"] == 0
    world = shop.world

    async def brought(name: str) -> media.Blob:
        return await media.store_picture(world.db, world.blobs, world.pictures, by=shop.people[name], data=photo(), original=True)

    async def press(*pictures: str) -> int:
        headers = {"authorization": f"Bearer {await shop.session('budi')}"}
        here = f"/api/officials/{shop.account.id}"
        shown = (await shop.http.get(f"{here}/menu", headers=headers)).json()
        pressed = {"menu": shown["id"], "path": "0", "given": {"pictures": list(pictures)}}
        return (await shop.http.post(f"{here}/press", json=pressed, headers=headers)).status_code

    mine, others = await brought("budi"), await brought("siti")
    assert await press(mine.id) == 200
    await shop.world.settle()
    (told,) = bot.got
    part = await shop.db.read(lambda reader: media.part(reader, blob=mine.id, sizes=("original",)))
    assert part is not None
    right = hashlib.md5(await world.blobs.get(part.part.key), usedforsecurity=False).hexdigest()
    assert told["SendPicsInfo"]["PicList"]["item"]["PicMd5Sum"] == right
    assert [await press(each) for each in (others.id, "x", "0" * 20)] == [404] * 3, "nobody learns a sum of what is not theirs"
    assert (await press(), await press(*[mine.id] * 10)) == (400, 400)
    assert len(bot.got) == 1
