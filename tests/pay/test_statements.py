"""Statements: opening and entries make the closing, in every form; and others read what we write."""

import csv
import io
from pathlib import Path

import msgspec
import pytest
from lxml import etree  # type: ignore[import-untyped]
from pypdf import PdfReader

from tests.pay.purse import Purse
from warung import pay
from warung.kit.clock import DAY, HOUR, MINUTE
from warung.pay import statements, wallets
from warung.pay.model import PeriodNotPossible
from warung.pay.money import CREDITS, plain, read_plain
from warung.pay.statements import Statement

XSD = Path(__file__).parents[3] / "shared/data/payments/camt/camt.053.001.08.xsd"
NAMES = {"c": statements.CAMT}


async def a_month(purse: Purse) -> tuple[Statement, Statement]:
    """Budi's first half and second half."""
    budi = await purse.with_wallet("budi", 5_000)
    toko = await purse.toko(await purse.person("sari"))
    for at in range(5):
        await purse.pays(budi, toko.id, 100 + at, reference="=kopi <&> gula" if at % 2 else "")
    middle = await purse.db.read(lambda reader: reader.now) + 1
    purse.hand.forward(10)
    await purse.gives(budi, 77)
    await purse.pays(budi, toko.id, 500)
    first = await purse.ask(statements.statement, by=budi, currency=CREDITS, since=0, until=middle)
    second = await purse.ask(statements.statement, by=budi, currency=CREDITS, since=middle, until=1 << 42)
    return first, second


async def test_opening_and_entries_make_the_closing(purse: Purse) -> None:
    first, second = await a_month(purse)
    assert (first.opening, first.closing) == (0, 5_000 - 510)
    assert (second.opening, second.closing) == (4_490, 4_490 + 77 - 500)
    for told in (first, second):
        assert told.opening + sum(entry.amount for entry in told.entries) == told.closing
    assert [entry.amount for entry in second.entries] == [77, -500]
    await purse.refused(PeriodNotPossible, statements.statement, by=first.owner.id, currency=CREDITS, since=5, until=5)


async def test_csv_and_pdf_say_the_same(purse: Purse) -> None:
    first, _ = await a_month(purse)
    rows = list(csv.DictReader(io.StringIO(statements.as_csv(first).decode())))
    assert [int(row["amount"]) for row in rows[1:-1]] == [entry.amount for entry in first.entries]
    assert (rows[0]["balance"], rows[-1]["balance"]) == ("0", "4490")
    assert [row["about"] for row in rows[2:-1]] == ["", "'=kopi <&> gula", "", "'=kopi <&> gula", ""]
    pages = PdfReader(io.BytesIO(statements.as_pdf(first, place="warung")))
    text = "\n".join(page.extract_text() for page in pages.pages)
    assert "statement of Budi (@budi)" in text
    assert (text.count("Toko Sari"), {row["name"] for row in rows[2:-1]}) == (5, {"Toko Sari"})
    chinese = msgspec.structs.replace(first.entries[1], name="林伟", other="linwei")
    pages = PdfReader(io.BytesIO(statements.as_pdf(msgspec.structs.replace(first, entries=[chinese]), place="warung")))
    assert "linwei" in pages.pages[0].extract_text()
    assert [line.split()[-1] for line in text.splitlines() if "closing" in line] == ["4490"]
    assert text.count("sale") == 5


async def test_a_bank_statement_is_what_the_schema_of_iso_20022_says(purse: Purse) -> None:
    if not XSD.exists():
        pytest.skip("the schema is not beside this checkout")
    schema = etree.XMLSchema(etree.parse(XSD))
    for told in await a_month(purse):
        document = etree.fromstring(statements.as_camt(told, place="Kampung <Melati>"))
        schema.assertValid(document)
        entries = document.findall(".//c:Ntry", NAMES)
        signs = {"CRDT": 1, "DBIT": -1}
        amounts = [
            signs[each.findtext("c:CdtDbtInd", "", NAMES)] * read_plain(each.findtext("c:Amt", "", NAMES), CREDITS) for each in entries
        ]
        assert amounts == [entry.amount for entry in told.entries]
        balances = {
            each.findtext("c:Tp/c:CdOrPrtry/c:Cd", "", NAMES): each.findtext("c:Amt", "", NAMES)
            for each in document.iterfind(".//c:Bal", NAMES)
        }
        assert balances == {"OPBD": plain(told.opening, CREDITS), "CLBD": plain(told.closing, CREDITS)}


