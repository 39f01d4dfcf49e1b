"""Fixtures of the tests of moments: a stage on which people show each other things."""

from typing import Any

import pytest

from tests.chat.scene import Scene
from tests.worlds import Hand
from warung import contacts, media
from warung.app import World
from warung.contacts import Notes
from warung.kit.blobs import key_of
from warung.kit.db import Tx
from warung.kit.ids import AccountId, BlobId, new_id
from warung.moments import answers, feed, posting, sight
from warung.moments.model import Circle, Draft, Feed, Moment

ALL = Circle()


class Porch(Scene):
    """Where people post, like and comment."""

    async def posts(self, who: AccountId, text: str = "halo", circle: Circle = ALL, **more: Any) -> str:
        """Post a moment, a millisecond after all before; return its id."""
        self.hand.forward(1)
        draft = Draft(nonce=self.nonce(), text=text, circle=circle, **more)
        return (await self.do(posting.post, by=who, draft=draft)).id

    async def feed(self, who: AccountId, before: str | None = None) -> Feed:
        """A page of somebody's feed."""
        return await self.ask(feed.feed, by=who, before=before)

    async def texts(self, who: AccountId) -> list[str]:
        """What stands on the first page of somebody's feed."""
        return [moment.text for moment in (await self.feed(who)).moments]

    async def looks(self, who: AccountId, id: str) -> Moment:
        """One moment as somebody sees it."""
        return (await self.ask(feed.one, by=who, id=id)).moment

    async def comments(self, who: AccountId, id: str, text: str, to: str | None = None) -> str:
        """Comment, a millisecond after all before; return its id."""
        self.hand.forward(1)
        return (await self.do(answers.comment, by=who, id=id, text=text, nonce=self.nonce(), to=to)).id

    async def tags(self, who: AccountId, whom: AccountId, *tags: str) -> None:
        """Tag a contact."""
        await self.do(contacts.annotate, by=who, other=whom, notes=Notes(tags=list(tags)))

    async def picture(self, who: AccountId) -> BlobId:
        """A picture that somebody uploaded: a row only."""
        return await self.db.write(lambda tx: picture(tx, who))

    async def shows(self, who: AccountId, blob: BlobId) -> bool:
        """Does media show somebody a picture?"""
        viewers = {sight.HOLDER: sight.may_see, sight.COVER_HOLDER: sight.may_see_cover}
        return await self.db.read(lambda reader: media.may_see(reader, by=who, blob=blob, viewers=viewers))


def picture(tx: Tx, by: AccountId) -> BlobId:
    """Record a picture of somebody's."""
    part = media.BlobPart("full", key_of("media", new_id(tx.now).encode()), "image/webp", 100, 64, 48)
    return media.keep(tx, by=by, kind="picture", parts=[part], mime="image/webp", size=100, width=64, height=48).id


@pytest.fixture
def porch(world: World, hand: Hand) -> Porch:
    """A stage in a world on each database."""
    return Porch(world, hand)
