"""Who sees a moment: a circle of contacts, as they are when it is read. For everybody else it is not there."""

import pytest

from tests.moments.conftest import Porch
from tests.worlds import OpenWorld
from warung import contacts, media, moments
from warung.contacts import Complaint, PersonNotFound
from warung.contacts.model import NothingToReport
from warung.kit.clock import DAY
from warung.kit.ids import AccountId, BlobId
from warung.moments import answers, deciding, feed, posting
from warung.moments.model import (
    Circle,
    CircleTooLarge,
    Draft,
    EmptyMoment,
    Link,
    LinkNotAllowed,
    MomentsTooMany,
    NoSuchMoment,
    NoSuchWindow,
    NotYourMoment,
    Place,
    TooManyPictures,
)

pytestmark = pytest.mark.anyio


async def test_a_circle_is_all_contacts_some_or_all_but_some(porch: Porch) -> None:
    budi, siti, ayu, joko = await porch.people("budi", "siti", "ayu", "joko")
    await porch.friends(budi, siti, ayu)
    await porch.friends(budi, joko)
    await porch.tags(budi, joko, "RT 05")
    await porch.tags(siti, budi, "RT 05")  # what others call Budi does not matter
    await porch.posts(budi, "semua")
    await porch.posts(budi, "Siti saja", Circle("only", people=(siti,)))
    await porch.posts(budi, "RT 05", Circle("only", tags=("RT 05",)))
    await porch.posts(budi, "tanpa RT", Circle("but", tags=("RT 05",)))
    await porch.posts(budi, "tanpa Siti", Circle("but", people=(siti,)))
    await porch.posts(budi, "catatan", Circle("only"))
    assert await porch.texts(siti) == ["tanpa RT", "Siti saja", "semua"]
    assert await porch.texts(ayu) == ["tanpa Siti", "tanpa RT", "semua"]
    assert await porch.texts(joko) == ["tanpa Siti", "RT 05", "semua"]
    assert len(await porch.texts(budi)) == 6


async def test_relations_are_those_of_the_moment_of_reading(porch: Porch) -> None:
    budi, siti, ayu = await porch.people("budi", "siti", "ayu")
    await porch.friends(budi, siti)
    id = await porch.posts(budi, "kopi", Circle("only", tags=("kopi club",)))
    assert await porch.texts(siti) == []
    await porch.tags(budi, siti, "kopi club")
    assert await porch.texts(siti) == ["kopi"]
    await porch.part(siti, budi)
    assert await porch.texts(siti) == []
    await porch.refused(NoSuchMoment, feed.one, by=siti, id=id)
    await porch.friends(budi, ayu)
    await porch.tags(budi, ayu, "kopi club")
    assert await porch.texts(ayu) == ["kopi"]
    await porch.do(contacts.block, by=ayu, other=budi)
    assert await porch.texts(ayu) == []


async def test_for_those_outside_it_is_not_there(porch: Porch) -> None:
    budi, siti, ayu = await porch.people("budi", "siti", "ayu")
    await porch.friends(budi, siti, ayu)
    blob = await porch.picture(budi)
    id = await porch.posts(budi, "rahasia", Circle("only", people=(ayu,)), pictures=(blob,))
    comment = await porch.comments(ayu, id, "wah")
    for there in (id, "0" * 20):
        await porch.refused(NoSuchMoment, feed.one, by=siti, id=there)
        await porch.refused(NoSuchMoment, answers.like, by=siti, id=there)
        await porch.refused(NoSuchMoment, answers.unlike, by=siti, id=there)
        await porch.refused(NoSuchMoment, answers.comment, by=siti, id=there, text="?", nonce=porch.nonce())
        await porch.refused(NoSuchMoment, answers.take_back, by=siti, id=there, comment=comment)
        await porch.refused(NoSuchMoment, posting.remove, by=siti, id=there)
        about = Complaint("moment", "other", "", subject=there)
        await porch.refused(NothingToReport, contacts.report, by=siti, complaint=about)
    assert not await porch.shows(siti, blob)
    assert await porch.shows(ayu, blob)
    assert await porch.ask(feed.feed_of, by=siti, of=budi) == await porch.ask(feed.feed_of, by=siti, of=AccountId("0" * 20))
    assert not porch.heard(siti, "moments.fresh")
    assert porch.heard(ayu, "moments.fresh")
    await porch.refused(NotYourMoment, posting.remove, by=ayu, id=id)
    await porch.do(contacts.report, by=ayu, complaint=Complaint("moment", "other", "", subject=id))
    await porch.do(posting.remove, by=budi, id=id)
    await porch.refused(NoSuchMoment, feed.one, by=budi, id=id)
    assert not await porch.shows(ayu, blob)


