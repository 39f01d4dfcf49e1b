"""What is new: a dot and a number, the same on all devices, that tell nobody of what is not for them. And thanks in money."""

from collections.abc import AsyncIterator

import pytest

from tests.moments.conftest import Porch
from tests.pay.purse import QUICK, Purse
from tests.worlds import Hand, OpenWorld
from warung.moments import answers, deciding
from warung.moments.model import Circle, MomentNews, NoSuchMoment
from warung.pay.model import NotToYourself

pytestmark = pytest.mark.anyio


async def test_a_moment_is_news_until_it_was_shown_on_any_device(porch: Porch) -> None:
    budi, siti, ayu = await porch.people("budi", "siti", "ayu")
    await porch.friends(budi, siti, ayu)
    assert await porch.ask(deciding.news, by=siti) == MomentNews(0, None)
    first = await porch.posts(budi)
    await porch.posts(ayu, circle=Circle("only", people=(budi,)))
    assert await porch.ask(deciding.news, by=siti) == MomentNews(0, budi)  # of Ayu's she knows nothing
    assert (await porch.ask(deciding.news, by=budi)).fresh == ayu
    await porch.do(deciding.note_looked, by=siti, upto=first)
    assert await porch.ask(deciding.news, by=siti) == MomentNews(0, None)
    assert porch.heard(siti, "moments.noticed")
    second = await porch.posts(budi)
    await porch.do(deciding.note_looked, by=siti, upto=second)
    await porch.do(deciding.note_looked, by=siti, upto=first)  # it never goes back
    assert (await porch.ask(deciding.news, by=siti)).fresh is None
    mine = await porch.posts(siti)
    await porch.do(answers.like, by=budi, id=mine)
    assert await porch.ask(deciding.news, by=siti) == MomentNews(1, None)


async def test_whom_one_hides_is_no_news_and_nobody_looks_at_what_is_not_there(porch: Porch) -> None:
    budi, siti, rina = await porch.people("budi", "siti", "rina")
    await porch.friends(budi, siti)
    posted = await porch.posts(budi)
    await porch.do(deciding.hide, by=siti, other=budi, mine=False, theirs=True)
    assert (await porch.ask(deciding.news, by=siti)).fresh is None
    for who, what in ((rina, posted), (siti, "0" * 20), (siti, "~")):
        await porch.refused(NoSuchMoment, deciding.note_looked, by=who, upto=what)


class Generous(Porch, Purse):
    """A porch with purses."""


@pytest.fixture
async def generous(open_a_world: OpenWorld, database: str, hand: Hand) -> AsyncIterator[Generous]:
    """A porch in a world on each database."""
    opened = Generous(await open_a_world(database, sections=QUICK), hand)
    await opened.opens()
    yield opened
    await opened.sums_to_nothing()


async def test_an_author_is_thanked_by_those_who_see_the_moment(generous: Generous) -> None:
    budi, siti, rina = [await generous.with_wallet(handle, 100) for handle in ("budi", "siti", "rina")]
    await generous.friends(budi, siti)
    posted = await generous.posts(budi, "gethuk pagi")
    approval = await generous.confirms(siti, budi, 25, "terima-kasih-1")
    for _ in range(2):
        await generous.do(answers.thank, by=siti, id=posted, amount=25, nonce="terima-kasih-1", approval=approval)
    assert (await generous.has(budi), await generous.has(siti)) == (125, 75)
    await generous.refused(NoSuchMoment, answers.thank, by=rina, id=posted, amount=5, nonce="orang-asing-1", approval=None)
    await generous.refused(NotToYourself, answers.thank, by=budi, id=posted, amount=5, nonce="diri-sendiri", approval=None)
