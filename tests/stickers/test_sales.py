"""Packs that cost something: bought by PIN, paid to their maker, used by nobody who did not buy; and thanks for what costs nothing."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.chat.scene import card
from tests.pay.purse import QUICK, Purse
from tests.stickers.conftest import Booth
from tests.worlds import Hand, OpenWorld
from warung import pay
from warung.kit.ids import AccountId
from warung.pay.model import ApprovalNeeded, ApprovalNotValid, NotEnoughMoney
from warung.stickers import packs, sales, seeing, shelf
from warung.stickers.model import NoSuchPack, Pack, PackNotBought, PackOfYours, PackSold, PriceChanged, PriceNotPossible

pytestmark = pytest.mark.anyio


class Market(Booth, Purse):
    """Where packs are sold."""

    async def priced(self, by: AccountId, price: int = 30) -> Pack:
        """A pack in the store that costs something."""
        pack = await self.pack(by, published=True)
        await self.do(packs.change, by=by, id=pack.id, changes=packs.PackChanges(price=price))
        return await self.looks(by, pack)

    async def looks(self, who: AccountId, pack: Pack) -> Pack:
        """A pack as somebody sees it."""
        return await self.ask(seeing.pack, by=who, id=pack.id, language="id")

    async def order(self, who: AccountId, pack: Pack, *, price: int | None = None, nonce: str = "") -> dict[str, Any]:
        """What somebody says who buys a pack, PIN and all."""
        key, amount = nonce or str(self.nonce()), pack.price if price is None else price
        return {"by": who, "id": pack.id, "price": amount, "nonce": key, "approval": await self.confirms(who, pack.id, amount, key)}

    async def buys(self, who: AccountId, pack: Pack, **more: Any) -> None:
        """Buy a pack."""
        order = await self.order(who, pack, **more)
        await pay.decided(self.db, lambda tx: sales.buy(tx, **order))

    async def receipts(self, who: AccountId) -> list[tuple[str, int]]:
        """What the place told somebody about their money."""
        where = next(each.id for each in (await self.synced(who)).conversations if each.kind == "system")
        told: list[dict[str, Any]] = [card(message) for message in (await self.page(who, where)).messages]
        return [(each["code"], each["amount"]) for each in told if each["type"] == "pay.receipt"]


@pytest.fixture
async def market(open_a_world: OpenWorld, database: str, hand: Hand) -> AsyncIterator[Market]:
    """A market in a world on each database."""
    opened = Market(await open_a_world(database, sections=QUICK), hand)
    await opened.opens()
    yield opened
    await opened.sums_to_nothing()


async def test_a_pack_is_bought_once_and_its_maker_has_the_money(market: Market) -> None:
    budi, siti = await market.with_wallet("budi"), await market.with_wallet("siti", 100)
    pack = await market.priced(budi)
    seen = await market.looks(siti, pack)
    assert (seen.price, seen.usable, seen.on_shelf) == (30, False, False)
    await market.buys(siti, seen, nonce="beli-paket-1")
    await market.do(sales.buy, by=siti, id=pack.id, price=30, nonce="beli-paket-1", approval=None)  # the answer was lost: the same again
    await market.buys(siti, seen)  # another intent: they have it, nothing is taken
    assert (await market.has(siti), await market.has(budi)) == (70, 30)
    seen = await market.looks(siti, pack)
    assert (seen.usable, seen.on_shelf) == (True, True)
    await market.sends(siti, await market.friends(budi, siti), seen.stickers[0])
    figures = await market.ask(packs.figures, by=budi, id=pack.id)
    assert (figures.sold, figures.earned, figures.thanks) == (1, 30, 0)
    assert (await market.receipts(budi), (await market.receipts(siti))[-1]) == ([("pack", 30)], ("pack", -30))


async def test_who_did_not_buy_uses_nothing_of_it(market: Market) -> None:
    budi, siti, ayu = await market.with_wallet("budi"), await market.with_wallet("siti", 100), await market.with_wallet("ayu")
    pack = await market.priced(budi)
    where = await market.friends(budi, siti, ayu)
    sticker = pack.stickers[0]
    assert await market.sees(ayu, sticker)  # one looks before one buys
    await market.refused(PackNotBought, shelf.take, by=ayu, pack=pack.id)
    await market.refused(PackNotBought, shelf.keep, by=ayu, id=sticker.id, language="id")
    with pytest.raises(PackNotBought):
        await market.sends(siti, where, sticker)
    sent = await market.sends(budi, where, sticker)
    await market.refused(PackNotBought, shelf.keep_received, by=siti, conversation=where, seq=sent.seq)
    await market.refused(NotEnoughMoney, sales.buy, **await market.order(ayu, pack))
    assert not (await market.looks(ayu, pack)).usable


async def test_a_price_is_what_was_shown_and_is_confirmed_for_this_pack(market: Market) -> None:
    budi, siti = await market.with_wallet("budi", 50), await market.with_wallet("siti", 100)
    pack, other = await market.priced(budi), await market.priced(budi)
    for price in (-1, 1_000_001):
        await market.refused(PriceNotPossible, packs.change, by=budi, id=pack.id, changes=packs.PackChanges(price=price))
    with pytest.raises(PriceChanged):
        await market.buys(siti, pack, price=1)
    await market.refused(ApprovalNeeded, sales.buy, by=siti, id=pack.id, price=30, nonce="tanpa-pin-1", approval=None)
    approval = await market.confirms(siti, other.id, 30, "paket-lain-1")
    await market.refused(ApprovalNotValid, sales.buy, by=siti, id=pack.id, price=30, nonce="paket-lain-1", approval=approval)
    with pytest.raises(PackOfYours):
        await market.buys(budi, pack)
    await market.do(packs.change, by=budi, id=other.id, changes=packs.PackChanges(published=False))
    with pytest.raises(NoSuchPack):
        await market.buys(siti, other)
    assert (await market.has(siti), await market.has(budi)) == (100, 50)


async def test_what_was_bought_stays_whatever_its_maker_does(market: Market) -> None:
    budi, siti = await market.with_wallet("budi"), await market.with_wallet("siti", 100)
    pack = await market.priced(budi)
    await market.buys(siti, pack)
    await market.refused(PackSold, packs.remove, by=budi, id=pack.id)
    await market.do(packs.change, by=budi, id=pack.id, changes=packs.PackChanges(price=90, published=False))
    await market.do(shelf.put_back, by=siti, pack=pack.id)
    await market.do(shelf.take, by=siti, pack=pack.id)
    assert (await market.looks(siti, pack)).usable
    await market.do(packs.change, by=budi, id=pack.id, changes=packs.PackChanges(published=True))
    await market.do(packs.remove, by=market.joko, id=pack.id)  # the operator clears away what must go


async def test_a_maker_is_thanked_for_what_costs_nothing(market: Market) -> None:
    budi, siti = await market.with_wallet("budi", 50), await market.with_wallet("siti", 100)
    pack = await market.pack(budi, published=True)
    approval = await market.confirms(siti, pack.id, 20, "terima-kasih-1")
    for _ in range(2):
        await market.do(sales.tip, by=siti, id=pack.id, amount=20, nonce="terima-kasih-1", approval=approval)
    assert (await market.has(siti), await market.has(budi)) == (80, 70)
    assert (await market.ask(packs.figures, by=budi, id=pack.id)).thanks == 20
    await market.refused(PackOfYours, sales.tip, by=budi, id=pack.id, amount=1, nonce="diri-sendiri", approval=None)
