"""Statements: opening and entries make the closing, in every form; and others read what we write."""

import csv
import io
from pathlib import Path

import msgspec
import pytest
from lxml import etree  # type: ignore[import-untyped]
from pypdf import PdfReader

from tests.pay.purse import Purse
from warung.pay import statements
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
        await purse.pays(budi, toko.id, 100 + at, reference="kopi <&> gula" if at % 2 else "")
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


def test_the_schema_can_say_no() -> None:
    if not XSD.exists():
        pytest.skip("the schema is not beside this checkout")
    schema = etree.XMLSchema(etree.parse(XSD))
    assert not schema.validate(etree.fromstring(f'<Document xmlns="{statements.CAMT}"><BkToCstmrStmt/></Document>'.encode()))
