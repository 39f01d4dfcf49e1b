"""Real money on its way out: held, paid out once, booked when the provider's record says so, and back where it came from when it does not.

The stand-in gives a second payout for the same key; that there is one all the same is our own doing.
"""

import pytest

from tests.pay.desk import Bank, Desk
from warung import accounts, pay
from warung.kit.clock import DAY
from warung.pay import audit, chargebacks, operators, payments, refunds, top_ups, withdrawals
from warung.pay import stripe as connector
from warung.pay.model import ApprovalNeeded, ApprovalNotValid, NotEnoughMoney, PaymentChanged, PaymentSettled, Settings, WrongCurrency
from warung.pay.payments import Pay
from warung.pay.provider import Notice, ProviderRefused, ProviderSilent
from warung.pay.withdrawals import NoBankAccount, WithdrawalNotFound


async def test_money_goes_to_the_bank_once_and_is_booked_when_it_has_arrived(desk: Desk, bank: Bank) -> None:
    await desk.with_bank(bank, 10_000)
    sent = await desk.withdraws(4_000, "out-0001")
    assert (sent.state, await desk.euros()) == ("sent", (10_000, 6_000))
    assert await withdrawals.begin(desk.db, by=desk.budi, amount=4_000, currency="EUR", nonce="out-0001", approval=None) == sent
    with pytest.raises(PaymentChanged):
        await withdrawals.begin(desk.db, by=desk.budi, amount=4_001, currency="EUR", nonce="out-0001", approval=None)
    (payout,) = await bank.payouts()
    assert (payout.amount, payout.currency, payout.id) == (4_000, "eur", sent.payout)
    await desk.hours_pass(24)
    assert (await desk.withdrawal(sent.id)).state == "sent"
    await bank.says(payout.id, "paid")
    for _ in range(2):
        assert (await desk.hears("payout.paid", {"id": payout.id, "amount": 1})).status_code == 204
    await desk.hours_pass(24)
    assert ((await desk.withdrawal(sent.id)).state, await desk.euros()) == ("paid", (6_000, 6_000))
    books = await desk.ask(operators.books, by=desk.joko)
    owed = {row.kind: row.debits_posted - row.credits_posted for row in books.rows if row.currency == "EUR"}
    assert owed == {"provider": 6_000, "wallet": -6_000, "transit": 0}
    await bank.says(payout.id, "failed")
    await desk.hears("payout.failed", {"id": payout.id})
    assert ((await desk.withdrawal(sent.id)).state, await desk.euros()) == ("returned", (10_000, 10_000))
    await desk.right()


async def test_a_lost_answer_pays_nobody_twice(desk: Desk, bank: Bank) -> None:
    await desk.with_bank(bank, 10_000)
    desk.line.lost = 1
    held = await desk.withdraws(4_000, "out-0001")
    assert (held.state, held.payout, await desk.euros()) == ("held", None, (10_000, 6_000))
    await desk.hours_pass()
    assert len(await bank.payouts()) == 1
    assert (await desk.withdrawal(held.id)).state == "sent"
    desk.line.lost = 1
    again = await desk.withdraws(1_000, "out-0002")
    desk.line.lost = 1  # and the first question after it
    await desk.hours_pass()
    assert (await desk.withdrawal(again.id)).state == "held"
    await desk.hours_pass()
    for payout in await bank.payouts():
        await bank.says(payout.id, "paid")
    await desk.hours_pass(24)
    assert [(await desk.withdrawal(each.id)).state for each in (held, again)] == ["paid", "paid"]
    assert (len(await bank.payouts()), await desk.euros()) == (2, (5_000, 5_000))
    await desk.right()


async def test_what_cannot_be_withdrawn_is_refused_by_name_and_stays(desk: Desk, bank: Bank) -> None:
    await desk.tops_up(bank, 10_000, "topup-euro", "EUR")
    with pytest.raises(NoBankAccount):
        await desk.withdraws(1_000, "out-0000")
    note = {"account": desk.budi, "destination": "ba_budi", "label": "BCA 123"}
    await desk.refused(accounts.OperatorsOnly, withdrawals.set_bank, by=desk.budi, **note)
    await desk.do(withdrawals.set_bank, by=desk.joko, **note)
    with pytest.raises(NotEnoughMoney):
        await desk.withdraws(10_001, "out-0001")

    async def begins(nonce: str, amount: int, currency: str, approval: str | None = None) -> None:
        await withdrawals.begin(desk.db, by=desk.budi, amount=amount, currency=currency, nonce=nonce, approval=approval)

    with pytest.raises(ApprovalNeeded):
        await begins("out-0002", 1_000, "EUR")
    other = await desk.confirms(desk.budi, withdrawals.PAYEE, 999, "out-0003", currency="EUR")
    with pytest.raises(ApprovalNotValid):
        await begins("out-0003", 1_000, "EUR", other)
    with pytest.raises(WrongCurrency):
        await begins("out-0004", 1_000, "PTS")
    await desk.tops_up(bank, 100_000, "topup-rupiah")
    confirmed = await desk.confirms(desk.budi, withdrawals.PAYEE, 100_000, "out-0005", currency="IDR")
    with pytest.raises(ProviderRefused):  # it pays out euros only
        await begins("out-0005", 100_000, "IDR", confirmed)
    assert await desk.has(desk.budi, "IDR") == 100_000
    assert (await desk.euros(), await bank.payouts()) == ((10_000, 10_000), [])
    await desk.right()


