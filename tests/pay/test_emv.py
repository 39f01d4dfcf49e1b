"""Shops' codes: real ones read, broken ones refused, and ours written so that they read back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warung.pay import emv
from warung.pay.emv import CodeDamaged, CodeNotReadable

REAL = Path(__file__).parents[3] / "shared/data/payments/emv-qris/payloads.json"
PAYLOADS: list[dict[str, Any]] = json.loads(REAL.read_text()) if REAL.exists() else []
TOKO_SARI = [
    ("00", "01"),
    ("01", "11"),
    ("26", [("00", "ID.CO.BANK.WWW"), ("01", "936000140000012345"), ("02", "0000123"), ("03", "UMI")]),
    ("51", [("00", "ID.CO.QRIS.WWW"), ("02", "ID1020030040050"), ("03", "UMI")]),
    ("52", "5411"),
    ("53", "360"),
    ("58", "ID"),
    ("59", "Toko Sari"),
    ("60", "Bandung"),
]


def test_the_checksum_is_that_of_the_standard() -> None:
    assert emv.checksum("123456789") == "29B1"


def test_a_shop_s_code_says_who_is_to_be_paid_and_over_which_network() -> None:
    code = emv.read(emv.write(TOKO_SARI))  # type: ignore[arg-type]
    assert (code.name, code.city, code.category, code.country) == ("Toko Sari", "Bandung", "5411", "ID")
    assert (code.static, code.amount) == (True, None)
    assert code.currency is not None
    assert code.currency.code == "IDR"
    assert code.qris
    assert code.account("ID.CO.BANK.WWW") == {"00": "ID.CO.BANK.WWW", "01": "936000140000012345", "02": "0000123", "03": "UMI"}


def test_a_code_with_an_amount_is_for_one_payment() -> None:
    code = emv.read(emv.write([*TOKO_SARI[:1], *TOKO_SARI[2:6], ("54", "56000"), *TOKO_SARI[6:], ("62", [("01", "1042")])]))  # type: ignore[list-item]
    assert (code.static, code.amount, code.more["01"]) == (False, 56_000_00, "1042")


@pytest.mark.parametrize("amount", ["0", "-5", "1.5", "1,5", "٥", "1e9", "9" * 15])
def test_a_code_with_an_amount_that_nobody_can_pay_is_not_readable(amount: str) -> None:
    with pytest.raises(CodeNotReadable):
        emv.read(emv.write([*TOKO_SARI[:6], ("54", amount), *TOKO_SARI[6:]]))  # type: ignore[list-item]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "halo",
        "https://warung.example/c/abc",
        "00020",
        "000201",
        "0002016304",
        "00020163045D3",
        "0002015903Sar",
        "000201590AToko Sari1630400",
        "000201٥٩٠٣Sar6304ABCD",
        "000201" + "5901A" * 200,
        "000201000201" + "63048E87",
    ],
)
def test_what_is_no_code_or_a_part_of_one_is_not_readable(text: str) -> None:
    with pytest.raises(CodeNotReadable):
        emv.read(text)


def test_a_tag_that_comes_twice_is_not_readable() -> None:
    with pytest.raises(CodeNotReadable):
        emv.read(emv.write([*TOKO_SARI, ("59", "Toko Lain")]))  # type: ignore[list-item]


@given(st.integers(0, 200), st.integers(1, 25))
def test_a_code_with_one_character_changed_is_refused(place: int, by: int) -> None:
    good = emv.write(TOKO_SARI)  # type: ignore[arg-type]
    place %= len(good)
    changed = good[:place] + chr((ord(good[place]) - 32 + by) % 95 + 32) + good[place + 1 :]
    if changed.upper() != good.upper():
        with pytest.raises((CodeNotReadable, CodeDamaged)):
            emv.read(changed)


@given(st.text(max_size=300))
def test_whatever_a_camera_reads_is_read_or_refused(text: str) -> None:
    for candidate in (text, "000201" + text):
        try:
            emv.read(candidate)
        except (CodeNotReadable, CodeDamaged):
            continue


@pytest.mark.skipif(not PAYLOADS, reason="the collected codes of ../shared/data/payments/emv-qris are not here")
@pytest.mark.parametrize("payload", PAYLOADS, ids=range(len(PAYLOADS)))
def test_real_codes_are_read_whole_and_broken_ones_refused(payload: dict[str, Any]) -> None:
    text = payload["payload"]
    if payload["crc_ok"] and payload["tlv_ok"]:
        code = emv.read(text)
        assert emv.write(code.fields) == text
        assert code.name
    else:
        with pytest.raises(CodeDamaged if payload["tlv_ok"] and payload["crc_in_payload"] else (CodeNotReadable, CodeDamaged)):
            emv.read(text)
