"""The demo: a place full of life, filled once."""

from tests.worlds import OpenWorld
from warung import accounts, demo
from warung.chat import reading
from warung.moments.feed import feed
from warung.pay import bills, wallets


async def test_budi_finds_a_living_place(open_a_world: OpenWorld) -> None:
    world = await open_a_world(demo=True)
    await demo.fill(world)
    await demo.fill(world)  # a second start changes nothing
    budi = await world.db.read(lambda reader: accounts.by_handle(reader, "budi"))
    seen = await world.db.read(lambda reader: reading.sync(reader, by=budi.id, since=0))
    names = {conversation.name or (conversation.peer.name if conversation.peer else "") for conversation in seen.conversations}
    assert {"kopi club", "RT 05", "Toko Sari", "Siti", "林伟", "प्रिया", "مريم", "Tom"} <= names
    assert any(conversation.unread for conversation in seen.conversations)
    assert all(conversation.last is not None for conversation in seen.conversations)
    assert budi.avatar is not None
    shown = (await world.db.read(lambda reader: feed(reader, by=budi.id))).moments
    # of those he knows: Bu Rina likes one too
    assert [(len(moment.likes), len(moment.comments)) for moment in shown] == [(2, 2), (2, 1), (1, 2)]
    wallet = await world.db.read(lambda reader: wallets.overview(reader, by=budi.id))
    assert (wallet.balances[0].available, wallet.balances[0].coming, wallet.has_pin) == (184_500, 25_000, True)
    assert [bill.title for bill in await world.db.read(lambda reader: bills.bills(reader, by=budi.id))] == ["Kopi sore"]