async def test_what_nobody_can_say_is_decided_by_an_operator(desk: Desk, bank: Bank) -> None:
    await desk.with_bank(bank, 10_000)
    first, second = await desk.withdraws(4_000, "out-0001"), await desk.withdraws(500, "out-0002")
    await desk.hours_pass(8 * 24)
    assert await desk.open_cases() == ["withdrawal", "withdrawal"]
    assert [each.id for each in await desk.ask(withdrawals.waiting, by=desk.joko)] == [first.id, second.id]
    with pytest.raises(accounts.OperatorsOnly):
        await desk.ask(withdrawals.waiting, by=desk.budi)
    await desk.refused(accounts.OperatorsOnly, withdrawals.decide, by=desk.budi, id=first.id, paid=False, note="punyaku")
    await desk.refused(WithdrawalNotFound, withdrawals.decide, by=desk.joko, id="lain", paid=False, note="x")
    await desk.do(withdrawals.decide, by=desk.joko, id=first.id, paid=True, note="ada di rekening koran")
    await desk.do(withdrawals.decide, by=desk.joko, id=second.id, paid=False, note="ditolak bank")
    await desk.refused(PaymentSettled, withdrawals.decide, by=desk.joko, id=first.id, paid=False, note="lagi")
    assert (await desk.open_cases(), await desk.euros()) == ([], (6_000, 6_000))
    await bank.says(str(second.payout), "paid")  # the bank paid after all
    await desk.hears("payout.paid", {"id": second.payout})
    assert await desk.open_cases() == ["payout"]
    await desk.right()


async def test_payouts_are_compared_every_night_and_a_strange_one_is_kept_apart(desk: Desk, bank: Bank) -> None:
    await desk.with_bank(bank, 10_000)
    sent = await desk.withdraws(4_000, "out-0001")
    await bank.says(str(sent.payout), "paid")
    stray = await bank.pays_out(777)
    provider = connector.connected(await desk.db.read(lambda reader: reader.settings(Settings)))
    for _ in range(2):
        counts = await withdrawals.compare(desk.db, provider, desk.hand() - DAY)
        assert counts == {"matched": 1, "missing": 1, "differs": 0, "waiting": 0, "missing_there": 0}
    cases = await desk.ask(operators.cases, by=desk.joko, closed=False, before=None)
    assert [(case.kind, case.about) for case in cases] == [("payout", stray)]
    assert await desk.euros() == (6_000, 6_000)
    await desk.right()


async def test_a_chargeback_takes_what_is_there_and_a_won_one_gives_it_back(desk: Desk, bank: Bank) -> None:
    first = await desk.tops_up(bank, 10_000, "topup-euro", "EUR")
    toko = await desk.toko(await desk.person("sari"))
    approval = await desk.confirms(desk.budi, toko.id, 7_000, "belanja-0001", currency="EUR")
    await desk.do(payments.pay, by=desk.budi, item=Pay("belanja-0001", toko.id, 7_000, "EUR", approval=approval))
    told = {"id": "dp_1", "payment_intent": first.charge, "amount": 10_000, "status": "won"}
    for _ in range(2):
        await desk.hears("charge.dispute.created", told)
    assert await desk.euros() == (0, 0)
    loss = await desk.db.read(lambda reader: pay.balance(reader, pay.account_id("loss", "stripe", "EUR")))
    assert loss is not None
    assert (loss.balance, await desk.open_cases()) == (7_000, ["chargeback"])
    assert (await desk.db.read(audit.check)).uncovered == {"EUR": 7_000}
    for _ in range(2):
        await desk.hears("charge.dispute.closed", told)
    assert (await desk.euros(), await desk.open_cases()) == ((3_000, 3_000), [])
    stranger = Notice("dp_2", "dispute", "pi_lain", 5)
    await desk.db.write(lambda tx: chargebacks.take_back(tx, provider="stripe", notice=stranger))
    assert await desk.open_cases() == ["chargeback"]
    assert (await desk.db.read(audit.check)).uncovered == {}
    await desk.right()


async def test_a_refund_whose_answer_was_lost_is_found_again_or_decided(desk: Desk, bank: Bank) -> None:
    done = await desk.tops_up(bank, 100_000, "topup-0001")
    desk.line.lost = 1
    with pytest.raises(ProviderSilent):
        await desk.gives_back(done.id, 30_000, "refund-0001")
    await desk.hours_pass()
    assert (await desk.open_cases(), await desk.has(desk.budi, "IDR")) == ([], 70_000)
    desk.line.lost = 1
    with pytest.raises(ProviderSilent):
        await desk.gives_back(done.id, 10_000, "refund-0002")
    key = f"refund/{desk.joko}.refund-0002"
    await desk.refused(accounts.OperatorsOnly, refunds.decide, by=desk.budi, refund=key, given=False, note="x")
    decided = await desk.do(refunds.decide, by=desk.joko, refund=key, given=False, note="tidak ada di sana")
    assert (decided.refunded, await desk.has(desk.budi, "IDR"), await desk.open_cases()) == (30_000, 70_000, [])
    await desk.refused(PaymentSettled, refunds.decide, by=desk.joko, refund=key, given=True, note="x")
    provider = connector.connected(await desk.db.read(lambda reader: reader.settings(Settings)))
    assert (await top_ups.compare(desk.db, provider, desk.hand() - DAY))["matched"] == 1
    await desk.right()
