"""Amounts: what people type, what machines exchange, and what is refused rather than guessed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warung.kit.errors import Refusal
from warung.pay import money
from warung.pay.money import AmountNotPositive, AmountTooFine, AmountTooLarge, AmountUnclear, UnknownCurrency

ISO = Path(__file__).parents[3] / "shared/data/payments/currencies/currencies.json"

TYPED = [
    ("50.000", "IDR", "id", 50_000_00),
    ("Rp 50.000", "IDR", "id", 50_000_00),
    ("Rp\u00a050.000,00", "IDR", "id", 50_000_00),
    ("50000", "IDR", "id", 50_000_00),
    ("50,000", "IDR", "en", 50_000_00),
    ("٥٠٬٠٠٠", "IDR", "ar", 50_000_00),
    ("\u200f٥٠٬٠٠٠", "IDR", "ar", 50_000_00),
    ("५०,०००", "IDR", "hi", 50_000_00),
    ("1,00,000", "INR", "hi", 100_000_00),
    ("१,००,०००.५०", "INR", "hi", 100_000_50),
    ("12.5", "USD", "en", 12_50),
    ("12,5", "USD", "id", 12_50),
    ("$12.50", "USD", "en", 12_50),
    ("¥500", "JPY", "zh", 500),
    ("1.234", "BHD", "en", 1_234),
    ("1.234", "BHD", "id", 1_234_000),
    ("١٫٢٣٤", "BHD", "ar", 1_234),
    ("250 PTS", "PTS", "id", 250),
]

UNREADABLE = [
    ("50.000", "IDR", "en", AmountUnclear),  # fifty thousand, or fifty?
    ("50,000", "IDR", "id", AmountUnclear),
    ("50.000", "JPY", "en", AmountUnclear),
    ("5.00.000", "IDR", "id", AmountUnclear),
    ("1,00,000", "INR", "en", AmountUnclear),
    ("1٢", "IDR", "id", AmountUnclear),  # two scripts in one number
    ("1e5", "IDR", "id", AmountUnclear),
    ("0x10", "IDR", "id", AmountUnclear),
    ("½", "USD", "en", AmountUnclear),
    ("²", "USD", "en", AmountUnclear),
    ("", "IDR", "id", AmountUnclear),
    (".", "USD", "en", AmountUnclear),
    ("lima ribu", "IDR", "id", AmountUnclear),
    ("9" * 41, "IDR", "id", AmountUnclear),
    ("-5", "USD", "en", AmountNotPositive),
    ("−5", "USD", "en", AmountNotPositive),
    ("0", "IDR", "id", AmountNotPositive),
    ("٠", "IDR", "ar", AmountNotPositive),
    ("50.000,50", "IDR", "id", AmountTooFine),
    ("1.5", "JPY", "en", AmountTooFine),
    ("9" * 39, "IDR", "id", AmountTooLarge),
    ("5", "QQQ", "en", UnknownCurrency),
]


@pytest.mark.parametrize(("text", "code", "language", "amount"), TYPED)
def test_an_amount_is_read_as_the_person_s_language_writes_it(text: str, code: str, language: str, amount: int) -> None:
    assert money.read(text, code=code, language=language) == amount


@pytest.mark.parametrize(("text", "code", "language", "refusal"), UNREADABLE)
def test_an_amount_that_would_have_to_be_guessed_is_refused(text: str, code: str, language: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal) as caught:
        money.read(text, code=code, language=language)
    assert type(caught.value) is refusal


@pytest.mark.parametrize(
    ("amount", "code", "refusal"),
    [
        (0, "IDR", AmountNotPositive),
        (-100, "IDR", AmountNotPositive),
        (150, "IDR", AmountTooFine),
        (10**15 + 100, "IDR", AmountTooLarge),
        (100, "XAU", UnknownCurrency),
        (100, "idr", UnknownCurrency),
    ],
)
def test_a_sum_that_nobody_can_pay_is_refused_by_name(amount: int, code: str, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        money.checked(amount, code)


@pytest.mark.parametrize(("code", "digits", "step"), [("JPY", 0, 1), ("USD", 2, 1), ("IDR", 2, 100), ("BHD", 3, 1), ("PTS", 0, 1)])
def test_currencies_have_none_two_or_three_digits_and_people_pay_in_steps(code: str, digits: int, step: int) -> None:
    known = money.currency(code)
    assert (known.digits, known.step, known.real) == (digits, step, code != "PTS")


@given(st.sampled_from(sorted(money.CURRENCIES.keys() - {money.TEST})), st.integers(1, 10**9))
def test_what_is_written_for_machines_reads_back_as_the_same_amount(code: str, steps: int) -> None:
    amount = steps * money.currency(code).step
    assert money.read_plain(money.plain(amount, code), code) == amount


@pytest.mark.parametrize("text", ["", "1,5", "1.2.3", "-1", "٥", "1e3", "0x1", " 1", "9" * 30])
def test_an_amount_from_a_machine_that_no_machine_should_write_is_refused(text: str) -> None:
    with pytest.raises(AmountUnclear):
        money.read_plain(text, "IDR")


@pytest.mark.skipif(not ISO.exists(), reason="the shared data is not here")
def test_codes_and_numbers_are_those_of_iso_4217_and_nobody_writes_more_digits_than_there_are() -> None:
    listed = {code: each["numeric"] for code, each in json.loads(ISO.read_text()).items()}
    ours = {code: each.number for code, each in money.CURRENCIES.items() if each.real}
    assert ours.items() <= listed.items()
    assert all(code.startswith("X") for code in listed.keys() - ours.keys())
    assert all(0 <= each.shown <= each.digits for each in money.CURRENCIES.values())
