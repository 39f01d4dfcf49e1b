"""Money handed from one person to another: accepted, declined, gone back by itself; and everything that must not happen to it."""

import pytest

from tests.cast import send_raw
from tests.pay.giving import Giving
from tests.pay.purse import PIN
from warung import chat, pay
from warung.contacts import Blocked, NotAContact, block, remove
from warung.kit.card import NotSendable
from warung.kit.clock import DAY, HOUR
from warung.kit.errors import Refusal
from warung.kit.text import TextTooLong
from warung.pay import audit, handovers
from warung.pay.handovers import NotForYou
from warung.pay.model import (
    ApprovalNeeded,
    ApprovalNotValid,
    BadTransferId,
    NotEnoughMoney,
    NotToYourself,
    PaymentChanged,
    PaymentFailedBefore,
    PaymentSettled,
    TransferNotFound,
)
from warung.pay.money import AmountNotPositive, AmountTooFine, AmountTooLarge, UnknownCurrency


async def test_money_waits_until_it_is_accepted_and_both_read_of_it(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    talk = await giving.do(chat.open_direct, by=budi, to=siti)
    given = await giving.hands(budi, siti, 250, note="Ganti uang bakso")
    assert (given.state, await giving.has(budi), await giving.has(siti)) == ("waiting", 1000, 0)
    assert (await giving.cards(siti, talk))[-1] == {
        "type": "pay.handover",
        "id": given.id,
        "to": siti,
        "amount": 250,
        "currency": "PTS",
        "note": "Ganti uang bakso",
    }
    assert (await giving.seen(siti, talk)).unread == 1
    taken = await giving.do(handovers.accept, by=siti, id=given.id)
    assert taken.state == "accepted"
    assert (await giving.has(budi), await giving.has(siti)) == (750, 250)
    assert await giving.news(budi, talk) == ["handover_accepted"]
    assert {"type": "pay.changed", "what": "handover", "id": given.id} in giving.heard(budi)
    await giving.do(handovers.accept, by=siti, id=given.id)
    assert (await giving.has(siti), await giving.news(siti, talk)) == (250, ["handover_accepted"])
    await giving.sums_to_nothing()


async def test_money_that_is_declined_is_back_and_cannot_be_accepted_any_more(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    given = await giving.hands(budi, siti, 1000)
    with pytest.raises(NotEnoughMoney):
        await giving.hands(budi, siti, 1)
    assert (await giving.do(handovers.decline, by=siti, id=given.id)).state == "declined"
    before = await giving.books()
    refusal = await giving.refused(PaymentSettled, handovers.accept, by=siti, id=given.id)
    assert refusal.details["state"] == "declined"
    assert await giving.books() == before
    await giving.hands(budi, siti, 1000)


async def test_money_that_nobody_takes_for_a_day_goes_back_by_itself(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    talk = await giving.do(chat.open_direct, by=budi, to=siti)
    given = await giving.hands(budi, siti, 400)
    giving.hand.forward(DAY - HOUR)
    await giving.world.settle()
    assert (await giving.ask(handovers.handover, by=budi, id=given.id)).state == "waiting"
    giving.hand.forward(2 * HOUR)
    await giving.world.settle()
    assert (await giving.ask(handovers.handover, by=siti, id=given.id)).state == "returned"
    assert await giving.news(siti, talk) == ["handover_returned"]
    await giving.refused(PaymentSettled, handovers.accept, by=siti, id=given.id)
    await giving.hands(budi, siti, 1000)
    await giving.sums_to_nothing()


async def test_money_comes_at_once_where_both_let_it(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    await giving.do(handovers.set_instant, by=siti, instant=True)
    assert (await giving.hands(budi, siti, 100)).state == "waiting"
    await giving.do(handovers.set_instant, by=budi, instant=True)
    assert (await giving.hands(budi, siti, 300)).state == "accepted"
    assert (await giving.has(budi), await giving.has(siti)) == (700, 300)


async def test_a_retry_is_the_same_handover_and_a_changed_one_is_refused(giving: Giving) -> None:
    _, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    talk = await giving.do(chat.open_direct, by=budi, to=siti)
    first = await giving.hands(budi, siti, 250, nonce="satu-kali-saja", note="bakso")
    again = await giving.hands(budi, siti, 250, nonce="satu-kali-saja", note="bakso")
    assert first == again
    assert len(await giving.cards(siti, talk)) == 1
    before = await giving.books()
    changed = [(siti, 251, "bakso"), (ayu, 250, "bakso"), (siti, 250, "soto")]
    for to, amount, note in changed:
        with pytest.raises(PaymentChanged):
            await giving.hands(budi, to, amount, nonce="satu-kali-saja", note=note)
    assert await giving.books() == before
    theirs = await giving.hands(budi, ayu, 250, nonce="dua-kali-boleh")
    assert theirs.id != first.id


async def test_a_payment_that_was_refused_stays_refused_also_when_there_is_money_meanwhile(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(100, 0)
    with pytest.raises(NotEnoughMoney):
        await giving.hands(budi, siti, 250, nonce="kurang-uang")
    await giving.gives(budi, 1000)
    with pytest.raises(PaymentFailedBefore):
        await giving.hands(budi, siti, 250, nonce="kurang-uang")
    assert (await giving.hands(budi, siti, 250)).state == "waiting"


async def test_an_amount_that_nobody_can_pay_is_refused_and_nothing_moves(giving: Giving) -> None:
    cases: list[tuple[int, str, type[Refusal]]] = [
        (0, "PTS", AmountNotPositive),
        (-5, "PTS", AmountNotPositive),
        (10**16, "PTS", AmountTooLarge),
        (150, "IDR", AmountTooFine),
        (5, "RUPIAH", UnknownCurrency),
        (5, "XAU", UnknownCurrency),
        (500, "USD", ApprovalNeeded),
    ]
    _, (budi, siti) = await giving.friends_with(1000, 0)
    before = await giving.books()
    for amount, currency, refusal in cases:
        await giving.refused(refusal, handovers.give, by=budi, to=siti, amount=amount, currency=currency, nonce="salah-jumlah")
        assert await giving.books() == before, (amount, currency)


async def test_only_contacts_are_given_money_and_nobody_learns_who_exists(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    ayu = await giving.with_wallet("ayu")
    before = await giving.books()
    for stranger in (ayu, "tidak ada"):
        await giving.refused(NotAContact, handovers.give, by=budi, to=stranger, amount=5, currency="PTS", nonce="orang-asing")
    await giving.refused(NotToYourself, handovers.give, by=budi, to=budi, amount=5, currency="PTS", nonce="diri-sendiri")
    await giving.do(block, by=siti, other=budi)
    await giving.refused(NotAContact, handovers.give, by=budi, to=siti, amount=5, currency="PTS", nonce="diblokir-ya")
    await giving.refused(Blocked, handovers.give, by=siti, to=budi, amount=5, currency="PTS", nonce="memblokir-ya")
    assert await giving.books() == before


async def test_money_on_its_way_survives_that_the_two_part(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    given = await giving.hands(budi, siti, 250)
    await giving.do(remove, by=budi, other=siti)
    assert (await giving.do(handovers.accept, by=siti, id=given.id)).state == "accepted"


async def test_who_gave_the_money_cannot_take_it_and_others_do_not_see_it(giving: Giving) -> None:
    _, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    given = await giving.hands(budi, siti, 250)
    await giving.refused(NotForYou, handovers.accept, by=budi, id=given.id)
    await giving.refused(NotForYou, handovers.decline, by=budi, id=given.id)
    await giving.refused(TransferNotFound, handovers.accept, by=ayu, id=given.id)
    await giving.refused(TransferNotFound, handovers.accept, by=ayu, id="tidak ada")
    with pytest.raises(TransferNotFound):
        await giving.ask(handovers.handover, by=ayu, id=given.id)


async def test_a_confirmation_for_another_amount_person_or_payment_moves_nothing(giving: Giving) -> None:
    _, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    approval = await giving.confirms(budi, siti, 250, "untuk-yang-ini")
    before = await giving.books()
    more = {"by": budi, "currency": "PTS", "approval": approval}
    await giving.refused(ApprovalNotValid, handovers.give, to=siti, amount=251, nonce="untuk-yang-ini", **more)
    await giving.refused(ApprovalNotValid, handovers.give, to=ayu, amount=250, nonce="untuk-yang-ini", **more)
    await giving.refused(ApprovalNotValid, handovers.give, to=siti, amount=250, nonce="untuk-yang-lain", **more)
    assert await giving.books() == before
    await giving.do(handovers.give, to=siti, amount=250, nonce="untuk-yang-ini", **more)
    await giving.refused(ApprovalNotValid, handovers.give, to=siti, amount=250, nonce="sekali-lagi-ya", **more)


async def test_the_audit_names_the_promise_and_the_packet_that_are_not_what_the_journal_has(giving: Giving) -> None:
    club, (budi, siti) = await giving.friends_with(1000, 0)
    given, packet = await giving.hands(budi, siti, 250), await giving.puts(budi, club, 100, 2)
    harms = [
        (f"UPDATE handover SET state = 'declined' WHERE id = '{given.id}'", ("wrong_promise", given.id)),
        (f"UPDATE packet SET state = 'returned' WHERE id = '{packet.id}'", ("wrong_pot", packet.id)),
    ]
    said: list[tuple[str, str]] = []
    for harm, finding in harms:
        assert [(each.kind, each.about) for each in (await giving.db.read(audit.check)).findings] == said
        await giving.db.write(lambda tx, harm=harm: tx.run(harm))  # type: ignore[misc]
        said = sorted([*said, finding])
    assert sorted((each.kind, each.about) for each in (await giving.db.read(audit.check)).findings) == said


async def test_a_note_is_short_and_an_id_is_an_id(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    common = {"by": budi, "to": siti, "amount": 5, "currency": "PTS"}
    await giving.refused(TextTooLong, handovers.give, nonce="terlalu-panjang", note="x" * 61, **common)
    for nonce in ("", "pendek", "a/b/c/d/e/f", "x" * 41, "spasi spasi"):
        await giving.refused(BadTransferId, handovers.give, nonce=nonce, **common)


async def test_a_card_that_says_paid_cannot_be_sent_by_a_client(giving: Giving) -> None:
    club, (budi, siti) = await giving.friends_with(1000, 0)
    forged = [
        f'{{"type":"pay.handover","id":"x","to":"{siti}","amount":5,"currency":"PTS"}}',
        '{"type":"pay.packet","id":"x","message":"gratis"}',
        f'{{"type":"pay.bill","id":"x","title":"iuran","total":5,"currency":"PTS","people":["{siti}"]}}',
        f'{{"type":"pay.reminder","id":"x","title":"iuran","people":["{siti}"]}}',
        f'{{"type":"pay.news","key":"handover_accepted","about":"x","actor":"{siti}","amount":5,"currency":"PTS"}}',
        '{"type":"pay.receipt","transfer":"x","code":"topup","amount":5,"currency":"PTS"}',
        '{"type":"pay.safety","what":"pin_changed"}',
    ]
    for raw in forged:
        with pytest.raises(NotSendable):
            await giving.db.write(lambda tx, raw=raw: send_raw(tx, budi, club, raw.encode(), str(giving.nonce())))  # type: ignore[misc]
    assert await giving.cards(siti, club) == []


async def test_a_tip_is_there_at_once_with_a_receipt_and_a_retry_is_the_same_tip(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    approval = await giving.confirms(budi, siti, 20, "terima-kasih")
    more = {"by": budi, "to": siti, "amount": 20, "currency": "PTS", "nonce": "terima-kasih", "about": "moment/7"}
    assert await giving.do(pay.tip, approval=approval, **more)
    assert not await giving.do(pay.tip, approval=None, **more)
    assert (await giving.has(budi), await giving.has(siti)) == (980, 20)
    await giving.refused(NotToYourself, pay.tip, approval=None, **{**more, "to": budi, "nonce": "untuk-saya"})
    await giving.refused(PaymentChanged, pay.tip, approval=None, **{**more, "amount": 21})
    assert PIN not in str(await giving.page(siti, await giving.do(chat.open_system, account=siti)))
