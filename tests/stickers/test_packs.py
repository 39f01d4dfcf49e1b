"""Packs: who makes them, who sees them, what becomes of them, and what their maker learns."""

import pytest

from tests.chat.scene import card
from tests.stickers.conftest import Booth
from tests.worlds import OpenWorld
from warung import accounts, contacts, media, stickers
from warung.contacts import Complaint
from warung.contacts.model import NothingToReport
from warung.kit.ids import BlobId
from warung.stickers import packs, seeing, shelf
from warung.stickers.model import (
    EmptyPack,
    Labels,
    NoSuchPack,
    NoSuchSticker,
    NotYourPack,
    PackFull,
    StoreClosed,
    TooManyKept,
    TooManyPacks,
    TooManyWords,
)

pytestmark = pytest.mark.anyio


async def test_a_pack_is_its_makers_alone_until_it_is_in_the_store(booth: Booth) -> None:
    budi, siti = await booth.people("budi", "siti")
    pack = await booth.pack(budi)
    assert [each.id for each in (await booth.panel(budi)).packs] == ["kriuk", pack.id]
    assert [each.id for each in (await booth.ask(shelf.browse, by=siti, language="id")).packs] == ["kriuk"]
    await booth.refused(NoSuchPack, seeing.pack, by=siti, id=pack.id, language="id")
    await booth.refused(NoSuchPack, shelf.take, by=siti, pack=pack.id)
    assert not await booth.sees(siti, pack.stickers[0])
    await booth.do(packs.change, by=budi, id=pack.id, changes=packs.PackChanges(published=True))
    listed = (await booth.ask(shelf.browse, by=siti, language="id")).packs[1]
    assert (listed.id, listed.author, listed.count, listed.mine, listed.on_shelf) == (pack.id, "Studio Kucing", 2, False, False)
    assert await booth.sees(siti, pack.stickers[0])


async def test_the_store_has_pages_and_tells_no_account(booth: Booth) -> None:
    budi, siti = await booth.people("budi", "siti")
    made = [(await booth.pack(budi, f"Paket {number}", 1, published=True)).id for number in range(shelf.PAGE + 2)]
    first = await booth.ask(shelf.browse, by=siti, language="id")
    rest = await booth.ask(shelf.browse, by=siti, language="id", before=first.next)
    assert [each.id for each in (*first.packs[1:], *rest.packs)] == made[::-1]
    assert rest.next is None
    assert budi not in str(first) + str(rest)


async def test_what_is_on_a_shelf_stays_when_the_store_has_it_no_longer_and_goes_with_the_pack(booth: Booth) -> None:
    budi, siti, ayu = await booth.people("budi", "siti", "ayu")
    pack = await booth.pack(budi, published=True)
    await booth.do(shelf.take, by=siti, pack=pack.id)
    await booth.do(shelf.take, by=siti, pack=pack.id)
    await booth.do(packs.change, by=budi, id=pack.id, changes=packs.PackChanges(published=False))
    assert [each.id for each in (await booth.panel(siti)).packs] == ["kriuk", pack.id]
    await booth.refused(NoSuchPack, seeing.pack, by=ayu, id=pack.id, language="id")
    await booth.do(packs.remove, by=budi, id=pack.id)
    assert [each.id for each in (await booth.panel(siti)).packs] == ["kriuk"]
    assert booth.heard(siti, "stickers.changed")
    assert not await booth.sees(siti, pack.stickers[0])


async def test_only_its_maker_changes_a_pack_but_an_operator_may_remove_it(booth: Booth) -> None:
    budi, siti, joko = await booth.people("budi", "siti", "joko")
    pack = await booth.pack(budi, published=True)
    sticker = pack.stickers[0]
    await booth.refused(NotYourPack, packs.change, by=siti, id=pack.id, changes=packs.PackChanges(title="Punyaku"))
    await booth.refused(NotYourPack, packs.remove, by=siti, id=pack.id)
    await booth.refused(NotYourPack, packs.label, by=siti, id=sticker.id, language="id", emoji="🐶")
    await booth.refused(NotYourPack, packs.take_out, by=siti, id=sticker.id)
    await booth.refused(NotYourPack, packs.figures, by=siti, id=pack.id)
    await booth.do(accounts.make_operator, handle="joko")
    await booth.do(packs.remove, by=joko, id=pack.id)
    await booth.refused(NoSuchPack, seeing.pack, by=budi, id=pack.id, language="id")


async def test_a_sticker_is_named_and_taken_out(booth: Booth) -> None:
    budi = await booth.person("budi")
    pack = await booth.pack(budi)
    labelled = await booth.do(packs.label, by=budi, id=pack.stickers[0].id, language="id", emoji="😺", words=["meong", "kucing"])
    assert (labelled.emoji, sorted(labelled.words)) == ("😺", ["kucing", "meong"])
    await booth.do(packs.take_out, by=budi, id=pack.stickers[0].id)
    await booth.refused(NoSuchSticker, packs.label, by=budi, id=pack.stickers[0].id, language="id", emoji="x")
    await booth.refused(
        TooManyWords, packs.label, by=budi, id=pack.stickers[1].id, language="id", words=[f"kata{number}" for number in range(31)]
    )
    assert [each.id for each in (await booth.ask(seeing.pack, by=budi, id=pack.id, language="id")).stickers] == [pack.stickers[1].id]


