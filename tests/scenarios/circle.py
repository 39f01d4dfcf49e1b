"""What people have of stickers and moments, for the walks: how it comes to be there, and what a stranger tries with it."""

from collections.abc import Mapping

from tests.scenarios.trying import Try
from warung import media
from warung.kit.blobs import key_of
from warung.kit.db import Tx
from warung.kit.ids import AccountId, new_id
from warung.moments import answers, posting
from warung.moments.model import Circle, Draft
from warung.stickers import packs
from warung.stickers.model import Labels

NOWHERE = "0" * 20


def fill(tx: Tx, by: AccountId, title: str, word: str) -> dict[str, str]:
    """Make a pack of somebody's own and a moment for nobody else, with a comment; return the ids of all that is theirs."""
    pack = packs.create(tx, by=by, title=title)
    part = media.BlobPart("full", key_of("media", new_id(tx.now).encode()), "image/webp", 100, 64, 64)
    blob = media.keep(tx, by=by, kind="picture", parts=[part], mime="image/webp", size=100, width=64, height=64)
    sticker = packs.add(tx, by=by, pack=pack.id, blob=blob, moves=False, labels=Labels(alt=word, words={"": [word]}))
    draft = Draft(f"momen-{new_id(tx.now)}", word, pictures=(blob.id,), circle=Circle("only"))
    moment = posting.post(tx, by=by, draft=draft).id
    answers.like(tx, by=by, id=moment)
    comment = answers.comment(tx, by=by, id=moment, text=word, nonce=f"komentar-{new_id(tx.now)}").id
    return {"pack": pack.id, "sticker": sticker.id, "moment": moment, "comment": comment, "picture": blob.id}


def tries(have: Mapping[str, str]) -> dict[str, list[Try]]:
    """Return what to try with each route, given another's ids."""
    pack, sticker = have.get("pack", NOWHERE), have.get("sticker", NOWHERE)
    here, kept, picture = f"/stickers/packs/{pack}", {"sticker": sticker}, have.get("picture", NOWHERE)
    return {
        "GET /stickers": [Try("/stickers")],
        "GET /stickers/store": [Try("/stickers/store"), Try("/stickers/store", params={"before": pack})],
        "GET /stickers/drawn/{name}": [Try(f"/stickers/drawn/{sticker}")],
        "GET /stickers/packs/{id}": [Try(here)],
        "PATCH /stickers/packs/{id}": [Try(here, {"title": "direbut"}), Try(here, {"published": True})],
        "DELETE /stickers/packs/{id}": [Try(here)],
        "GET /stickers/packs/{id}/figures": [Try(f"{here}/figures")],
        "PUT /stickers/packs/{id}/shelf": [Try(f"{here}/shelf")],
        "DELETE /stickers/packs/{id}/shelf": [Try(f"{here}/shelf")],
        "POST /stickers/packs/{id}/buy": [Try(f"{here}/buy", {"id": "curi-paket-1", "price": 5})],
        "POST /stickers/packs/{id}/thanks": [Try(f"{here}/thanks", {"id": "curi-paket-2", "amount": 5})],
        "POST /stickers/packs/{id}/stickers": [Try(f"{here}/stickers", {})],
        "PATCH /stickers/{id}": [Try(f"/stickers/{sticker}", {"emoji": "x"})],
        "DELETE /stickers/{id}": [Try(f"/stickers/{sticker}")],
        "PUT /stickers/reactions": [
            Try("/stickers/reactions", {"conversation": NOWHERE, "seq": 1, "sign": sign}) for sign in ("drawn:halo", f"blob:{picture}")
        ],
        "POST /stickers/kept": [Try("/stickers/kept", kept)],
        "DELETE /stickers/kept/{id}": [Try(f"/stickers/kept/{sticker}")],
        "POST /stickers/packs": [Try("/stickers/packs", {"title": "punyaku"})],
        "POST /stickers/import": [Try("/stickers/import", {}, {"name": pack})],
    } | _with_moments(have)


def _with_moments(have: Mapping[str, str]) -> dict[str, list[Try]]:
    who, moment, comment = have.get("who", NOWHERE), have.get("moment", NOWHERE), have.get("comment", NOWHERE)
    picture, here = have.get("picture", NOWHERE), f"/moments/{moment}"
    said = {"nonce": "asing-komentar", "text": "halo"}
    return {
        "GET /moments": [Try("/moments"), Try("/moments", params={"of": who}), Try("/moments", params={"before": moment})],
        "GET /moments/{id}": [Try(here)],
        "GET /moments/news": [Try("/moments/news")],
        "POST /moments/looked": [Try("/moments/looked", {"upto": moment})],
        "POST /moments/{id}/thanks": [Try(f"{here}/thanks", {"id": "curi-momen-1", "amount": 5})],
        "GET /moments/notices": [Try("/moments/notices")],
        "GET /moments/settings": [Try("/moments/settings")],
        "POST /moments": [Try("/moments", {"nonce": "asing-momen-1", "text": "x", "pictures": [picture]})],
        "PATCH /moments/settings": [Try("/moments/settings", {"cover": picture}), Try("/moments/settings", {"window_days": 3})],
        "POST /moments/notices/seen": [Try("/moments/notices/seen", {"upto": moment})],
        "PUT /moments/people/{account}": [Try(f"/moments/people/{who}", {"mine": True, "theirs": True})],
        "PUT /moments/{id}/like": [Try(f"{here}/like")],
        "DELETE /moments/{id}/like": [Try(f"{here}/like")],
        "POST /moments/{id}/comments": [Try(f"{here}/comments", said), Try(f"{here}/comments", said | {"to": comment})],
        "DELETE /moments/{id}/comments/{comment_id}": [Try(f"{here}/comments/{comment}")],
        "DELETE /moments/{id}": [Try(here)],
    }
