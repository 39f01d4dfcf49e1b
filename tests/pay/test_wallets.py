"""Wallets: PINs and who guesses them, confirmations and what they are good for, limits, freezing, history."""

import asyncio
import random
from collections.abc import Sequence
from typing import Any

import pytest

from tests.accounts.authenticator import Authenticator
from tests.chat.scene import card
from tests.pay.purse import HERE, PIN, SITE, Purse
from warung import accounts, chat
from warung.accounts import passkeys
from warung.accounts.model import WrongPassword
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.kit.errors import Refusal
from warung.kit.ids import AccountId
from warung.pay import approvals, limits, merchants, operators, payments, pin, wallets
from warung.pay.approvals import Intent
from warung.pay.model import (
    AmountNotPossible,
    ApprovalNeeded,
    ApprovalNotValid,
    DayLimitReached,
    MerchantNotFound,
    NewDeviceLimitReached,
    NotEnoughMoney,
    NotToYourself,
    PaymentChanged,
    PaymentFailedBefore,
    PaymentLimitReached,
    PinLocked,
    PinMissing,
    PinNotPossible,
    PinTooSimple,
    WalletFrozen,
    WrongPin,
)
from warung.pay.money import AmountNotPositive, UnknownCurrency
from warung.pay.payments import Pay
from warung.pay.pin import Proof


@pytest.mark.parametrize("weak", ["123456", "987654", "000000", "121212", "123123", "112233", "170845", "991231", "111112", "147258"])
def test_a_pin_that_anyone_would_try_is_refused(weak: str) -> None:
    with pytest.raises(PinTooSimple):
        pin.check(weak)


@pytest.mark.parametrize("wrong", ["", "12345", "1234567", "27182a", "²71828", "٢٧١٨٢٨", " 27182"])
def test_a_pin_is_six_digits(wrong: str) -> None:
    with pytest.raises(PinNotPossible):
        pin.check(wrong)