async def test_words_are_those_of_the_readers_language(booth: Booth) -> None:
    budi = await booth.person("budi")
    for language, expected in (("id", "ngopi"), ("en", "coffee"), ("zh", "咖啡"), ("tlh", "coffee")):
        kriuk = (await booth.panel(budi, language)).packs[0]
        assert expected in next(each for each in kriuk.stickers if each.drawn == "ngopi").words


async def test_limits_are_kept(open_a_world: OpenWorld, booth: Booth) -> None:
    small = stickers.Settings(packs=1, stickers=1, kept=1, store=False)
    tight = Booth(await open_a_world(sections={stickers.Settings: small}), booth.hand)
    budi = await tight.person("budi2")
    pack = await tight.pack(budi, stickers=1)
    await tight.refused(TooManyPacks, packs.create, by=budi, title="Lagi")
    await tight.refused(StoreClosed, packs.change, by=budi, id=pack.id, changes=packs.PackChanges(published=True))
    blob = media.Blob(pack.stickers[0].blob or BlobId(""), budi, "picture", "image/webp", "", 100, 64, 64, None, 0)
    await tight.refused(PackFull, packs.add, by=budi, pack=pack.id, blob=blob, moves=False, labels=Labels())
    await tight.do(shelf.keep, by=budi, id="kriuk-halo", language="id")
    await tight.do(shelf.keep, by=budi, id="kriuk-halo", language="id")
    await tight.refused(TooManyKept, shelf.keep, by=budi, id="kriuk-sip", language="id")
    await tight.do(accounts.make_operator, handle="budi2")
    await tight.do(packs.take_out, by=budi, id=pack.stickers[0].id)
    await tight.refused(EmptyPack, packs.change, by=budi, id=pack.id, changes=packs.PackChanges(published=True))


async def test_a_maker_learns_how_often_and_not_who(booth: Booth) -> None:
    budi, siti, ayu = await booth.people("budi", "siti", "ayu")
    where = await booth.friends(budi, siti, ayu)
    club = await booth.group(budi, siti, ayu)
    pack = await booth.pack(budi, published=True)
    await booth.do(shelf.take, by=siti, pack=pack.id)
    for who, here in ((budi, where), (siti, where), (siti, club), (ayu, club)):
        await booth.sends(who, here, pack.stickers[0])
    figures = await booth.ask(packs.figures, by=budi, id=pack.id)
    assert (figures.on_shelves, figures.sent) == (2, 4)
    assert [(each.sent, each.people) for each in figures.stickers] == [(4, 3), (0, 0)]
    assert siti not in str(figures)


async def test_a_pack_is_reported_with_what_it_shows(booth: Booth) -> None:
    budi, siti, joko = await booth.people("budi", "siti", "joko")
    pack, hidden = await booth.pack(budi, published=True), await booth.pack(budi, "Rahasia")
    await booth.do(accounts.make_operator, handle="joko")
    complaint = Complaint("pack", "abuse", "kasar", subject=pack.id)
    await booth.do(contacts.report, by=siti, complaint=complaint)
    (report,) = await booth.ask(contacts.reports, by=joko)
    assert report.account is not None
    assert (report.about, report.account.id) == ("pack", budi)
    assert b"Studio Kucing" in bytes(report.evidence)
    await booth.refused(NothingToReport, contacts.report, by=siti, complaint=Complaint("pack", "abuse", "", subject=hidden.id))


async def test_a_sticker_that_was_sent_is_seen_by_members_and_kept_by_them(booth: Booth) -> None:
    budi, siti, ayu = await booth.people("budi", "siti", "ayu")
    where = await booth.friends(budi, siti)
    pack = await booth.pack(budi)
    sent = await booth.sends(budi, where, pack.stickers[0])
    (message,) = [each for each in (await booth.page(siti, where)).messages if each.seq == sent.seq]
    assert card(message)["emoji"] == "🐱"
    assert await booth.sees(siti, pack.stickers[0])
    assert not await booth.sees(ayu, pack.stickers[0])
    await booth.refused(NoSuchSticker, shelf.keep, by=siti, id=pack.stickers[0].id, language="id")
    kept = await booth.do(shelf.keep_received, by=siti, conversation=where, seq=sent.seq)
    await booth.do(packs.remove, by=budi, id=pack.id)
    assert [each.id for each in (await booth.panel(siti)).kept] == [kept.id]
    assert await booth.sees(siti, pack.stickers[0])
    await booth.sends(siti, where, kept)
    await booth.do(shelf.let_go, by=siti, id=kept.id)
    assert (await booth.panel(siti)).kept == []