async def test_a_day_is_a_day_of_the_place_also_an_empty_one(purse: Purse) -> None:
    """Bandung is seven hours ahead of UTC: what is paid half an hour before and after its midnight is of two days."""
    budi = await purse.with_wallet("budi", 1_000)
    toko = await purse.toko(await purse.person("sari"))
    ahead = (await purse.ask(wallets.overview, by=budi)).ahead_min * MINUTE
    midnight = ((purse.hand() + ahead) // DAY + 1) * DAY - ahead
    purse.hand.forward(midnight - purse.hand() - HOUR // 2)
    await purse.pays(budi, toko.id, 100)
    purse.hand.forward(HOUR)
    await purse.pays(budi, toko.id, 7)
    told = [
        await purse.ask(statements.statement, by=budi, currency=CREDITS, since=midnight + at * DAY, until=midnight + (at + 1) * DAY)
        for at in (-1, 0, 1)
    ]
    assert [[entry.amount for entry in each.entries if entry.code == "sale"] for each in told] == [[-100], [-7], []]
    assert [each.closing for each in told] == [900, 893, 893]
    assert told[2].opening == told[2].closing
    clocks = [[row["time"][10:16] for row in csv.DictReader(io.StringIO(statements.as_csv(each).decode()))] for each in told]
    assert (clocks[0][0], clocks[0][-2], clocks[0][-1]) == ("T00:00", "T23:30", "T00:00")
    assert [clocks[1], clocks[2]] == [["T00:00", "T00:30", "T00:00"], ["T00:00", "T00:00"]]
    assert statements.as_csv(told[2]).count(b"+07:00") == 2
    assert told[0].days[:10] == told[0].days[11:] < told[1].days[:10]
    empty = etree.fromstring(statements.as_camt(told[2], place="warung"))
    assert (empty.findall(".//c:Ntry", NAMES), len(empty.findall(".//c:Bal", NAMES))) == ([], 2)
    if XSD.exists():
        etree.XMLSchema(etree.parse(XSD)).assertValid(empty)
    whole = await purse.ask(statements.statement, by=budi, currency=CREDITS, since=0, until=1 << 60)
    assert (whole.opening, whole.closing) == (0, 893)
    assert statements.as_pdf(whole, place="warung").startswith(b"%PDF")


async def test_a_statement_writes_each_currency_with_its_own_digits(purse: Purse) -> None:
    budi = await purse.with_wallet("budi")
    for code, amount, written in (("JPY", 1_500, "1500"), ("BHD", 1_234, "1.234"), ("IDR", 150_000, "1500"), ("USD", 1_205, "12.05")):
        bank = await purse.do(pay.open_account, kind="bank", owner="bank", currency=code)
        mine = await purse.do(pay.wallet, account=budi, currency=code)
        await purse.do(pay.apply, transfers=[pay.Transfer(f"top-up-{code}", bank.id, mine.id, amount, code, "top_up")])
        told = await purse.ask(statements.statement, by=budi, currency=code, since=0, until=1 << 60)
        rows = list(csv.DictReader(io.StringIO(statements.as_csv(told).decode())))
        document = etree.fromstring(statements.as_camt(told, place="warung"))
        text = PdfReader(io.BytesIO(statements.as_pdf(told, place="warung"))).pages[0].extract_text()
        assert [rows[1]["amount"], rows[-1]["balance"], document.findtext(".//c:Ntry/c:Amt", "", NAMES)] == [written] * 3
        assert document.find(".//c:Ntry/c:Amt", NAMES).get("Ccy") == code
        assert f"{code} (real money)" in text
        assert text.count(written) == 3  # the entry, the balance after it, the closing


def test_the_schema_can_say_no() -> None:
    if not XSD.exists():
        pytest.skip("the schema is not beside this checkout")
    schema = etree.XMLSchema(etree.parse(XSD))
    assert not schema.validate(etree.fromstring(f'<Document xmlns="{statements.CAMT}"><BkToCstmrStmt/></Document>'.encode()))
