"""Statements: any period of a wallet, as CSV, as PDF, and as camt.053.001.08 for bookkeeping programs. Opening + entries = closing."""

import csv
import io
from datetime import datetime, timedelta, timezone
from xml.etree import ElementTree

import msgspec

from warung import accounts
from warung.kit.db import Reader
from warung.kit.ids import AccountId
from warung.pay import store, store_merchants
from warung.pay.model import Entry, LedgerAccountId, PeriodNotPossible, Settings
from warung.pay.money import currency as known_currency
from warung.pay.money import plain
from warung.pay.pdf import document, writable

CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
MOST_LINES = 20_000
LATEST = 1 << 47  # in the year 6429; calendars end not long after


class Posted(msgspec.Struct, frozen=True):
    """One booked entry: `amount` is signed, minor units; `other` is a handle or a kind of account, `name` a person's or a shop's."""

    id: str
    at: int
    code: str
    amount: int
    other: str
    name: str
    about: str | None


class Statement(msgspec.Struct, frozen=True):
    """A period of a wallet: from `since` up to but not including `until`, milliseconds UTC; told by a clock `ahead_min` minutes ahead."""

    owner: accounts.Profile
    currency: str
    since: int
    until: int
    opening: int
    closing: int
    entries: list[Posted]
    made_at: int
    ahead_min: int

    def clock(self, at: int) -> str:
        """Write a moment as the clock of the place shows it, saying which clock that is."""
        return datetime.fromtimestamp(at / 1000, timezone(timedelta(minutes=self.ahead_min))).isoformat(timespec="milliseconds")

    @property
    def days(self) -> str:
        """The first and the last day."""
        return f"{self.clock(self.since)[:10]}-{self.clock(self.until - 1)[:10]}"


def statement(reader: Reader, *, by: AccountId, currency: str, since: int, until: int) -> Statement:
    """Return the statement of a period, oldest entry first. What is pending is not booked, so it is not in it."""
    known_currency(currency)
    until = min(until, LATEST)
    if since >= until:
        raise PeriodNotPossible(most=MOST_LINES)
    mine = LedgerAccountId(f"wallet.{by}.{currency}")
    account = store.accounts(reader, [mine]).get(mine)
    found = _booked(reader, mine, since, until)
    closing = (account.balance if account else 0) - store.moved_since(reader, mine, until)
    entries = _posted(reader, mine, found)
    opening = closing - sum(entry.amount for entry in entries)
    ahead = reader.settings(Settings).day_offset_min
    return Statement(accounts.profile(reader, by), currency, since, until, opening, closing, entries, reader.now, ahead)


def _booked(reader: Reader, mine: LedgerAccountId, since: int, until: int) -> list[Entry]:
    found = store.entries(reader, mine, before=1 << 60, since=since, until=until, kinds=("single", "post"), limit=MOST_LINES + 1)
    if len(found) > MOST_LINES:
        raise PeriodNotPossible(most=MOST_LINES)
    return found[::-1]


def _posted(reader: Reader, mine: LedgerAccountId, entries: list[Entry]) -> list[Posted]:
    others = store.accounts(reader, {entry.credit if entry.debit == mine else entry.debit for entry in entries})
    people = accounts.profiles(reader, sorted({AccountId(each.owner) for each in others.values() if each.kind == "wallet"}))
    shops = store_merchants.merchants(reader, sorted({each.owner for each in others.values() if each.kind == "merchant"}))
    posted = []
    for entry in entries:
        sign = -1 if entry.debit == mine else 1
        other = others[entry.credit if sign < 0 else entry.debit]
        who = people.get(AccountId(other.owner)) if other.kind == "wallet" else None
        shop = shops.get(other.owner) if other.kind == "merchant" else None
        name = who.name if who else shop.name if shop else ""
        side = who.handle if who else other.kind
        posted.append(Posted(entry.id, entry.at, entry.code, sign * entry.amount, side, name, entry.about))
    return posted


def as_csv(told: Statement) -> bytes:
    """Return a statement as CSV: a line for the opening, one per entry, one for the closing. Amounts have a point before the decimals."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["time", "reason", "other", "name", "about", "amount", "balance", "currency", "id"])
    balance = told.opening
    writer.writerow([told.clock(told.since), "opening", "", "", "", "", plain(balance, told.currency), told.currency, ""])
    for entry in told.entries:
        balance += entry.amount
        cells = [entry.code, entry.other, entry.name, entry.about or ""]
        cells += [plain(entry.amount, told.currency), plain(balance, told.currency), told.currency, entry.id]
        writer.writerow([told.clock(entry.at), *map(inert, cells)])
    writer.writerow([told.clock(told.until), "closing", "", "", "", "", plain(told.closing, told.currency), told.currency, ""])
    return out.getvalue().encode()


def inert(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; a negative number is none."""
    return f"'{cell}" if cell.startswith(("=", "+", "@", "\t", "\r")) or (cell[:1] == "-" and not cell[1:2].isdigit()) else cell


