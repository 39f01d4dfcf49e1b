"""Polls and lists: whoever sees the card takes part, the card stays as it was, and what was chosen is asked for."""

from typing import Any

import msgspec

from tests.cast import send_raw
from tests.chat.scene import Scene, card
from warung import chat, polls
from warung.chat import groups
from warung.kit.card import NotSendable
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.ids import AccountId, ConversationId
from warung.kit.text import TextMissing, TextTooLong
from warung.polls.model import (
    ListFull,
    ListNotPossible,
    NoSuchChoice,
    NoSuchPoll,
    NotAClosingTime,
    NotYourPoll,
    OneChoiceOnly,
    PollClosed,
    PollNotPossible,
    State,
)


async def asked(scene: Scene, by: AccountId, to: ConversationId, **more: Any) -> str:
    named = {"question": "Kapan?", "choices": ["Jumat", "Sabtu", "Minggu"], "nonce": scene.nonce()} | more
    return str(card(await scene.do(polls.ask, by=by, to=to, **named))["poll"])


async def listed(scene: Scene, by: AccountId, to: ConversationId, **more: Any) -> str:
    named = {"title": "Kerja bakti Minggu", "nonce": scene.nonce()} | more
    return str(card(await scene.do(polls.start_list, by=by, to=to, **named))["poll"])


async def stands(scene: Scene, by: AccountId, id: str) -> State:
    return await scene.ask(polls.state, by=by, id=id)


