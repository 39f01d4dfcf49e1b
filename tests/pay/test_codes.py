"""Codes shown and scanned: a shop's printed one, a shop's for one payment, a payer's that changes every half minute."""

import asyncio

import pytest

from tests.pay.giving import Giving
from tests.pay.purse import SITE
from warung import pay
from warung.kit.clock import MINUTE, SECOND
from warung.kit.errors import Refusal, TooMany
from warung.kit.ids import AccountId
from warung.kit.site import Site
from warung.pay import charges, codes, emv
from warung.pay.charges import ChargeNotFound, ChargeView, CodeUnknown
from warung.pay.codes import AmountNotOfCode, CodeExpired, CodeUsed, ForeignCode, PayCode
from warung.pay.emv import CodeDamaged, CodeNotReadable
from warung.pay.merchants import close_shop
from warung.pay.model import ApprovalNeeded, MerchantNotFound, NotToYourself, PaymentChanged, PaymentSettled, Settings
from warung.pay.money import AmountNotPositive

QRIS = emv.write(
    [
        ("00", "01"),
        ("01", "11"),
        ("26", [("00", "ID.CO.BANK.WWW"), ("01", "936000140000012345")]),
        ("51", [("00", "ID.CO.QRIS.WWW"), ("02", "ID1020030040050")]),
        ("52", "5411"),
        ("53", "360"),
        ("58", "ID"),
        ("59", "Warung Jauh"),
        ("60", "Medan"),
    ]
)


async def pays_code(giving: Giving, who: AccountId, shop: str, text: str, amount: int, *, nonce: str = "", site: Site = SITE) -> object:
    """Pay what a code asks for, PIN and all."""
    key = nonce or str(giving.nonce())
    approval = await giving.confirms(who, shop, amount, key)
    item = PayCode(key, text, amount, "PTS", approval)
    return await pay.decided(giving.db, lambda tx: codes.pay(tx, by=who, item=item, site=site))


async def charges_code(giving: Giving, by: AccountId, shop: str, code: str, amount: int, nonce: str = "") -> ChargeView:
    """Charge whoever shows a code."""
    key = nonce or str(giving.nonce())
    return await charges.charge(giving.db, by=by, merchant=shop, code=code, amount=amount, currency="PTS", reference="kopi", nonce=key)


