"""Likes and comments: for those who know both, and told to those who may know."""

import pytest

from tests.moments.conftest import Porch
from warung.kit.text import TextMissing, TextTooLong
from warung.moments import answers, deciding
from warung.moments.model import Circle, NoSuchComment, NotYourComment

pytestmark = pytest.mark.anyio


async def test_one_sees_the_likes_and_comments_of_ones_contacts_only(porch: Porch) -> None:
    budi, siti, ayu, joko = await porch.people("budi", "siti", "ayu", "joko")
    await porch.friends(budi, siti)
    await porch.friends(budi, ayu, joko)  # Siti knows neither Ayu nor Pak Joko
    id = await porch.posts(budi, "gethuk")
    for who in (siti, ayu):
        await porch.do(answers.like, by=who, id=id)
        await porch.do(answers.like, by=who, id=id)
    first = await porch.comments(siti, id, "Bawain dong")
    await porch.comments(budi, id, "Siap, Siti", to=first)
    asked = await porch.comments(ayu, id, "Aku juga")
    await porch.comments(budi, id, "Siap, Ayu", to=asked)
    await porch.comments(joko, id, "Ikut Ayu", to=asked)
    by_siti, by_ayu, by_budi = [await porch.looks(who, id) for who in (siti, ayu, budi)]
    assert (by_siti.likes, by_ayu.likes, by_budi.likes) == ([siti], [ayu], [siti, ayu])
    assert (by_siti.liked, by_budi.liked) == (True, False)
    assert [(each.account, each.text, each.to) for each in by_siti.comments] == [
        (siti, "Bawain dong", None),
        (budi, "Siap, Siti", siti),
        (budi, "Siap, Ayu", None),  # said by whom Siti knows, to somebody she does not
    ]
    assert [each.account for each in by_ayu.comments] == [budi, ayu, budi, joko]
    assert len(by_budi.comments) == 5
    people = {each.id for each in (await porch.feed(siti)).people}
    assert people == {budi, siti}


async def test_who_parted_from_the_author_is_heard_there_no_more(porch: Porch) -> None:
    budi, siti, ayu = await porch.people("budi", "siti", "ayu")
    await porch.friends(budi, siti, ayu)
    id = await porch.posts(budi)
    await porch.do(answers.like, by=ayu, id=id)
    await porch.comments(ayu, id, "halo juga")
    await porch.part(ayu, budi)
    for who in (budi, siti):
        moment = await porch.looks(who, id)
        assert (moment.likes, moment.comments) == ([], [])


async def test_a_comment_is_taken_back_by_its_writer_or_the_author(porch: Porch) -> None:
    budi, siti, ayu, joko = await porch.people("budi", "siti", "ayu", "joko")
    await porch.friends(budi, siti, ayu)
    await porch.friends(budi, joko)
    id, other = await porch.posts(budi), await porch.posts(budi)
    one, two, three = [await porch.comments(siti, id, text) for text in ("satu", "dua", "tiga")]
    await porch.refused(NotYourComment, answers.take_back, by=ayu, id=id, comment=one)
    await porch.refused(NoSuchComment, answers.take_back, by=joko, id=id, comment=one)  # Pak Joko does not know Siti
    await porch.refused(NoSuchComment, answers.take_back, by=siti, id=other, comment=one)
    await porch.refused(NoSuchComment, answers.comment, by=joko, id=id, text="?", nonce=porch.nonce(), to=one)
    await porch.do(answers.take_back, by=siti, id=id, comment=one)
    await porch.do(answers.take_back, by=budi, id=id, comment=two)
    assert [each.id for each in (await porch.looks(ayu, id)).comments] == [three]


async def test_a_comment_is_written_once_and_says_something(porch: Porch) -> None:
    budi = await porch.person("budi")
    id, nonce = await porch.posts(budi), porch.nonce()
    for _ in range(2):
        await porch.do(answers.comment, by=budi, id=id, text="halo", nonce=nonce)
    assert len((await porch.looks(budi, id)).comments) == 1
    await porch.refused(TextMissing, answers.comment, by=budi, id=id, text=" ", nonce=porch.nonce())
    await porch.refused(TextTooLong, answers.comment, by=budi, id=id, text="x" * 501, nonce=porch.nonce())


async def test_those_concerned_are_told_and_only_what_they_may_know(porch: Porch) -> None:
    budi, siti, ayu, joko = await porch.people("budi", "siti", "ayu", "joko")
    await porch.friends(budi, siti, joko)
    await porch.friends(budi, ayu)
    id = await porch.posts(budi, "gethuk", Circle("only", people=(siti, ayu, joko)))
    await porch.do(answers.like, by=siti, id=id)
    await porch.comments(ayu, id, "enak")
    await porch.comments(joko, id, "mantap")

    async def told(who: str) -> list[tuple[str, str]]:
        return [(each.actor, each.text) for each in (await porch.ask(deciding.notices, by=who)).notices]

    assert await told(budi) == [(joko, "mantap"), (ayu, "enak"), (siti, "")]
    assert await told(siti) == [(joko, "mantap")]  # who is concerned because she liked; Ayu she does not know
    assert await told(ayu) == []
    assert len(porch.heard(budi, "moments.noticed")) == 3
    notices = await porch.ask(deciding.notices, by=budi)
    assert notices.unseen == 3
    await porch.do(deciding.note_seen, by=budi, upto=notices.notices[1].id)
    await porch.do(deciding.note_seen, by=budi, upto=notices.notices[2].id)
    await porch.do(deciding.note_seen, by=budi, upto="~")
    assert (await porch.ask(deciding.notices, by=budi)).unseen == 1
    await porch.do(answers.unlike, by=siti, id=id)
    await porch.part(budi, ayu)
    assert await told(budi) == [(joko, "mantap")]
    await porch.part(budi, siti)
    assert await told(siti) == []