async def test_a_pin_is_guessed_five_times_at_most_also_in_parallel(purse: Purse) -> None:
    budi = await purse.with_wallet("budi")
    guesses = [pin.verify(purse.db, by=budi, pin=f"9{at:05}") for at in range(12)]
    outcomes = await asyncio.gather(*guesses, return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["PinLocked"] * 7 + ["WrongPin"] * 5
    with pytest.raises(PinLocked):
        await pin.verify(purse.db, by=budi, pin=PIN)
    purse.hand.forward(3 * HOUR)
    await pin.verify(purse.db, by=budi, pin=PIN)


async def test_a_right_pin_begins_the_counting_anew(purse: Purse) -> None:
    budi = await purse.with_wallet("budi")
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(WrongPin):
                await pin.verify(purse.db, by=budi, pin="918273")
        await pin.verify(purse.db, by=budi, pin=PIN)


async def test_setting_a_pin_takes_the_old_one_or_the_password(purse: Purse) -> None:
    hashed = await accounts.hash_text("kopi tubruk manis", cost=accounts.Settings(password_memory_kib=8, password_passes=1))
    budi = await purse.person("budi", password=hashed)
    me = await purse.signs_in(budi)

    async def sets(new: str, **proof: Any) -> None:
        await pin.set_pin(purse.db, by=me, new=new, proof=Proof(**proof), site=SITE, address=HERE)

    with pytest.raises(WrongPassword):
        await sets(PIN)
    with pytest.raises(WrongPassword):
        await sets(PIN, password="bukan ini")
    with pytest.raises(PinMissing):
        await sets(PIN, pin=PIN)
    await sets(PIN, password="kopi tubruk manis")
    with pytest.raises(WrongPin):
        await sets("314159", pin="918273")
    await sets("314159", pin=PIN)
    await pin.verify(purse.db, by=budi, pin="314159")
    here = await purse.do(chat.open_system, account=budi)
    told = [card(message) for message in (await purse.page(budi, here)).messages]
    assert [each["what"] for each in told if each["type"] == "pay.safety"] == ["pin_made", "pin_changed"]


async def test_a_passkey_confirms_exactly_one_payment(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    toko = await purse.toko(await purse.person("sari"))
    key, me = Authenticator(), purse.identities[budi]
    making = await purse.db.write(lambda tx: passkeys.begin_add(tx, by=budi, site=SITE, address=HERE))
    made = key.make(making.options)
    await passkeys.add(purse.db, by=budi, flow=making.flow, credential=made, name="HP", site=SITE)
    intent = Intent(toko.id, 300, "PTS", "payment-0001")

    async def signed(what: Intent) -> tuple[str, dict[str, Any]]:
        begun = await purse.db.write(lambda tx: approvals.begin_by_passkey(tx, by=me, intent=what, site=SITE, address=HERE))
        return begun.flow, key.sign(begun.options)

    flow, answer = await signed(Intent(toko.id, 1, "PTS", "payment-0001"))
    with pytest.raises(accounts.PasskeyRefused):
        await approvals.approve_by_passkey(purse.db, by=me, intent=intent, flow=flow, credential=answer, site=SITE)
    flow, answer = await signed(intent)
    token = await approvals.approve_by_passkey(purse.db, by=me, intent=intent, flow=flow, credential=answer, site=SITE)
    await purse.do(payments.pay, by=budi, item=Pay("payment-0001", toko.id, 300, "PTS", approval=token))
    assert await purse.took(toko.id) == 300


async def test_a_confirmation_is_good_for_nothing_else(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    sari = await purse.person("sari")
    toko, stand = await purse.toko(sari), await purse.toko(sari, "Warung Sari")
    changes: list[dict[str, Any]] = [
        {"amount": 301},
        {"merchant": stand.id},
        {"currency": "IDR"},
        {"id": "payment-0002"},
        {"approval": None},
        {"approval": "x" * 32},
    ]
    for other in changes:
        token = await purse.confirms(budi, toko.id, 300, "payment-0001")
        asked: dict[str, Any] = {"id": "payment-0001", "merchant": toko.id, "amount": 300, "currency": "PTS", "approval": token} | other
        with pytest.raises((ApprovalNotValid, ApprovalNeeded)):
            await purse.do(payments.pay, by=budi, item=Pay(**asked))
    assert await purse.has(budi) == 1_000


async def test_a_confirmation_is_used_once_and_not_for_long(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    toko = await purse.toko(await purse.person("sari"))
    token = await purse.confirms(budi, toko.id, 300, "payment-0001")
    order = Pay("payment-0001", toko.id, 300, "PTS", approval=token)
    first = await purse.do(payments.pay, by=budi, item=order)
    assert await purse.do(payments.pay, by=budi, item=order) == first
    assert await purse.has(budi) == 700
    late = await purse.confirms(budi, toko.id, 300, "payment-0002")
    purse.hand.forward(2 * MINUTE)
    with pytest.raises(ApprovalNotValid):
        await purse.do(payments.pay, by=budi, item=Pay("payment-0002", toko.id, 300, "PTS", approval=late))


async def test_another_cannot_use_my_confirmation(purse: Purse) -> None:
    budi, siti = await purse.with_wallet("budi", 1_000), await purse.with_wallet("siti", 1_000)
    toko = await purse.toko(await purse.person("sari"))
    token = await purse.confirms(budi, toko.id, 300, "payment-0001")
    with pytest.raises(ApprovalNotValid):
        await purse.do(payments.pay, by=siti, item=Pay("payment-0001", toko.id, 300, "PTS", approval=token))


async def test_what_arrives_together_is_decided_one_by_one(purse: Purse) -> None:
    """A retry in the same batch is the same payment; a refused one costs nothing of the limits."""
    budi = await purse.with_wallet("budi", 1_000)
    toko = await purse.toko(await purse.person("sari"))
    tokens = [await purse.confirms(budi, toko.id, 600, f"payment-000{at}") for at in range(3)]
    orders = [Pay(f"payment-000{at}", toko.id, 600, "PTS", approval=tokens[at]) for at in range(3)]
    done = await purse.db.write(lambda tx: payments.pay_all(tx, [(budi, orders[0]), (budi, orders[0]), (budi, orders[1])]))
    assert done[0] == done[1]
    assert isinstance(done[2], NotEnoughMoney)
    left = await purse.ask(limits.of, by=budi, currency="PTS")
    assert (left.left, await purse.has(budi)) == (9_400, 400)
    await purse.gives(budi, 1_000)
    again = await purse.confirms(budi, toko.id, 600, "payment-0001")
    with pytest.raises(PaymentFailedBefore):
        await purse.do(payments.pay, by=budi, item=Pay("payment-0001", toko.id, 600, "PTS", approval=again))
    await purse.do(payments.pay, by=budi, item=orders[2])
    await purse.sums_to_nothing()


async def test_payments_that_come_together_are_decided_as_one_by_one(purse: Purse) -> None:
    """Also where some cannot be: none of them spoils those that came with it, nor costs anything of the limits."""
    chance = random.Random(3)
    sari = await purse.person("sari")
    toko, gone = await purse.toko(sari), await purse.toko(sari, "Tutup")
    await purse.do(merchants.close_shop, by=sari, id=gone.id)
    plan = [
        (
            f"payment-{chance.randrange(30):04}",
            chance.choice([toko.id] * 6 + [gone.id, "tidak ada", "\x00", "' OR 1=1"]),
            chance.randint(0, 900),
            at,
        )
        for at in range(60)
    ]

    async def ordered(who: AccountId) -> list[tuple[AccountId, Pay]]:
        items = []
        for nonce, shop, amount, at in plan:
            token = await purse.confirms(who, shop, amount, nonce) if amount and at % 7 else None
            items.append((who, Pay(nonce, shop, amount + (at % 11 == 0), "PTS", approval=token)))
        return items

    def told(results: Sequence[Any]) -> list[Any]:
        return [(type(each).__name__, getattr(each, "amount", None), getattr(each, "details", None)) for each in results]

    budi, siti = await purse.with_wallet("budi", 6_000), await purse.with_wallet("siti", 6_000)
    together = await ordered(budi)
    at_once = told(await purse.db.write(lambda tx: payments.pay_all(tx, together)))
    singly = []
    for item in await ordered(siti):
        singly += told(await purse.db.write(lambda tx, item=item: payments.pay_all(tx, [item])))  # type: ignore[misc]
    assert at_once == singly
    assert {kind for kind, _, _ in at_once} >= {"Payment", "MerchantNotFound", "NotEnoughMoney", "ApprovalNotValid", "PaymentChanged"}
    assert await purse.has(budi) == await purse.has(siti) < 900
    assert await purse.ask(limits.of, by=budi, currency="PTS") == await purse.ask(limits.of, by=siti, currency="PTS")
    await purse.sums_to_nothing()


async def test_limits_hold_by_payment_day_and_verification(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 40_000)
    toko = await purse.toko(await purse.person("sari"))
    with pytest.raises(PaymentLimitReached):
        await purse.pays(budi, toko.id, 5_001)
    await purse.pays(budi, toko.id, 5_000)
    await purse.pays(budi, toko.id, 4_999)
    refusal = await _refusal(purse.pays(budi, toko.id, 2))
    assert isinstance(refusal, DayLimitReached)
    assert refusal.details == {"left": "1"}
    await purse.do(operators.verify, by=purse.joko, account=budi, verified=True)
    with pytest.raises(NewDeviceLimitReached):
        await purse.pays(budi, toko.id, 4_000)
    purse.hand.forward(DAY)
    await purse.pays(budi, toko.id, 20_000)
    await purse.sums_to_nothing()


async def test_a_new_device_may_pay_less(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 30_000)
    toko = await purse.toko(await purse.person("sari"))
    await purse.do(operators.verify, by=purse.joko, account=budi, verified=True)
    await purse.pays(budi, toko.id, 10_000)
    with pytest.raises(NewDeviceLimitReached):
        await purse.pays(budi, toko.id, 1)
    purse.hand.forward(DAY)
    await purse.pays(budi, toko.id, 11_000)


async def test_a_frozen_wallet_pays_nothing_until_its_pin_is_shown(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    toko = await purse.toko(await purse.person("sari"))
    await purse.do(wallets.freeze, by=budi, account=budi)
    with pytest.raises(WalletFrozen):
        await purse.pays(budi, toko.id, 1)
    await purse.do(wallets.unfreeze, by=budi, account=budi)
    await purse.pays(budi, toko.id, 1)
    await purse.do(operators.freeze, by=purse.joko, account=budi, frozen=True, reason="dilaporkan")
    await purse.refused(accounts.OperatorsOnly, wallets.unfreeze, by=budi, account=budi)
    await purse.do(wallets.freeze, by=budi, account=budi)
    await purse.refused(accounts.OperatorsOnly, wallets.unfreeze, by=budi, account=budi)
    await purse.gives(budi, 5)
    assert (await purse.ask(wallets.overview, by=budi)).frozen_by_operator
    here = await purse.do(chat.open_system, account=budi)
    assert b'{"type":"pay.safety","what":"frozen"}' in [bytes(each.card) for each in (await purse.page(budi, here)).messages]
    await purse.do(operators.freeze, by=purse.joko, account=budi, frozen=False, reason="sudah jelas")
    await purse.pays(budi, toko.id, 1)


async def test_a_payment_that_cannot_be_is_refused_by_name_and_moves_nothing(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    toko = await purse.toko(await purse.person("sari"))
    cases: list[tuple[dict[str, Any], type[Refusal]]] = [
        ({"amount": 0}, AmountNotPositive),
        ({"amount": -5}, AmountNotPositive),
        ({"currency": "XYZ"}, UnknownCurrency),
        ({"merchant": "nowhere"}, MerchantNotFound),
        ({"amount": 2_000}, NotEnoughMoney),
        ({"amount": 100_00, "currency": "IDR"}, NotEnoughMoney),
    ]
    for order, refusal in cases:
        asked: dict[str, Any] = {"id": "payment-0001", "merchant": toko.id, "amount": 100, "currency": "PTS"} | order
        token = None
        if asked["amount"] > 0:
            token = await purse.confirms(budi, asked["merchant"], asked["amount"], "payment-0001", currency=asked["currency"])
        with pytest.raises(refusal):
            await purse.do(payments.pay, by=budi, item=Pay(**asked, approval=token))
        assert (await purse.has(budi), await purse.took(toko.id)) == (1_000, 0)


async def test_nobody_confirms_nothing_or_pays_their_own_shop(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    toko = await purse.toko(budi)
    with pytest.raises(AmountNotPossible):
        await purse.confirms(budi, toko.id, 0, "payment-0001")
    with pytest.raises(NotToYourself):
        await purse.pays(budi, toko.id, 100)


async def test_a_changed_retry_is_refused(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    toko = await purse.toko(await purse.person("sari"))
    await purse.pays(budi, toko.id, 300, nonce="payment-0001")
    with pytest.raises(PaymentChanged):
        await purse.pays(budi, toko.id, 301, nonce="payment-0001")
    assert await purse.has(budi) == 700


async def test_history_is_paged_searched_and_filtered(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 5_000)
    sari = await purse.person("sari")
    toko = await purse.toko(sari)
    for at in range(60):
        await purse.pays(budi, toko.id, 10 + at, reference=f"pesanan {at}")
    first = await purse.ask(wallets.history, by=budi, currency="PTS")
    assert [line.amount for line in first.lines] == [-(10 + at) for at in range(59, 9, -1)]
    rest = await purse.ask(wallets.history, by=budi, currency="PTS", before=first.cursor)
    assert [line.code for line in rest.lines] == ["sale"] * 10 + ["issue"]
    assert rest.cursor is None
    given = await purse.ask(wallets.history, by=budi, currency="PTS", codes=["issue"])
    assert [line.amount for line in given.lines] == [5_000]
    found = await purse.ask(wallets.history, by=budi, currency="PTS", query="PESANAN 42")
    assert [line.amount for line in found.lines] == [-52]
    shops = await purse.ask(wallets.history, by=budi, currency="PTS", query="toko sari 17")
    assert [(line.other.name, line.amount) for line in shops.lines] == [("Toko Sari", -27)]
    assert (await purse.ask(wallets.history, by=sari, currency="PTS")).lines == []
    assert (await purse.ask(wallets.history, by=budi, currency="PTS", before="bukan angka")).lines == first.lines


async def test_credits_come_with_a_receipt_that_nobody_else_can_write(purse: Purse) -> None:
    budi = await purse.with_wallet("budi", 1_000)
    here = await purse.do(chat.open_system, account=budi)
    page = await purse.page(budi, here)
    assert b'"type":"pay.receipt"' in bytes(page.messages[-1].card)
    toko = await purse.toko(await purse.person("sari"))
    for _ in range(2):  # the second is a retry
        await purse.pays(budi, toko.id, 300, nonce="payment-0001", reference="kopi")
    told = [card(message) for message in (await purse.page(budi, here)).messages if card(message)["type"] == "pay.receipt"]
    assert [(each["code"], each["amount"], each.get("shop"), each.get("about")) for each in told[1:]] == [
        ("sale", -300, "Toko Sari", "kopi")
    ]
    with pytest.raises(Refusal):
        await purse.says(budi, here, "palsu")


async def _refusal(attempt: Any) -> Refusal:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value