async def test_a_poll_counts_what_was_chosen_and_lets_one_think_better_of_it(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    id = await asked(scene, budi, club)
    await scene.do(polls.choose, by=siti, id=id, choices=[0])
    await scene.do(polls.choose, by=ayu, id=id, choices=[1])
    scene.hand.forward(1)  # within one millisecond it is chance who comes first
    await scene.do(polls.choose, by=siti, id=id, choices=[1])
    seen = await stands(scene, siti, id)
    assert (seen.counts, seen.voters, seen.mine) == ([0, 2, 0], 2, [1])
    assert [(each.account.id, each.choice) for each in seen.entries] == [(ayu, 1), (siti, 1)]
    await scene.do(polls.choose, by=siti, id=id, choices=[])
    assert (await stands(scene, siti, id)).counts == [0, 1, 0]
    tally = scene.heard(budi, "polls.tally")[-1]
    assert (tally["counts"], tally["version"], len(scene.heard(budi, "polls.tally"))) == ([0, 1, 0], 4, 4)


async def test_one_choice_or_several_and_of_an_anonymous_one_only_numbers(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    single = await asked(scene, budi, club)
    await scene.refused(OneChoiceOnly, polls.choose, by=siti, id=single, choices=[0, 1])
    for wrong in ([3], [-1], [0, 99]):
        await scene.refused(NoSuchChoice, polls.choose, by=siti, id=single, choices=wrong)
    secret = await asked(scene, budi, club, multiple=True, anonymous=True)
    await scene.do(polls.choose, by=siti, id=secret, choices=[0, 2, 0])
    seen = await stands(scene, budi, secret)
    assert (seen.counts, seen.voters, seen.entries, seen.mine) == ([1, 0, 1], 1, [], [])
    assert siti not in msgspec.json.encode(seen).decode()


async def test_it_closes_at_its_time_or_when_its_maker_or_an_admin_says_so(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    timed = await asked(scene, siti, club, closes_at=scene.hand() + HOUR)
    await scene.do(polls.choose, by=ayu, id=timed, choices=[0])
    scene.hand.forward(2 * HOUR)
    await scene.refused(PollClosed, polls.choose, by=siti, id=timed, choices=[0])
    assert (await stands(scene, ayu, timed)).closed
    mine, theirs = await asked(scene, siti, club), await asked(scene, siti, club)
    await scene.refused(NotYourPoll, polls.close, by=ayu, id=mine)
    await scene.do(polls.close, by=siti, id=mine)
    await scene.do(polls.close, by=budi, id=theirs)
    for id in (mine, theirs):
        await scene.refused(PollClosed, polls.choose, by=ayu, id=id, choices=[0])


async def test_a_list_holds_names_those_they_bring_and_no_more_than_its_places(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    id = await listed(scene, budi, club, places=4)
    await scene.do(polls.come, by=siti, id=id, plus=1, note="bawa kopi")
    await scene.refused(ListFull, polls.come, by=ayu, id=id, plus=2)
    await scene.do(polls.come, by=ayu, id=id, plus=1)
    await scene.refused(ListFull, polls.come, by=budi, id=id)
    await scene.do(polls.come, by=siti, id=id, plus=0, note="bawa teh")
    seen = await stands(scene, budi, id)
    assert (seen.counts, [(each.account.name, each.plus, each.note) for each in seen.entries]) == (
        [3],
        [("Siti", 0, "bawa teh"), ("Ayu", 1, "")],
    )
    await scene.do(polls.leave, by=siti, id=id)
    await scene.do(polls.come, by=budi, id=id)
    assert [each.account.name for each in (await stands(scene, budi, id)).entries] == ["Ayu", "Budi"]


async def test_who_does_not_see_the_card_does_not_know_the_poll(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    joko = await scene.person("joko")
    id = await asked(scene, budi, club)
    await scene.leaves(ayu, club)
    for who in (joko, ayu):
        await scene.refused(NoSuchPoll, polls.choose, by=who, id=id, choices=[0])
        await scene.refused(NoSuchPoll, polls.close, by=who, id=id)
        await scene.refused(NoSuchPoll, lambda tx, **named: polls.state(tx, **named), by=who, id=id)
    await scene.do(groups.add, by=budi, id=club, accounts=[ayu])  # who came later does not see what was before
    await scene.refused(NoSuchPoll, polls.choose, by=ayu, id=id, choices=[0])
    await scene.refused(NoSuchPoll, polls.come, by=siti, id=id)
    await scene.refused(NoSuchPoll, polls.come, by=siti, id="tidak ada")
    await scene.refused(chat.NotAMember, polls.ask, by=joko, to=club, question="x", choices=["a", "b"], nonce="tanya-0001")


async def test_a_poll_that_was_taken_back_is_gone(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    message = await scene.do(polls.ask, by=budi, to=club, question="Rahasia?", choices=["a", "b"], nonce="tanya-0001")
    await scene.do(chat.recall, by=budi, conversation=club, seq=message.seq)
    await scene.refused(NoSuchPoll, polls.choose, by=siti, id=card(message)["poll"], choices=[0])


async def test_nobody_asks_with_ten_thousand_choices_or_with_none(scene: Scene) -> None:
    club, (budi, _) = await scene.club("budi", "siti")

    async def refused(why: type, **more: object) -> None:
        await scene.refused(why, polls.ask, by=budi, to=club, **({"question": "x", "choices": ["a", "b"], "nonce": "tanya-0001"} | more))

    for choices in ([], ["a"], ["a", "a"], ["a", " a "], [str(at) for at in range(10_000)], [str(at) for at in range(21)]):
        await refused(PollNotPossible, choices=choices)
    await refused(TextMissing, question=" ")
    await refused(TextMissing, choices=["a", ""])
    await refused(TextTooLong, question="x" * 201)
    await refused(TextTooLong, choices=["a", "x" * 101])
    for closes_at in (0, scene.hand() - MINUTE, scene.hand() + 400 * DAY):
        await refused(NotAClosingTime, closes_at=closes_at)
    for places in (0, -1, 10_001):
        await scene.refused(ListNotPossible, polls.start_list, by=budi, to=club, title="x", places=places, nonce="daftar-0001")
    id = await listed(scene, budi, club)
    for plus in (-1, 21):
        await scene.refused(ListNotPossible, polls.come, by=budi, id=id, plus=plus)


async def test_asking_again_is_asking_once_and_a_client_cannot_write_the_card(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    named = {"by": budi, "to": club, "question": "Kapan?", "choices": ["a", "b"], "nonce": "tanya-0001"}
    first, again = await scene.do(polls.ask, **named), await scene.do(polls.ask, **named)
    assert (first.seq, await scene.found(siti, "Kapan")) == (again.seq, [(club, first.seq)])
    forged = b'{"type":"polls.poll","poll":"x","question":"x","choices":["a","b"]}'
    await scene.refused(NotSendable, lambda tx: send_raw(tx, siti, club, forged, "palsu-0001"))


async def test_what_is_done_to_a_poll_at_once_counts_every_vote(scene: Scene) -> None:
    club, (budi, *others) = await scene.club("budi", *[f"orang{at}" for at in range(8)])
    id = await listed(scene, budi, club, places=5)
    came = 0
    for who in others:
        try:
            await scene.do(polls.come, by=who, id=id)
            came += 1
        except ListFull:
            pass
    assert (came, (await stands(scene, budi, id)).counts) == (5, [5])