async def test_a_window_closes_by_itself(porch: Porch) -> None:
    budi, siti = await porch.people("budi", "siti")
    await porch.friends(budi, siti)
    old = await porch.posts(budi, "lama")
    porch.hand.forward(4 * DAY)
    await porch.posts(budi, "baru")
    await porch.do(deciding.set_window, by=budi, days=3)
    assert await porch.texts(siti) == ["baru"]
    await porch.refused(NoSuchMoment, feed.one, by=siti, id=old)
    assert await porch.texts(budi) == ["baru", "lama"]
    await porch.do(deciding.set_window, by=budi, days=30)
    assert await porch.texts(siti) == ["baru", "lama"]
    await porch.refused(NoSuchWindow, deciding.set_window, by=budi, days=7)


async def test_one_may_hide_ones_own_from_somebody_or_theirs_from_oneself(porch: Porch) -> None:
    budi, siti, ayu = await porch.people("budi", "siti", "ayu")
    await porch.friends(budi, siti)
    await porch.do(deciding.hide, by=budi, other=siti, mine=True, theirs=False)
    id = await porch.posts(budi, "dari Budi")
    await porch.posts(siti, "dari Siti")
    assert (await porch.texts(budi), await porch.texts(siti)) == (["dari Siti", "dari Budi"], ["dari Siti"])
    await porch.refused(NoSuchMoment, feed.one, by=siti, id=id)
    await porch.do(deciding.hide, by=budi, other=siti, mine=False, theirs=True)
    assert (await porch.texts(budi), await porch.texts(siti)) == (["dari Budi"], ["dari Siti", "dari Budi"])
    porch.pushed.clear()
    await porch.posts(siti, "lagi")
    assert not porch.heard(budi, "moments.fresh")
    assert [(each.account, each.mine, each.theirs) for each in (await porch.ask(deciding.mine, by=budi)).hidden] == [(siti, False, True)]
    assert (await porch.ask(deciding.mine, by=siti)).hidden == []
    await porch.refused(PersonNotFound, deciding.hide, by=budi, other=ayu, mine=True, theirs=True)


async def test_a_cover_is_for_contacts(porch: Porch) -> None:
    budi, siti, ayu = await porch.people("budi", "siti", "ayu")
    await porch.friends(budi, siti)
    first, second, foreign = await porch.picture(budi), await porch.picture(budi), await porch.picture(siti)
    for blob in (first, first, second):
        await porch.do(deciding.set_cover, by=budi, blob=blob)
    await porch.refused(media.BlobNotYours, deciding.set_cover, by=budi, blob=foreign)
    assert [await porch.shows(siti, blob) for blob in (first, second)] == [False, True]
    assert not await porch.shows(ayu, second)
    assert (await porch.ask(feed.feed_of, by=siti, of=budi)).cover == second
    assert (await porch.ask(feed.feed_of, by=ayu, of=budi)).cover is None
    await porch.do(deciding.set_cover, by=budi, blob=None)
    assert not await porch.shows(siti, second)


async def test_a_moment_is_posted_once_and_has_something_in_it(open_a_world: OpenWorld, porch: Porch) -> None:
    budi, siti = await porch.people("budi", "siti")
    draft = Draft("sama-sama-1", "halo", place=Place("Magelang", -7.47, 110.21), link=Link("https://example.org/a?b#c", "Resep"))
    first = await porch.do(posting.post, by=budi, draft=draft)
    assert (await porch.do(posting.post, by=budi, draft=draft)).id == first.id
    nine = tuple([await porch.picture(budi) for _ in range(9)])
    assert len((await porch.looks(budi, await porch.posts(budi, pictures=nine))).pictures) == 9
    bad: list[tuple[Draft, type[Exception]]] = [
        (Draft("nonce-0001", "  \n"), EmptyMoment),
        (Draft("nonce-0002", pictures=(*nine, nine[0])), TooManyPictures),
        (Draft("nonce-0003", pictures=nine[:1], video=nine[1]), TooManyPictures),
        (Draft("nonce-0004", pictures=(await porch.picture(siti),)), media.BlobNotYours),
        (Draft("nonce-0005", pictures=(BlobId("bukan"),)), media.BlobNotYours),
        (Draft("nonce-0006", video=nine[0]), media.BlobNotYours),
        (Draft("nonce-0007", "x", circle=Circle("only", people=tuple(AccountId(f"{number}") for number in range(501)))), CircleTooLarge),
        *[(Draft("nonce-0008", link=Link(url)), LinkNotAllowed) for url in ("javascript:alert(1)", "http://", "https://a b", "//x", "")],
    ]
    for draft, refusal in bad:
        await porch.refused(refusal, posting.post, by=budi, draft=draft)  # type: ignore[arg-type]
    quiet = Porch(await open_a_world(sections={moments.Settings: moments.Settings(per_day=1)}), porch.hand)
    ayu = await quiet.person("ayu")
    await quiet.posts(ayu)
    with pytest.raises(MomentsTooMany):
        await quiet.posts(ayu)
