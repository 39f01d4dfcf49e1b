"""Reports: what people tell the operator about a person, a message or a group, kept with its evidence."""

from collections.abc import Mapping

import msgspec

from warung import accounts
from warung.contacts import persons, store, store_reports
from warung.contacts.model import (
    About,
    IncompleteReport,
    NothingToReport,
    NotYourself,
    PersonNotFound,
    Reason,
    Relation,
    Report,
    Reported,
    ReportedTooMany,
    ReportNotFound,
    Settings,
)
from warung.contacts.requests import until
from warung.kit.clock import DAY
from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId, ConversationId, Seq, new_id
from warung.kit.text import bounded

PAGE = 100


class Complaint(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What someone reports: `account` of a person, `conversation` of a group, `conversation` and `seq` of a message,
    `subject` of anything else: a sticker pack, a moment.
    """

    about: About
    reason: Reason
    text: str
    account: AccountId | None = None
    conversation: ConversationId | None = None
    seq: Seq | None = None
    subject: str | None = None


class Greeting(msgspec.Struct, frozen=True):
    """What somebody wrote with a request, and when."""

    text: str
    at: int


class PersonEvidence(msgspec.Struct, frozen=True):
    """A person as they were when they were reported, and what they wrote in their requests."""

    person: accounts.Profile
    status: str
    relation: Relation
    greetings: list[Greeting]


def report(tx: Tx, *, by: AccountId, complaint: Complaint) -> str:
    """Keep a complaint for the operator, with evidence taken now; return its id. The one it is about is not told.

    Raises `IncompleteReport`, `PersonNotFound`, `NotYourself`, `ReportedTooMany`; `NothingToReport` when whoever keeps messages
    and groups does not find it, or `by` may not see it.
    """
    settings = tx.settings(Settings)
    bounded(complaint.text, limit=settings.report_chars)
    count, first = store_reports.reported_since(tx, by, tx.now - DAY)
    if count >= settings.reports_per_day:
        raise ReportedTooMany(retry_after_s=until(tx, first + DAY))
    evidence = _of_person(tx, by, complaint.account) if complaint.about == "person" else None
    id = new_id(tx.now)
    # Whom a message or a group is about, those who keep it say with the evidence: what the reporter names is not believed.
    account = complaint.account if complaint.about == "person" else None
    kept = msgspec.structs.asdict(complaint) | {"account": account, "id": id, "reporter": by, "words": complaint.text, "at": tx.now}
    store_reports.insert_report(tx, kept)
    if evidence is not None:
        attach(tx, report=id, evidence=msgspec.json.encode(evidence))
    else:
        _ask_above(tx, by, id, complaint)
    return id


def _of_person(reader: Reader, by: AccountId, account: AccountId | None) -> PersonEvidence:
    if account is None:
        raise IncompleteReport
    if account == by:
        raise NotYourself
    profile = accounts.profiles(reader, [account]).get(account)
    if profile is None or not accounts.persons(reader, [account]):
        raise PersonNotFound
    return PersonEvidence(
        person=profile,
        status=accounts.particulars(reader, [account])[account].status,
        relation=persons.relation(reader, by=by, other=account),
        greetings=[Greeting(text, at) for text, at in store.greetings(reader, account, by)],
    )


def _ask_above(tx: Tx, by: AccountId, id: str, complaint: Complaint) -> None:
    place: list[object] = [complaint.subject]
    if complaint.about in ("message", "group"):
        place = [complaint.conversation, complaint.seq] if complaint.about == "message" else [complaint.conversation]
    if None in place:
        raise IncompleteReport
    tx.emit(Reported(id, by, complaint.about, complaint.conversation, complaint.seq, complaint.subject))
    if not store_reports.has_evidence(tx, id):
        raise NothingToReport


def attach(tx: Tx, *, report: str, evidence: bytes, account: AccountId | None = None) -> None:
    """Add the evidence (JSON) to a report that was just made, and whom it is about; for those who listen to `Reported`."""
    store_reports.set_evidence(tx, report, evidence, account)


def reports(reader: Reader, *, by: AccountId, closed: bool = False, before: str | None = None) -> list[Report]:
    """Return a page of open or closed reports, newest first, for an operator. Raises `OperatorsOnly`."""
    accounts.require_operator(reader, by=by)
    rows = store_reports.reports(reader, closed, before, PAGE)
    profiles = accounts.profiles(reader, [id for row in rows for id in (row[2], row[3]) if id is not None])
    return [_report(row, profiles) for row in rows]


def _report(row: Row, profiles: Mapping[AccountId, accounts.Profile]) -> Report:
    id, about, reporter, account, conversation, seq, reason, words, evidence, at, closed_at, closed_by = row
    raw = msgspec.Raw(bytes(evidence))
    who, whom = profiles[reporter], profiles.get(account)
    return Report(id, about, who, whom, conversation, seq, reason, words, raw, at, closed_at, closed_by)


def close_report(tx: Tx, *, by: AccountId, id: str) -> None:
    """Mark a report as dealt with, for an operator. Raises `OperatorsOnly`, `ReportNotFound`."""
    accounts.require_operator(tx, by=by)
    if not store_reports.close_report(tx, id, by):
        raise ReportNotFound
