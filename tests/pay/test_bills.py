"""Bills: divided among members, paid part by part, reminded of; and asking one contact for money."""

import pytest

from tests.pay.giving import Giving
from warung import chat
from warung.chat.model import NotAMember
from warung.kit.clock import HOUR
from warung.kit.errors import Refusal
from warung.kit.text import TextMissing, TextTooLong
from warung.pay import bills
from warung.pay.bills import (
    BillClosed,
    BillNotFound,
    NobodyOwes,
    NoShareOfYours,
    NotYourBill,
    Owed,
    RemindedRecently,
    SharePaid,
)
from warung.pay.model import ApprovalNeeded, NotEnoughMoney, PaymentChanged
from warung.pay.money import AmountNotPositive, AmountTooFine, UnknownCurrency


async def test_a_bill_is_divided_evenly_and_who_asks_bears_the_rest(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(0, 500, 500)
    bill = await giving.asks_for(budi, club, "Kopi sore", Owed(siti), Owed(budi), Owed(ayu), total=100)
    seen = await giving.ask(bills.bill, by=ayu, id=bill.id)
    assert [(each.person.id, each.amount, each.state) for each in seen.shares] == [
        (budi, 34, "paid"),
        (siti, 33, "open"),
        (ayu, 33, "open"),
    ]
    assert (seen.total, seen.paid, seen.state) == (100, 34, "open")
    assert (await giving.cards(siti, club))[-1]["people"] == [siti, ayu]
    await giving.pays_share(siti, bill, 33)
    assert (await giving.has(budi), await giving.has(siti)) == (33, 467)
    await giving.pays_share(ayu, bill, 33)
    assert (await giving.ask(bills.bill, by=siti, id=bill.id)).state == "settled"
    assert await giving.news(ayu, club) == ["bill_paid", "bill_paid", "bill_settled"]
    assert await giving.ask(bills.bills, by=budi) == []
    await giving.sums_to_nothing()


async def test_everybody_may_owe_another_amount_and_reads_what_is_open(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(0, 500, 500)
    bill = await giving.asks_for(budi, club, "Iuran", Owed(siti, 120), Owed(ayu, 80))
    assert [each.id for each in await giving.ask(bills.bills, by=siti)] == [bill.id]
    await giving.pays_share(siti, bill, 120)
    assert await giving.ask(bills.bills, by=siti) == []
    assert [each.paid for each in await giving.ask(bills.bills, by=budi)] == [120]


async def test_a_part_is_paid_once_and_a_retry_is_the_same_payment(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(0, 500, 500)
    bill = await giving.asks_for(budi, club, "Iuran", Owed(siti, 120), Owed(ayu, 80))
    await giving.pays_share(siti, bill, 120, nonce="bayar-iuran")
    before = await giving.books()
    await giving.pays_share(siti, bill, 120, nonce="bayar-iuran")
    with pytest.raises(SharePaid):
        await giving.pays_share(siti, bill, 120)
    other = await giving.asks_for(budi, club, "Iuran lagi", Owed(siti, 120))
    with pytest.raises(PaymentChanged):
        await giving.pays_share(siti, other, 120, nonce="bayar-iuran")
    assert await giving.books() == before


async def test_a_part_that_cannot_be_paid_stays_open(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(0, 100, 0)
    bill = await giving.asks_for(budi, club, "Iuran", Owed(siti, 120))
    before = await giving.books()
    with pytest.raises(NotEnoughMoney):
        await giving.pays_share(siti, bill, 120)
    await giving.refused(ApprovalNeeded, bills.pay, by=siti, id=bill.id, nonce="tanpa-pin", approval=None)
    await giving.refused(NoShareOfYours, bills.pay, by=ayu, id=bill.id, nonce="bukan-saya", approval=None)
    await giving.refused(NoShareOfYours, bills.pay, by=budi, id=bill.id, nonce="punya-saya", approval=None)
    assert await giving.books() == before
    assert (await giving.ask(bills.bill, by=siti, id=bill.id)).shares[0].state == "open"


async def test_asking_one_contact_for_money_can_be_declined(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(0, 500)
    talk = await giving.do(chat.open_direct, by=budi, to=siti)
    bill = await giving.asks_for(budi, talk, "Ganti uang bakso", Owed(siti, 25))
    await giving.do(bills.decline, by=siti, id=bill.id)
    await giving.do(bills.decline, by=siti, id=bill.id)
    assert (await giving.ask(bills.bill, by=budi, id=bill.id)).state == "closed"
    assert await giving.news(budi, talk) == ["bill_declined"]
    with pytest.raises(BillClosed):
        await giving.pays_share(siti, bill, 25)


async def test_a_closed_bill_is_not_paid_and_only_its_maker_closes_it(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(0, 500, 500)
    bill = await giving.asks_for(budi, club, "Iuran", Owed(siti, 120), Owed(ayu, 80))
    await giving.refused(NotYourBill, bills.close, by=siti, id=bill.id)
    await giving.do(bills.close, by=budi, id=bill.id)
    await giving.do(bills.close, by=budi, id=bill.id)
    assert await giving.news(ayu, club) == ["bill_closed"]
    for again in (bills.remind, bills.close):
        if again is bills.remind:
            await giving.refused(BillClosed, again, by=budi, id=bill.id)
    with pytest.raises(BillClosed):
        await giving.pays_share(ayu, bill, 80)


async def test_a_reminder_calls_those_who_have_not_paid_and_not_too_often(giving: Giving) -> None:
    club, (budi, siti, ayu) = await giving.friends_with(0, 500, 500)
    bill = await giving.asks_for(budi, club, "Iuran", Owed(siti, 120), Owed(ayu, 80))
    await giving.pays_share(siti, bill, 120)
    await giving.refused(NotYourBill, bills.remind, by=siti, id=bill.id)
    await giving.do(bills.remind, by=budi, id=bill.id)
    assert (await giving.seen(ayu, club)).mentions == 1
    assert (await giving.seen(siti, club)).mentions == 0
    refusal = await giving.refused(RemindedRecently, bills.remind, by=budi, id=bill.id)
    assert 0 < refusal.details["retry_after_s"] <= 6 * 3600 + 1
    giving.hand.forward(6 * HOUR + 1000)
    await giving.do(bills.remind, by=budi, id=bill.id)
    assert (await giving.seen(ayu, club)).mentions == 2


async def test_a_bill_is_seen_by_those_in_the_conversation_only(giving: Giving) -> None:
    club, (budi, siti) = await giving.friends_with(0, 500)
    ayu = await giving.with_wallet("ayu", 500)
    bill = await giving.asks_for(budi, club, "Iuran", Owed(siti, 120))
    with pytest.raises(BillNotFound):
        await giving.ask(bills.bill, by=ayu, id=bill.id)
    for verb in (bills.decline, bills.close, bills.remind):
        await giving.refused(BillNotFound, verb, by=ayu, id=bill.id)
    await giving.refused(BillNotFound, bills.pay, by=ayu, id=bill.id, nonce="bukan-saya", approval=None)
    await giving.leaves(siti, club)
    with pytest.raises(BillNotFound):
        await giving.pays_share(siti, bill, 120)


async def test_a_bill_that_nobody_could_pay_is_refused(giving: Giving) -> None:
    club, (budi, siti) = await giving.friends_with(0, 500)
    ayu = await giving.with_wallet("ayu", 500)
    cases: list[tuple[type[Refusal], list[Owed], dict[str, object]]] = [
        (NobodyOwes, [], {}),
        (NobodyOwes, [Owed(ayu, 5)], {}),
        (NobodyOwes, [Owed(budi, 5)], {}),
        (NobodyOwes, [Owed(siti, 5), Owed(siti, 5)], {}),
        (AmountNotPositive, [Owed(siti)], {}),
        (AmountNotPositive, [Owed(siti, -5)], {}),
        (AmountNotPositive, [Owed(siti)], {"total": 0}),
        (AmountTooFine, [Owed(siti), Owed(budi)], {"total": 1}),
        (UnknownCurrency, [Owed(siti, 5)], {"currency": "QQQ"}),
        (TextMissing, [Owed(siti, 5)], {"title": " "}),
        (TextTooLong, [Owed(siti, 5)], {"title": "x" * 61}),
        (NotAMember, [Owed(siti, 5)], {"conversation": "tidak ada"}),
    ]
    for refusal, owed, changed in cases:
        more = {"by": budi, "conversation": club, "title": "Iuran", "currency": "PTS", "nonce": "salah-bagi", **changed}
        await giving.refused(refusal, bills.ask, owed=owed, **more)
    assert await giving.cards(siti, club) == []


async def test_a_retry_is_the_same_bill_and_a_changed_one_is_refused(giving: Giving) -> None:
    club, (budi, siti) = await giving.friends_with(0, 500)
    first = await giving.asks_for(budi, club, "Iuran", Owed(siti, 5), nonce="satu-tagihan")
    assert await giving.asks_for(budi, club, "Iuran", Owed(siti, 5), nonce="satu-tagihan") == first
    with pytest.raises(PaymentChanged):
        await giving.asks_for(budi, club, "Iuran", Owed(siti, 6), nonce="satu-tagihan")
    assert len(await giving.cards(siti, club)) == 1
