"""Sending a sticker: one's own, a free one, one that was kept; never another's, and never one that is not what it says."""

import pytest

from tests.cast import send_raw
from tests.stickers.conftest import Booth, card_of
from warung import chat, contacts
from warung.kit.card import BrokenCard
from warung.stickers import shelf
from warung.stickers.model import NoSuchSticker

pytestmark = pytest.mark.anyio


async def test_the_pack_that_comes_along_is_everybodys(booth: Booth) -> None:
    budi, siti = await booth.people("budi", "siti")
    where = await booth.friends(budi, siti)
    kriuk = (await booth.panel(budi)).packs[0]
    assert len(kriuk.stickers) >= 16
    for sticker in kriuk.stickers:
        await booth.sends(budi, where, sticker)
    recent = (await booth.panel(budi)).recent
    assert {each.id for each in recent} == {each.id for each in kriuk.stickers}
    assert (await booth.panel(siti)).recent == []


async def test_a_sticker_of_anothers_pack_is_not_there(booth: Booth) -> None:
    budi, siti = await booth.people("budi", "siti")
    where = await booth.friends(budi, siti)
    hidden = (await booth.pack(budi)).stickers[0]
    with pytest.raises(NoSuchSticker):
        await booth.sends(siti, where, hidden)
    assert (await booth.panel(siti)).recent == []
    assert not await booth.sees(siti, hidden)


async def test_a_sticker_of_the_store_can_be_sent_by_everybody_who_takes_the_pack(booth: Booth) -> None:
    budi, siti = await booth.people("budi", "siti")
    where = await booth.friends(budi, siti)
    pack = await booth.pack(budi, published=True)
    await booth.do(shelf.take, by=siti, pack=pack.id)
    await booth.sends(siti, where, pack.stickers[0])
    assert await booth.sees(budi, pack.stickers[0])


async def test_a_sticker_is_what_it_says(booth: Booth) -> None:
    budi, siti = await booth.people("budi", "siti")
    where = await booth.friends(budi, siti)
    sticker = (await booth.pack(budi)).stickers[0]
    for lie in (
        {"blob": "0" * 20},
        {"drawn": "halo"},
        {"emoji": "💰"},
        {"alt": "klik"},
        {"width": 4000},
        {"moves": True},
        {"pack": "kriuk"},
    ):
        with pytest.raises(BrokenCard):
            await booth.sends(budi, where, sticker, **lie)


async def test_a_retry_counts_once_and_a_refused_one_not_at_all(booth: Booth) -> None:
    budi, siti = await booth.people("budi", "siti")
    where = await booth.friends(budi, siti)
    sticker = (await booth.pack(budi, published=True)).stickers[0]
    raw, nonce = card_of(sticker), booth.nonce()
    first = await booth.db.write(lambda tx: send_raw(tx, budi, where, raw, nonce))
    again = await booth.db.write(lambda tx: send_raw(tx, budi, where, raw, nonce))
    assert first.seq == again.seq
    await booth.part(budi, siti)
    with pytest.raises(contacts.NotAContact):
        await booth.sends(siti, where, sticker)
    assert (await booth.panel(siti)).recent == []


async def test_keeping_is_for_oneself(booth: Booth) -> None:
    budi, siti = await booth.people("budi", "siti")
    pack = await booth.pack(budi, published=True)
    await booth.do(shelf.keep, by=siti, id=pack.stickers[0].id, language="id")
    await booth.do(shelf.keep, by=siti, id=pack.stickers[0].id, language="id")
    await booth.do(shelf.keep, by=siti, id="kriuk-halo", language="id")
    assert {each.id for each in (await booth.panel(siti)).kept} == {pack.stickers[0].id, "kriuk-halo"}
    assert (await booth.panel(budi)).kept == []


async def test_only_a_sticker_is_kept_and_only_of_what_one_sees(booth: Booth) -> None:
    budi, siti, ayu = await booth.people("budi", "siti", "ayu")
    where = await booth.friends(budi, siti)
    said = await booth.says(budi, where, "halo")
    sent = await booth.sends(budi, where, (await booth.panel(budi)).packs[0].stickers[0])
    await booth.refused(NoSuchSticker, shelf.keep_received, by=siti, conversation=where, seq=said.seq)
    await booth.refused(chat.NotAMember, shelf.keep_received, by=ayu, conversation=where, seq=sent.seq)
