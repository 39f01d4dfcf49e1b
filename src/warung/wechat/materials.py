"""Media and material: what programs upload, what they fetch, and the pictures of articles."""

import re

import msgspec

from warung import media, official
from warung.kit.blobs import BlobMissing
from warung.kit.clock import SECOND
from warung.kit.db import Reader, Tx
from warung.kit.ids import BlobId
from warung.wechat import addressing, cards, tokens
from warung.wechat.articles import news_items, writings
from warung.wechat.bodies import File
from warung.wechat.call import Answer, Bytes, Call, Endpoint
from warung.wechat.codes import Wrong
from warung.wechat.saying import inbox_of

KINDS = ("image", "voice", "video", "thumb")
PICTURE_BYTES = 1 << 20
SIZES: dict[str, tuple[media.SizeName, ...]] = {
    "picture": official.PICTURE_SIZES,
    "voice": ("voice_aac", "voice"),
    "video": ("video",),
}
PAGE = 20


async def upload(call: Call) -> Answer:
    """Keep a file for three days."""
    kept = await _brought(call, _kind(call), permanent=False)
    id_key = "thumb_media_id" if kept.kind == "thumb" else "media_id"
    return {"type": kept.kind, id_key: kept.media_id, "created_at": kept.created_at // SECOND}


async def get(call: Call) -> Answer:
    """Return a file: one of the account's, or one that a follower sent it."""
    media_id = call.text("media_id", code=40007, missing=41006, most=128)

    def find(reader: Reader) -> media.Blob:
        return cards.blob(reader, addressing.speaker(reader, call), media_id)

    return await _bytes(call, await call.tools.services.db.read(find))


async def upload_picture(call: Call) -> Answer:
    """Keep a picture for the inside of articles, and return its address."""
    if len(call.file("media").data) > PICTURE_BYTES:
        raise Wrong(40009)
    kept = await _brought(call, "image", permanent=True)
    return {"url": await _address(call, kept)}


async def add(call: Call) -> Answer:
    """Keep a file for good; a film brings its title in a field of the form."""
    kind = _kind(call)
    title = introduction = ""
    if kind == "video":
        given = call.body.fields.get("description") or call.query.get("description") or "{}"  # wechatpy puts it into the address
        try:
            described = msgspec.json.decode(given) if isinstance(given, str) else given
        except msgspec.DecodeError:
            raise Wrong(47001) from None
        if not isinstance(described, dict):
            raise Wrong(40097)
        about = call.within(described)
        title, introduction = about.text("title", default="", most=100), about.text("introduction", default="", most=1_000)
    kept = await _brought(call, kind, permanent=True, title=title, introduction=introduction)
    return {"media_id": kept.media_id} | ({"url": await _address(call, kept)} if kind in ("image", "thumb") else {})


def film(tx: Tx, call: Call) -> Answer:
    """Give a film that is there a title, for sending it to many."""
    media_id = call.text("media_id", code=40007, missing=41006, most=128)
    found = official.material(tx, official=call.account, media_id=media_id)
    if found.kind != "video":
        raise Wrong(40007)
    kept = official.add_material(
        tx,
        official=call.account,
        kind="video",
        blob=found.blob,
        name=found.name,
        permanent=False,
        title=call.text("title", default="", most=100),
        introduction=call.text("description", default="", most=1_000),
    )
    return {"type": "video", "media_id": kept.media_id, "created_at": kept.created_at // SECOND}


def add_news(tx: Tx, call: Call) -> Answer:
    """Keep articles; they are drafts."""
    kept = official.add_draft(tx, official=call.account, items=writings(call, call.items("articles", code=44003)))
    return {"media_id": kept.media_id}


def upload_news(tx: Tx, call: Call) -> Answer:
    """The same for sending them to many."""
    kept = official.add_draft(tx, official=call.account, items=writings(call, call.items("articles", code=44003)))
    return {"type": "news", "media_id": kept.media_id, "created_at": kept.created_at // SECOND}


async def get_material(call: Call) -> Answer:
    """Return a material: articles and films as what they say, everything else as the file."""
    media_id = call.text("media_id", code=40007, missing=41006, most=128)

    def find(reader: Reader) -> Answer | media.Blob:
        try:
            found = official.material(reader, official=call.account, media_id=media_id)
        except official.NoSuchMaterial:
            draft = official.draft(reader, official=call.account, media_id=media_id)
            return {"news_item": news_items(reader, call, draft.items)}
        blob = media.described(reader, [found.blob])[found.blob]
        if found.kind == "video":
            url = _url(reader, call, found.blob)
            return {"title": found.title, "description": found.introduction, "down_url": url}
        return blob

    answer = await call.tools.services.db.read(find)
    return await _bytes(call, answer) if isinstance(answer, media.Blob) else answer


def delete(tx: Tx, call: Call) -> Answer:
    """Forget a material, unless the menu, an answer of the account's own or an article needs it."""
    media_id = call.text("media_id", code=40007, missing=41006, most=128)
    if official.is_needed(tx, official=call.account, media_id=media_id):
        raise Wrong(48005)
    try:
        official.delete_material(tx, official=call.account, media_id=media_id)
    except official.NoSuchMaterial:
        official.delete_draft(tx, official=call.account, media_id=media_id)
    return None


def counts(reader: Reader, call: Call) -> Answer:
    """Say how much is kept of each kind."""
    found = official.count_materials(reader, official=call.account)
    news = official.count_drafts(reader, official=call.account)
    images = found.get("image", 0) + found.get("thumb", 0)
    return {"voice_count": found.get("voice", 0), "video_count": found.get("video", 0), "image_count": images, "news_count": news}


def listed(reader: Reader, call: Call) -> Answer:
    """Return some of a kind."""
    kind = call.text("type", code=40004, most=16)
    offset, limit = call.number("offset", default=0, most=1 << 31), call.number("count", least=1, most=PAGE, default=PAGE)
    if kind == "news":
        page = official.drafts(reader, official=call.account, offset=offset, limit=limit)
        items = [
            {
                "media_id": each.media_id,
                "content": {
                    "news_item": news_items(reader, call, each.items),
                    "create_time": each.created_at // SECOND,
                    "update_time": each.changed_at // SECOND,
                },
                "update_time": each.changed_at // SECOND,
            }
            for each in page.drafts
        ]
        return {"total_count": page.total, "item_count": len(items), "item": items}
    if kind not in KINDS:
        raise Wrong(40004)
    found = official.materials(reader, official=call.account, kind=kind, offset=offset, limit=limit)
    told = [
        {"media_id": each.media_id, "name": each.name, "update_time": each.created_at // SECOND, "url": _url(reader, call, each.blob)}
        for each in found
    ]
    return {"total_count": official.count_materials(reader, official=call.account).get(kind, 0), "item_count": len(told), "item": told}


def _kind(call: Call) -> str:
    kind = call.query.get("type") or call.body.fields.get("type")
    if kind not in KINDS:
        raise Wrong(40004)
    return str(kind)


async def _brought(call: Call, kind: str, *, permanent: bool, title: str = "", introduction: str = "") -> official.Material:
    file: File = call.file("media")
    tools = call.tools
    account = await tools.services.db.read(lambda reader: addressing.speaker(reader, call))
    return await official.bring(
        tools.services.db,
        tools.services.blobs,
        tools.pictures,
        tools.players,
        official=account,
        kind=kind,
        data=file.data,
        name=file.name.replace("\x00", "")[-200:],
        permanent=permanent,
        title=title,
        introduction=introduction,
    )


async def _bytes(call: Call, blob: media.Blob) -> Bytes:
    sizes = SIZES.get(blob.kind, ("original",))
    found = await call.tools.services.db.read(lambda reader: media.part(reader, blob=blob.id, sizes=sizes))
    if found is None:
        raise BlobMissing
    name = re.sub(r"[^A-Za-z0-9._-]", "_", blob.name)[-100:] or f"{blob.id}.{found.part.mime.rpartition('/')[2]}"
    return Bytes(await call.tools.services.blobs.get(found.part.key), found.part.mime, name)


async def _address(call: Call, kept: official.Material) -> str:
    url = await call.tools.services.db.write(lambda tx: _url(tx, call, kept.blob, make=tx))
    return f"{url}?m={kept.media_id}"


def _url(reader: Reader, call: Call, blob: BlobId, make: Tx | None = None) -> str:
    if make is not None:
        tokens.secret_key(make)
    names = inbox_of(reader, call.holder.appid, call.url(""))
    return names.url(names.media_id(blob))


ENDPOINTS = [
    Endpoint("/cgi-bin/media/upload", ("POST",), asks=upload, who="both", daily=100_000, body=True),
    Endpoint("/cgi-bin/media/get", ("GET", "POST"), asks=get, who="both", daily=200_000),
    Endpoint("/cgi-bin/media/get/jssdk", ("GET",), asks=get, daily=200_000),
    Endpoint("/cgi-bin/media/uploadimg", ("POST",), asks=upload_picture, daily=100_000, body=True),
    Endpoint("/cgi-bin/media/uploadvideo", ("POST",), writes=film, daily=100_000, body=True),
    Endpoint("/cgi-bin/media/uploadnews", ("POST",), writes=upload_news, daily=10_000, body=True),
    Endpoint("/cgi-bin/material/add_material", ("POST",), asks=add, daily=10_000, body=True),
    Endpoint("/cgi-bin/material/add_news", ("POST",), writes=add_news, daily=10_000, body=True),
    Endpoint("/cgi-bin/material/get_material", ("POST",), asks=get_material, daily=10_000, body=True),
    Endpoint("/cgi-bin/material/del_material", ("POST",), writes=delete, daily=10_000, body=True),
    Endpoint("/cgi-bin/material/get_materialcount", ("GET",), reads=counts, daily=10_000),
    Endpoint("/cgi-bin/material/batchget_material", ("POST",), reads=listed, daily=10_000, body=True),
]
