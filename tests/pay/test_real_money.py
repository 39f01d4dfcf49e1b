"""Real money through Stripe's own library, against a stand-in that nobody here wrote, with a bad line in between.

What the stand-in accepts wrongly (the same key twice, more refunds than came) the ledger refuses by itself.
"""

import asyncio

import httpx
import pytest

from tests.pay.desk import SECRET, Bank, Desk
from tests.pay.purse import Purse
from tests.scenarios.walking import device
from tests.served import PLAIN, Served
from warung import accounts, pay
from warung.kit.clock import DAY, HOUR
from warung.pay import operators, refunds, top_ups
from warung.pay import stripe as connector
from warung.pay.model import RefundTooLarge, Settings, WalletFrozen
from warung.pay.provider import NoProvider, ProviderSilent


async def test_a_top_up_is_credited_once_whoever_says_so_first(desk: Desk, bank: Bank) -> None:
    async with httpx.AsyncClient(verify=PLAIN) as http:
        where = {"url": f"{desk.served.url}/api/providers/stripe/webhook", "secret": SECRET}
        await http.post(f"{bank.url}/_config/webhooks/ours", json=where)
    begun = await desk.begins(2_500_000, "topup-0001")
    assert begun == await desk.begins(2_500_000, "topup-0001")
    assert begun.charge is not None
    assert await desk.has(desk.budi, "IDR") == 0
    forged = await desk.hears("payment_intent.succeeded", {"id": begun.charge, "amount": 10**9})
    assert forged.status_code == 204
    assert await desk.has(desk.budi, "IDR") == 0
    await bank.completes(begun.charge)
    deadline = asyncio.get_running_loop().time() + 20
    while await desk.has(desk.budi, "IDR") == 0:
        assert asyncio.get_running_loop().time() < deadline, "no webhook came"
        await asyncio.sleep(0.05)
    await asyncio.gather(*(desk.hears("payment_intent.succeeded", {"id": begun.charge}) for _ in range(3)))
    desk.hand.forward(HOUR)
    await desk.world.settle()
    for late in ("payment_intent.payment_failed", "payment_intent.created", "payment_intent.canceled"):  # out of order, hours later
        assert (await desk.hears(late, {"id": begun.charge})).status_code == 204
    assert await desk.has(desk.budi, "IDR") == 2_500_000
    assert begun.state == "begun"
    assert (await desk.begins(2_500_000, "topup-0001")).state == "succeeded"
    await desk.right()


async def test_a_card_is_charged_only_for_a_wallet_that_may_be_topped_up(desk: Desk, bank: Bank) -> None:
    """With `stripe_capture` the payer's bank sets the money aside, and we take it or let it be."""
    desk.configure(stripe_capture=True)
    begun = await desk.begins(100_000, "topup-0001")
    assert begun.charge is not None
    await bank.completes(begun.charge)
    assert await bank.state_of(begun.charge) == "requires_capture"
    desk.line.lost = 2  # the first question's answer, and that of the next, are lost
    await desk.hours_pass()
    await desk.hours_pass()
    await desk.hours_pass()
    assert (await bank.state_of(begun.charge), await desk.has(desk.budi, "IDR")) == ("succeeded", 100_000)
    again = await desk.begins(200_000, "topup-0002")
    assert again.charge is not None
    await bank.completes(again.charge)
    await desk.do(operators.freeze, by=desk.joko, account=desk.budi, frozen=True, reason="dilaporkan")
    await desk.hears("payment_intent.amount_capturable_updated", {"id": again.charge})
    assert (await bank.state_of(again.charge), await desk.has(desk.budi, "IDR")) == ("canceled", 100_000)
    assert (await desk.begins(200_000, "topup-0002")).state == "failed"
    await desk.right()


async def test_a_lost_answer_loses_nothing_and_doubles_nothing(desk: Desk, bank: Bank) -> None:
    desk.line.lost = 1
    with pytest.raises(ProviderSilent):
        await desk.begins(700_000, "topup-0001")
    desk.hand.forward(HOUR)
    await desk.world.settle()
    again = await desk.begins(700_000, "topup-0001")
    assert again.charge is not None
    await bank.completes(again.charge)
    desk.hand.forward(HOUR)
    await desk.world.settle()
    assert await desk.has(desk.budi, "IDR") == 700_000
    with pytest.raises(pay.LedgerRefusal):
        await desk.begins(800_000, "topup-0001")
    await desk.right()