def as_pdf(told: Statement, *, place: str) -> bytes:
    """Return a statement as PDF: people and shops by name, and where the letters of a name are none that every reader has, by handle."""
    money = known_currency(told.currency)
    kind = "real money" if money.real else "credits of this place, no money elsewhere"
    lines = [
        f"{place}: statement of {told.owner.name + ' ' if writable(told.owner.name) else ''}(@{told.owner.handle})",
        f"{_minute(told, told.since)} to {_minute(told, told.until)} UTC{told.clock(told.since)[-6:]}, {told.currency} ({kind})",
        "",
        f"{'time':17}{'reason':16}{'other':22}{'amount':>15}{'balance':>16}",
        f"{'':17}{'opening':16}{'':22}{'':>15}{plain(told.opening, told.currency):>16}",
    ]
    balance = told.opening
    for entry in told.entries:
        balance += entry.amount
        amounts = f"{plain(entry.amount, told.currency):>15}{plain(balance, told.currency):>16}"
        lines.append(f"{_minute(told, entry.at):17}{entry.code[:15]:16}{_named(entry)[:21]:22}{amounts}")
    lines.append(f"{'':17}{'closing':16}{'':22}{'':>15}{plain(told.closing, told.currency):>16}")
    return document(lines, title=f"Statement {told.currency}")


def _minute(told: Statement, at: int) -> str:
    return told.clock(at)[:16].replace("T", " ")


def _named(entry: Posted) -> str:
    return entry.name if entry.name and writable(entry.name) else entry.other


def as_camt(told: Statement, *, place: str) -> bytes:
    """Return a statement as camt.053.001.08: opening and closing booked balances, one entry per booked transfer."""
    ElementTree.register_namespace("", CAMT)
    root = ElementTree.Element(f"{{{CAMT}}}Document")
    whole = _in(root, "BkToCstmrStmt")
    name = f"{told.owner.id}-{told.until}"
    header = _in(whole, "GrpHdr")
    _in(header, "MsgId", name[:35])
    _in(header, "CreDtTm", told.clock(told.made_at))
    stmt = _in(whole, "Stmt")
    _in(stmt, "Id", name[:35])
    _in(stmt, "CreDtTm", told.clock(told.made_at))
    period = _in(stmt, "FrToDt")
    _in(period, "FrDtTm", told.clock(told.since))
    _in(period, "ToDtTm", told.clock(told.until))
    account = _in(stmt, "Acct")
    _in(_in(_in(account, "Id"), "Othr"), "Id", f"{told.owner.id}{told.currency}")
    _in(account, "Ccy", told.currency)
    _in(account, "Nm", f"{told.owner.name} (@{told.owner.handle})"[:70])
    _in(_in(account, "Svcr"), "FinInstnId")
    _in(account[-1][0], "Nm", place[:140] or "warung")
    _balance(stmt, "OPBD", told.opening, told.currency, told.clock(told.since))
    _balance(stmt, "CLBD", told.closing, told.currency, told.clock(told.until))
    for at, entry in enumerate(told.entries, 1):
        _entry(stmt, at, entry, told.currency, told.clock(entry.at))
    body: bytes = ElementTree.tostring(root, encoding="utf-8")
    return body


def _entry(stmt: ElementTree.Element, number: int, entry: Posted, currency: str, at: str) -> None:
    line = _in(stmt, "Ntry")
    _in(line, "NtryRef", str(number))
    _in(line, "Amt", plain(abs(entry.amount), currency), Ccy=currency)
    _in(line, "CdtDbtInd", "CRDT" if entry.amount >= 0 else "DBIT")
    _in(_in(line, "Sts"), "Cd", "BOOK")
    _in(_in(line, "BookgDt"), "DtTm", at)
    _in(_in(line, "ValDt"), "DtTm", at)
    reference = entry.id[-35:]
    _in(line, "AcctSvcrRef", reference)
    code = _in(_in(line, "BkTxCd"), "Prtry")
    _in(code, "Cd", entry.code[:35] or "transfer")
    details = _in(_in(line, "NtryDtls"), "TxDtls")
    _in(_in(details, "Refs"), "EndToEndId", reference)
    party = _in(_in(details, "RltdPties"), "Dbtr" if entry.amount >= 0 else "Cdtr")
    _in(_in(party, "Pty"), "Nm", (entry.name or entry.other)[:140])
    if entry.about:
        _in(_in(details, "RmtInf"), "Ustrd", entry.about[:140])


def _balance(stmt: ElementTree.Element, code: str, amount: int, currency: str, at: str) -> None:
    line = _in(stmt, "Bal")
    _in(_in(_in(line, "Tp"), "CdOrPrtry"), "Cd", code)
    _in(line, "Amt", plain(abs(amount), currency), Ccy=currency)
    _in(line, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")
    _in(_in(line, "Dt"), "DtTm", at)


def _in(parent: ElementTree.Element, tag: str, text: str | None = None, **attributes: str) -> ElementTree.Element:
    child = ElementTree.SubElement(parent, f"{{{CAMT}}}{tag}", attributes)
    child.text = text
    return child