async def test_a_printed_code_names_the_shop_and_the_payer_types_the_amount(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    toko = await giving.toko(siti)
    shown = await giving.ask(codes.printed, by=siti, merchant=toko.id, code="PTS", site=SITE)
    assert shown.svg.startswith("<svg")
    found = await giving.ask(codes.scan, text=shown.text, site=SITE)
    assert (found.merchant, found.name, found.city, found.amount, found.currency) == (toko.id, "Toko Sari", "Bandung", None, "PTS")
    await pays_code(giving, budi, toko.id, shown.text, 40)
    await pays_code(giving, budi, toko.id, shown.text, 60)
    assert (await giving.has(budi), await giving.took(toko.id)) == (900, 100)


async def test_a_code_for_one_payment_is_paid_once_and_for_its_amount(giving: Giving) -> None:
    _, (budi, siti, ayu) = await giving.friends_with(1000, 0, 1000)
    toko = await giving.toko(siti)
    shown = await giving.do(codes.for_one, by=siti, merchant=toko.id, amount=56, code="PTS", reference="pesanan 1042", site=SITE)
    found = await giving.ask(codes.scan, text=shown.text, site=SITE)
    assert (found.amount, found.reference) == (56, "pesanan 1042")
    with pytest.raises(AmountNotOfCode):
        await pays_code(giving, budi, toko.id, shown.text, 55)
    first = await pays_code(giving, budi, toko.id, shown.text, 56, nonce="bayar-kode-ini")
    assert await pays_code(giving, budi, toko.id, shown.text, 56, nonce="bayar-kode-ini") == first
    for who in (budi, ayu):
        with pytest.raises(CodeUsed):
            await pays_code(giving, who, toko.id, shown.text, 56)
    with pytest.raises(CodeUsed):
        await giving.ask(codes.scan, text=shown.text, site=SITE)
    assert (await giving.has(budi), await giving.has(ayu), await giving.took(toko.id)) == (944, 1000, 56)
    assert any(frame["what"] == "sale" for frame in giving.heard(siti, "pay.changed"))


async def test_a_code_for_one_payment_is_paid_once_also_by_two_at_the_same_moment(giving: Giving) -> None:
    _, (budi, siti, ayu) = await giving.friends_with(1000, 0, 1000)
    toko = await giving.toko(siti)
    shown = await giving.do(codes.for_one, by=siti, merchant=toko.id, amount=56, code="PTS", reference="", site=SITE)
    outcomes = await asyncio.gather(*(pays_code(giving, who, toko.id, shown.text, 56) for who in (budi, ayu) * 3), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["CodeUsed"] * 5 + ["Payment"]
    assert await giving.took(toko.id) == 56


async def test_a_code_is_too_old_after_five_minutes(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    toko = await giving.toko(siti)
    shown = await giving.do(codes.for_one, by=siti, merchant=toko.id, amount=56, code="PTS", reference="", site=SITE)
    giving.hand.forward(5 * MINUTE)
    with pytest.raises(CodeExpired):
        await pays_code(giving, budi, toko.id, shown.text, 56)
    assert await giving.has(budi) == 1000


async def test_shops_that_are_not_here_are_shown_and_never_paid(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    found = await giving.ask(codes.scan, text=QRIS, site=SITE)
    assert (found.merchant, found.name, found.city, found.currency, found.network) == (None, "Warung Jauh", "Medan", "IDR", "qris")
    before = await giving.books()
    await giving.refused(ForeignCode, codes.pay, by=budi, item=PayCode("jangan-dibayar", QRIS, 500_00, "IDR"), site=SITE)
    toko = await giving.toko(siti)
    elsewhere = Site(url="https://warung.lain.example")
    shown = await giving.ask(codes.printed, by=siti, merchant=toko.id, code="PTS", site=elsewhere)
    assert (await giving.ask(codes.scan, text=shown.text, site=SITE)).merchant is None
    with pytest.raises(ForeignCode):
        await pays_code(giving, budi, toko.id, shown.text, 40)
    assert await giving.books() == before


async def test_a_damaged_or_made_up_code_is_refused(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    toko = await giving.toko(siti)
    shown = await giving.do(codes.for_one, by=siti, merchant=toko.id, amount=56, code="PTS", reference="", site=SITE)
    cheaper = emv.write([*((tag, "5" if tag == "54" else value) for tag, value in emv.read(shown.text).fields)])
    before = await giving.books()
    cases: list[tuple[str, int, type[Refusal]]] = [
        (shown.text.replace("Toko Sari", "Toko Zari"), 56, CodeDamaged),
        ("000201", 56, CodeNotReadable),
        ("https://kopi.example/c/abc", 56, CodeNotReadable),
        (cheaper, 5, ForeignCode),
    ]
    for text, amount, refusal in cases:
        await giving.refused(refusal, codes.pay, by=budi, item=PayCode("kode-rusak-ya", text, amount, "PTS"), site=SITE)
    assert await giving.books() == before


async def test_only_the_owner_shows_a_shop_s_code_and_a_closed_shop_is_not_paid(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    toko = await giving.toko(siti)
    shown = await giving.ask(codes.printed, by=siti, merchant=toko.id, code="PTS", site=SITE)
    with pytest.raises(MerchantNotFound):
        await giving.ask(codes.printed, by=budi, merchant=toko.id, code="PTS", site=SITE)
    more = {"by": budi, "merchant": toko.id, "amount": 5, "code": "PTS", "reference": "", "site": SITE}
    await giving.refused(MerchantNotFound, codes.for_one, **more)
    await giving.refused(AmountNotPositive, codes.for_one, **{**more, "by": siti, "amount": 0})
    with pytest.raises(NotToYourself):
        await pays_code(giving, siti, toko.id, shown.text, 5)
    await giving.do(close_shop, by=siti, id=toko.id)
    with pytest.raises(MerchantNotFound):
        await giving.ask(codes.scan, text=shown.text, site=SITE)


async def test_a_shop_charges_who_shows_a_code_and_the_payer_confirms(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    toko = await giving.toko(siti)
    shown = (await giving.do(charges.my_codes, by=budi))[0]
    assert len(shown.code) == 18
    assert shown.until - shown.since == 30 * SECOND
    charge = await charges_code(giving, siti, toko.id, shown.code, 56)
    assert (charge.state, await giving.has(budi)) == ("waiting", 1000)
    assert {"type": "pay.changed", "what": "charge", "id": charge.id} in giving.heard(budi)
    seen = await giving.ask(charges.see, by=budi, id=charge.id)
    assert (seen.name, seen.amount) == ("Toko Sari", 56)
    await giving.refused(ApprovalNeeded, charges.confirm, by=budi, id=charge.id, nonce="tanpa-pin-ya", approval=None)
    approval = await giving.confirms(budi, toko.id, 56, "bayar-tagihan")
    paid = await giving.do(charges.confirm, by=budi, id=charge.id, nonce="bayar-tagihan", approval=approval)
    assert (paid.state, await giving.took(toko.id)) == ("paid", 56)
    assert (await giving.do(charges.confirm, by=budi, id=charge.id, nonce="bayar-tagihan", approval=None)).state == "paid"
    await giving.refused(PaymentSettled, charges.confirm, by=budi, id=charge.id, nonce="sekali-lagi-ya", approval=None)


async def test_a_payer_s_code_is_good_for_one_charge(giving: Giving) -> None:
    _, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    toko, other = await giving.toko(siti), await giving.toko(ayu, "Toko Ayu")
    shown = (await giving.do(charges.my_codes, by=budi))[0]
    typed = shown.code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    first = await charges_code(giving, siti, toko.id, typed, 56, "tagihan-pertama")
    assert await charges_code(giving, siti, toko.id, shown.code, 56, "tagihan-pertama") == first
    with pytest.raises(PaymentChanged):
        await charges_code(giving, siti, toko.id, shown.code, 57, "tagihan-pertama")
    for by, shop in ((siti, toko), (ayu, other)):
        with pytest.raises(CodeUsed):
            await charges_code(giving, by, shop.id, shown.code, 56)


async def test_a_payer_s_code_is_soon_too_old_and_cannot_be_guessed(giving: Giving) -> None:
    _, (budi, siti) = await giving.friends_with(1000, 0)
    toko = await giving.toko(siti)
    codes_of_budi = await giving.do(charges.my_codes, by=budi)
    assert len({shown.code for shown in codes_of_budi}) == 4
    giving.hand.forward(2 * MINUTE)
    with pytest.raises(CodeExpired):
        await charges_code(giving, siti, toko.id, codes_of_budi[0].code, 56)
    wrong = codes_of_budi[0].code[:10] + "00000000"
    for guess in (wrong, wrong[:10] + "٠" * 8, wrong[:9] + "\x00" + wrong[10:], "62" + "0" * 16, "", "abc", "٦٢" * 9):
        with pytest.raises(CodeUnknown):
            await charges_code(giving, siti, toko.id, guess, 56)
    outcomes = [await asyncio.gather(charges_code(giving, siti, toko.id, wrong, 56), return_exceptions=True) for _ in range(60)]
    assert isinstance(outcomes[-1][0], TooMany)


async def test_a_charge_is_declined_or_runs_out_and_is_seen_by_two(giving: Giving) -> None:
    _, (budi, siti, ayu) = await giving.friends_with(1000, 0, 0)
    toko = await giving.toko(siti)
    shown = await giving.do(charges.my_codes, by=budi)
    charge = await charges_code(giving, siti, toko.id, shown[0].code, 56)
    with pytest.raises(ChargeNotFound):
        await giving.ask(charges.see, by=ayu, id=charge.id)
    for outsider in (ayu, siti):
        await giving.refused(ChargeNotFound, charges.decline, by=outsider, id=charge.id)
        await giving.refused(ChargeNotFound, charges.confirm, by=outsider, id=charge.id, nonce="bukan-untuk-dia", approval=None)
    assert (await giving.do(charges.decline, by=budi, id=charge.id)).state == "declined"
    assert (await giving.do(charges.decline, by=budi, id=charge.id)).state == "declined"
    await giving.refused(PaymentSettled, charges.confirm, by=budi, id=charge.id, nonce="sudah-ditolak", approval=None)
    giving.hand.forward(30 * SECOND)
    late = await charges_code(giving, siti, toko.id, (await giving.do(charges.my_codes, by=budi))[0].code, 56)
    giving.hand.forward(5 * MINUTE)
    await giving.refused(CodeExpired, charges.confirm, by=budi, id=late.id, nonce="terlambat-ya", approval=None)
    assert await giving.has(budi) == 1000


async def test_small_change_is_paid_without_asking_where_the_operator_allows_it(open_a_world: object, database: str, hand: object) -> None:
    world = await open_a_world(database, sections={Settings: Settings(free_amount=50)})  # type: ignore[operator]
    giving = Giving(world, hand)  # type: ignore[arg-type]
    await giving.opens()
    budi, siti = await giving.with_wallet("budi", 1000, pin_set=False), await giving.with_wallet("siti", pin_set=False)
    toko = await giving.toko(siti)
    shown = await giving.do(charges.my_codes, by=budi)
    assert (await charges_code(giving, siti, toko.id, shown[0].code, 50)).state == "paid"
    assert await giving.took(toko.id) == 50