async def test_refunds_the_stand_in_would_accept_are_refused_by_the_ledger(desk: Desk, bank: Bank) -> None:
    done = await desk.tops_up(bank, 100_000, "topup-0001")
    await desk.tops_up(bank, 500_000, "topup-0002")
    with pytest.raises(accounts.OperatorsOnly):
        await refunds.refund(desk.db, by=desk.budi, id=done.id, amount=100, nonce="refund-0000")
    assert (await desk.gives_back(done.id, 60_000, "refund-0001")).refunded == 60_000
    assert (await desk.gives_back(done.id, 60_000, "refund-0001")).refunded == 60_000
    with pytest.raises(RefundTooLarge):
        await desk.gives_back(done.id, 60_000, "refund-0002")
    assert await desk.has(desk.budi, "IDR") == 540_000
    desk.line.lost = 1
    with pytest.raises(ProviderSilent):
        await desk.gives_back(done.id, 30_000, "refund-0003")
    assert await desk.open_cases() == ["refund"]
    found = await desk.db.read(lambda reader: pay.balance(reader, pay.account_id("wallet", desk.budi, "IDR")))
    assert found is not None
    assert (found.balance, found.available) == (540_000, 510_000)
    await desk.right()


async def test_what_was_not_signed_by_the_provider_or_long_ago_is_refused(desk: Desk) -> None:
    for more in ({"secret": "whsec_lain"}, {"age_s": 400}):
        answer = await desk.hears("payment_intent.succeeded", {"id": "pi_1"}, **more)
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "bad_notice")
    assert (await device(desk.served).post("/providers/stripe/webhook", content=b"{}")).status_code == 400


async def test_a_chargeback_takes_the_money_back_freezes_and_opens_a_case(desk: Desk, bank: Bank) -> None:
    first = await desk.tops_up(bank, 100_000, "topup-0001")
    for _ in range(2):
        told = {"id": "dp_1", "payment_intent": first.charge, "amount": 100_000}
        assert (await desk.hears("charge.dispute.created", told)).status_code == 204
    assert await desk.has(desk.budi, "IDR") == 0
    assert await desk.open_cases() == ["chargeback"]
    toko = await desk.toko(await desk.person("sari"))
    await desk.gives(desk.budi, 100)
    with pytest.raises(WalletFrozen):
        await desk.pays(desk.budi, toko.id, 1)
    await desk.right()


async def test_both_books_are_compared_and_what_nobody_can_explain_is_kept_apart(desk: Desk, bank: Bank) -> None:
    await desk.tops_up(bank, 100_000, "topup-0001")
    stray = await bank.charges(333_300)
    provider = connector.connected(await desk.db.read(lambda reader: reader.settings(Settings)))
    since = desk.hand() - DAY
    for _ in range(2):
        counts = await top_ups.compare(desk.db, provider, since)
        assert counts == {"matched": 1, "missing": 1, "differs": 0, "waiting": 0, "missing_there": 0}
    cases = await desk.ask(operators.cases, by=desk.joko, closed=False, before=None)
    assert [(case.kind, case.about) for case in cases] == [("difference", stray)]
    books = await desk.ask(operators.books, by=desk.joko)
    suspense = [row.credits_posted - row.debits_posted for row in books.rows if row.kind == "suspense"]
    assert suspense == [333_300]
    async with httpx.AsyncClient(verify=PLAIN) as http:
        await http.delete(f"{bank.url}/_config/data")
    assert (await top_ups.compare(desk.db, provider, since))["missing_there"] == 1
    assert sorted(await desk.open_cases()) == ["difference", "missing_there"]
    await desk.right()


async def test_without_a_provider_real_money_is_off(purse: Purse) -> None:
    budi = await purse.person("budi")
    with pytest.raises(NoProvider):
        await top_ups.begin(purse.db, by=budi, amount=100_000, currency="IDR", nonce="topup-0001")
    served = Served(purse.world)
    assert (await device(served).post("/providers/stripe/webhook", content=b"{}")).status_code == 409
