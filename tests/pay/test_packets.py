"""Red packets: who may open them, what is in them, and where the money is when they are over."""

import asyncio
from collections import Counter

import pytest

from tests.pay.giving import Giving, plainly
from warung import chat, pay
from warung.chat import groups
from warung.chat.model import NotAMember, Silenced
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId, ConversationId
from warung.kit.text import TextTooLong
from warung.pay import packets
from warung.pay.model import ApprovalNeeded, NotEnoughMoney, PaymentChanged, WalletFrozen
from warung.pay.money import AmountNotPositive, UnknownCurrency
from warung.pay.packets import (
    OwnPacket,
    PacketEmpty,
    PacketNotFound,
    PacketOpened,
    PacketOver,
    SharesUneven,
    ShareTooLarge,
    ShareTooSmall,
    TooManyShares,
)
from warung.pay.talks import NotInThisConversation
from warung.pay.wallets import freeze


async def pot(giving: Giving, id: str) -> pay.LedgerAccount:
    """The pot of a packet."""
    found = await giving.db.read(lambda reader: pay.balance(reader, pay.account_id("packet", id, "PTS")))
    assert found is not None
    return found


async def test_a_lucky_packet_goes_to_who_opens_it_first_and_says_who_was_lucky(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    given = await giving.puts(budi, club, 500, 3, message="Untuk yang ronda semalam")
    assert (await giving.has(budi), (await pot(giving, given.id)).balance) == (500, 500)
    assert (await giving.cards(ayu, club))[-1] == {"type": "pay.packet", "id": given.id, "message": "Untuk yang ronda semalam"}
    taken = {who: (await giving.opens_packet(who, given.id)).amount for who in (siti, ayu, budi)}
    assert sum(taken.values()) == 500
    assert await giving.has(siti) == taken[siti]
    assert (await pot(giving, given.id)).balance == 0
    (told,) = [each for each in await giving.cards(ayu, club) if each["type"] == "pay.news"]
    best = max(taken.values())
    assert told["key"] == "packet_finished"
    assert taken[told["people"][0]] == best
    seen = await giving.ask(packets.packet, by=ayu, id=given.id)
    assert seen.openers is not None
    assert (seen.state, seen.mine, seen.total) == ("finished", taken[ayu], 500)
    assert [each.amount for each in seen.openers] == list(taken.values())
    assert [each.person.id for each in seen.openers if each.best] == told["people"]
    await giving.sums_to_nothing()


async def test_an_equal_packet_holds_the_same_for_everybody(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    given = await giving.puts(budi, club, 300, 3, kind="equal")
    assert [(await giving.opens_packet(who, given.id)).amount for who in (siti, ayu, budi)] == [100, 100, 100]
    assert (await giving.cards(ayu, club))[-1].get("people") is None


async def test_what_is_in_a_packet_is_not_seen_from_outside(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    given = await giving.puts(budi, club, 500, 2, message="Rahasia")
    await giving.opens_packet(siti, given.id)
    closed = await giving.ask(packets.packet, by=ayu, id=given.id)
    assert (closed.can_open, closed.opened, closed.mine, closed.total, closed.openers) == (True, 1, None, None, None)
    for insider in (siti, budi):
        seen = await giving.ask(packets.packet, by=insider, id=given.id)
        assert (seen.total, len(seen.openers or ())) == (500, 1)
    assert "amount" not in str([each for each in await giving.cards(ayu, club) if each["type"] == "pay.packet"])


async def test_nobody_outside_the_conversation_sees_a_packet_also_not_who_came_later_or_went(giving: Giving) -> None:
    _, (budi, siti, ayu, rina) = await giving.friends_with(1000, 0, 0, 0)
    club = await giving.group(budi, siti, rina, name="ronda malam")
    given = await giving.puts(budi, club, 500, 3)
    await giving.do(groups.add, by=budi, id=club, accounts=[ayu])
    await giving.leaves(rina, club)
    before = await giving.books()
    for outsider in (ayu, rina, giving.joko):
        await giving.refused(PacketNotFound, packets.open_packet, by=outsider, id=given.id)
        with pytest.raises(PacketNotFound):
            await giving.ask(packets.packet, by=outsider, id=given.id)
    await giving.refused(PacketNotFound, packets.open_packet, by=siti, id="tidak ada")
    assert await giving.books() == before
    assert (await giving.opens_packet(siti, given.id)).amount > 0


async def test_a_packet_is_opened_once_by_each_and_an_empty_one_by_nobody(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    given = await giving.puts(budi, club, 500, 1)
    await giving.opens_packet(siti, given.id)
    before = await giving.books()
    with pytest.raises(PacketOpened):
        await giving.opens_packet(siti, given.id)
    with pytest.raises(PacketEmpty):
        await giving.opens_packet(ayu, given.id)
    assert await giving.books() == before


async def test_between_two_the_packet_is_for_the_other(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    talk = await giving.do(chat.open_direct, by=budi, to=siti)
    with pytest.raises(TooManyShares):
        await giving.puts(budi, talk, 500, 2)
    given = await giving.puts(budi, talk, 500, 1)
    with pytest.raises(OwnPacket):
        await giving.opens_packet(budi, given.id)
    assert (await giving.opens_packet(siti, given.id)).amount == 500


async def test_what_nobody_took_in_a_day_goes_back_and_the_pot_is_empty(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    given = await giving.puts(budi, club, 500, 3)
    taken = (await giving.opens_packet(siti, given.id)).amount
    giving.hand.forward(DAY + HOUR)
    with pytest.raises(PacketOver):
        await giving.opens_packet(ayu, given.id)
    await giving.world.settle()
    assert (await giving.has(budi), await giving.has(siti)) == (1000 - taken, taken)
    assert (await pot(giving, given.id)).balance == 0
    assert await giving.news(siti, club) == ["packet_returned"]
    with pytest.raises(PacketOver):
        await giving.opens_packet(ayu, given.id)
    await giving.do(packets.end, job=packets.EndPacket(given.id))
    assert await giving.has(budi) == 1000 - taken
    await giving.sums_to_nothing()


async def test_a_packet_that_is_empty_does_not_come_back(giving: Giving) -> None:
    club, (budi, siti) = await giving.friends_with(1000, 0)
    given = await giving.puts(budi, club, 500, 1)
    await giving.opens_packet(siti, given.id)
    giving.hand.forward(DAY + HOUR)
    await giving.world.settle()
    assert await giving.news(siti, club) == ["packet_finished"]
    assert await giving.has(budi) == 500


async def test_a_packet_opened_by_all_at_once_pays_each_share_once(giving: Giving) -> None:
    club, who = await giving.friends_with(1000, 0, 0, 0, 0)
    given = await giving.puts(who[0], club, 997, 3)
    outcomes = await asyncio.gather(*(giving.opens_packet(each, given.id) for each in who * 4), return_exceptions=True)
    kinds = Counter(type(each).__name__ for each in outcomes)
    assert kinds["Opening"] == 3
    assert kinds["PacketEmpty"] + kinds["PacketOpened"] == 17
    assert sum([await giving.has(each) for each in who]) == 1000
    await giving.sums_to_nothing()


async def test_a_packet_that_cannot_be_is_refused_and_nothing_moves(giving: Giving) -> None:
    cases: list[tuple[int, int, str, type[Refusal]]] = [
        (0, 1, "lucky", AmountNotPositive),
        (-1, 1, "lucky", AmountNotPositive),
        (5, 0, "lucky", TooManyShares),
        (5, -1, "lucky", TooManyShares),
        (500, 101, "lucky", TooManyShares),
        (5, 6, "lucky", ShareTooSmall),
        (500_000, 2, "lucky", ShareTooLarge),
        (100, 3, "equal", SharesUneven),
        (100, 2, "lucky", ApprovalNeeded),
    ]
    club, (budi, _) = await giving.friends_with(1000, 0)
    before = await giving.books()
    more = {"by": budi, "conversation": club, "kind": "lucky", "total": 10, "shares": 1, "nonce": "salah-isi"}
    for total, shares, kind, refusal in cases:
        await giving.refused(refusal, packets.give, currency="PTS", **{**more, "total": total, "shares": shares, "kind": kind})
        assert await giving.books() == before, (total, shares, kind)
    await giving.refused(UnknownCurrency, packets.give, currency="QQQ", **more)
    await giving.refused(TextTooLong, packets.give, currency="PTS", message="x" * 61, **more)
    assert await giving.books() == before


async def test_a_packet_is_put_only_where_one_may_write(giving: Giving) -> None:
    club, (budi, siti) = await giving.friends_with(1000, 1000)
    ayu = await giving.with_wallet("ayu", 1000)
    await giving.do(groups.silence, by=budi, id=club, account=siti, for_s=600)
    alone = await giving.do(chat.open_self, by=budi)
    cases: list[tuple[AccountId, ConversationId, type[Refusal]]] = [
        (ayu, club, NotAMember),
        (siti, club, Silenced),
        (budi, alone, NotInThisConversation),
    ]
    before = await giving.books()
    for who, where, refusal in cases:
        with pytest.raises(refusal):
            await giving.puts(who, where, 10, 1)
    assert await giving.books() == before


async def test_a_retry_is_the_same_packet_and_a_changed_one_is_refused(giving: Giving) -> None:
    club, (budi, _) = await giving.friends_with(1000, 0)
    first = await giving.puts(budi, club, 500, 2, nonce="satu-angpau")
    again = await giving.puts(budi, club, 500, 2, nonce="satu-angpau")
    assert plainly(first) == plainly(again)
    before = await giving.books()
    same = {"by": budi, "conversation": club, "kind": "lucky", "total": 500, "shares": 2, "currency": "PTS", "nonce": "satu-angpau"}
    for changed in ({"total": 501}, {"shares": 3}, {"kind": "equal"}, {"message": "lain"}):
        await giving.refused(PaymentChanged, packets.give, **{**same, **changed})
    assert await giving.books() == before
    assert len(await giving.cards(budi, club)) == 1


async def test_a_packet_needs_the_money_and_a_wallet_that_is_not_frozen(giving: Giving) -> None:
    club, (budi, siti) = await giving.friends_with(1000, 0)
    with pytest.raises(NotEnoughMoney):
        await giving.puts(budi, club, 1001, 2)
    given = await giving.puts(budi, club, 100, 2)
    await giving.do(freeze, by=budi, account=budi)
    with pytest.raises(WalletFrozen):
        await giving.puts(budi, club, 10, 1)
    assert (await giving.opens_packet(siti, given.id)).amount > 0
    giving.hand.forward(DAY + MINUTE)
    await giving.world.settle()
    await giving.sums_to_nothing()
