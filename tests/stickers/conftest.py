"""Fixtures of the tests of stickers: a stage with people, packs and ways to send what is in them."""

from typing import Any

import msgspec
import pytest

from tests.cast import send_raw
from tests.chat.scene import Scene
from tests.worlds import Hand
from warung import chat, media
from warung.app import World
from warung.kit.blobs import BlobKey, key_of
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, new_id
from warung.stickers import packs, seeing, shelf
from warung.stickers.model import Labels, Overview, Pack, Sticker


class Booth(Scene):
    """Where people make, take and send stickers."""

    async def pack(self, by: AccountId, title: str = "Kucing", stickers: int = 2, *, published: bool = False) -> Pack:
        """A pack with stickers in it, which nobody has drawn: rows only. A millisecond after all before."""
        self.hand.forward(1)

        def verb(tx: Tx) -> Pack:
            made = packs.create(tx, by=by, title=title, author="Studio Kucing", licence="CC0")
            for number in range(stickers):
                labels = Labels("🐱", f"kucing {number}", {"": [f"kucing{number}"]})
                packs.add(tx, by=by, pack=made.id, blob=_blob(tx, by), moves=False, labels=labels)
            if published:
                packs.change(tx, by=by, id=made.id, changes=packs.PackChanges(published=True))
            return seeing.pack(tx, by=by, id=made.id, language="id")

        return await self.db.write(verb)

    async def panel(self, by: AccountId, language: str = "id") -> Overview:
        """All that somebody has of stickers."""
        return await self.ask(shelf.overview, by=by, language=language)

    async def sends(self, who: AccountId, where: ConversationId, sticker: Sticker, **lies: Any) -> chat.Sent:
        """Send a sticker, as a client does; `lies` are told of it."""
        raw = card_of(sticker, **lies)
        nonce = self.nonce()
        return await self.db.write(lambda tx: send_raw(tx, who, where, raw, nonce))

    async def sees(self, who: AccountId, sticker: Sticker) -> bool:
        """Does media show somebody the picture of a sticker?"""
        assert sticker.blob is not None
        blob, viewers = sticker.blob, {kind: viewer for domain in (chat.DOMAIN,) for kind, viewer in domain.viewers}
        viewers |= {seeing.PACK_HOLDER: seeing.may_see_pack, seeing.KEPT_HOLDER: seeing.kept_by}
        return await self.db.read(lambda reader: media.may_see(reader, by=who, blob=blob, viewers=viewers))


def card_of(sticker: Sticker, **lies: Any) -> bytes:
    """The card that a client makes of a sticker."""
    told = {name: value for name, value in msgspec.to_builtins(seeing.without_words(sticker)).items() if name not in ("id", "words")}
    return msgspec.json.encode({"type": "stickers.sticker", "sticker": sticker.id} | told | lies)


def _blob(tx: Tx, by: AccountId) -> media.Blob:
    key: BlobKey = key_of("media", new_id(tx.now).encode())
    part = media.BlobPart("full", key, "image/webp", 100, 64, 64)
    return media.keep(tx, by=by, kind="picture", parts=[part], mime="image/webp", size=100, width=64, height=64)


@pytest.fixture
def booth(world: World, hand: Hand) -> Booth:
    """A stage in a world on each database."""
    return Booth(world, hand)
