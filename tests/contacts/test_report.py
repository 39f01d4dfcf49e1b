"""Reports to the operator, and their evidence."""

import msgspec
import pytest

from tests.contacts.conftest import Place
from warung import accounts, contacts
from warung.contacts import Complaint
from warung.kit.clock import DAY
from warung.kit.db import Tx
from warung.kit.ids import AccountId, ConversationId, Seq

KOPI_CLUB = ConversationId("kopi-club")


def operator(place: Place) -> AccountId:
    (joko,) = place.people("Pak Joko")
    place.write(accounts.make_operator, handle="pak_joko")
    return joko


def test_a_reported_person_comes_with_what_they_wrote_in_their_requests(place: Place) -> None:
    joko, (budi, siti) = operator(place), place.people("Budi", "Siti")
    asked = place.ask(budi, siti, "beli pulsa murah")
    place.write(contacts.decline, by=siti, id=asked.id)
    id = place.write(contacts.report, by=siti, complaint=Complaint("person", "spam", "setiap hari", account=budi))
    place.write(contacts.withdraw, by=budi, id=asked.id)
    (report,) = place.read(contacts.reports, by=joko)
    assert (report.id, report.about, report.reason, report.text) == (id, "person", "spam", "setiap hari")
    assert (report.reporter.handle, report.account and report.account.handle) == ("siti", "budi")
    evidence = msgspec.json.decode(report.evidence)
    assert evidence["person"]["handle"] == "budi"
    assert evidence["relation"] == "stranger"
    assert [greeting["text"] for greeting in evidence["greetings"]] == ["beli pulsa murah"]


def test_a_greeting_that_never_arrived_is_no_evidence(place: Place) -> None:
    joko, (budi, siti) = operator(place), place.people("Budi", "Siti")
    place.write(contacts.block, by=siti, other=budi)
    place.ask(budi, siti, "tidak sampai")
    place.write(contacts.report, by=siti, complaint=Complaint("person", "abuse", "", account=budi))
    (report,) = place.read(contacts.reports, by=joko)
    assert msgspec.json.decode(report.evidence)["greetings"] == []


def test_a_report_tells_nobody_but_the_operator(place: Place) -> None:
    _, (budi, siti) = operator(place), place.people("Budi", "Siti")
    place.write(contacts.report, by=siti, complaint=Complaint("person", "spam", "", account=budi))
    assert place.told == []


def test_only_operators_read_and_close_reports(place: Place) -> None:
    joko, (budi, siti) = operator(place), place.people("Budi", "Siti")
    id = place.write(contacts.report, by=siti, complaint=Complaint("person", "spam", "", account=budi))
    with pytest.raises(accounts.OperatorsOnly):
        place.read(contacts.reports, by=siti)
    assert place.refused(contacts.close_report, by=siti, id=id).code() == "operators_only"
    place.write(contacts.close_report, by=joko, id=id)
    assert place.read(contacts.reports, by=joko) == []
    (closed,) = place.read(contacts.reports, by=joko, closed=True)
    assert (closed.closed_at, closed.closed_by) == (place.now, joko)
    assert place.refused(contacts.close_report, by=joko, id=id).code() == "report_not_found"


def test_reports_come_in_pages_newest_first(place: Place) -> None:
    place.settings[contacts.Settings] = contacts.Settings(reports_per_day=200)
    joko, (budi, siti) = operator(place), place.people("Budi", "Siti")

    def hundred_and_one(tx: Tx) -> list[str]:
        return [contacts.report(tx, by=siti, complaint=Complaint("person", "spam", str(number), account=budi)) for number in range(101)]

    made = place.write(hundred_and_one)
    first = place.read(contacts.reports, by=joko)
    rest = place.read(contacts.reports, by=joko, before=first[-1].id)
    assert [report.id for report in first + rest] == sorted(made, reverse=True)
    assert len(first) == 100


def test_the_keeper_of_messages_adds_the_evidence(place: Place) -> None:
    def keeper(tx: Tx, event: contacts.Reported) -> None:
        if event.seq == 7:
            contacts.attach(tx, report=event.report, evidence=b'{"text":"penipu"}', account=budi)

    joko, (budi, siti) = operator(place), place.people("Budi", "Siti")
    place.listen(contacts.Reported, keeper)
    about = Complaint("message", "fraud", "", conversation=KOPI_CLUB, seq=Seq(7))
    place.write(contacts.report, by=siti, complaint=about)
    (report,) = place.read(contacts.reports, by=joko)
    assert (report.conversation, report.seq, bytes(report.evidence)) == (KOPI_CLUB, 7, b'{"text":"penipu"}')
    assert report.account is not None
    assert report.account.id == budi


def test_whom_a_message_is_about_is_not_for_the_reporter_to_say(place: Place) -> None:
    def keeper(tx: Tx, event: contacts.Reported) -> None:
        contacts.attach(tx, report=event.report, evidence=b"{}")

    joko, (budi, siti) = operator(place), place.people("Budi", "Siti")
    place.listen(contacts.Reported, keeper)
    about = Complaint("message", "fraud", "", account=budi, conversation=KOPI_CLUB, seq=Seq(7))
    place.write(contacts.report, by=siti, complaint=about)
    (report,) = place.read(contacts.reports, by=joko)
    assert report.account is None


def test_what_nobody_can_show_is_not_reported(place: Place) -> None:
    joko, (siti,) = operator(place), place.people("Siti")
    for complaint, code in (
        (Complaint("message", "fraud", "", conversation=KOPI_CLUB, seq=Seq(8)), "nothing_to_report"),
        (Complaint("group", "fraud", "", conversation=KOPI_CLUB), "nothing_to_report"),
        (Complaint("group", "fraud", ""), "incomplete_report"),
        (Complaint("message", "fraud", "", conversation=KOPI_CLUB), "incomplete_report"),
        (Complaint("person", "fraud", ""), "incomplete_report"),
        (Complaint("person", "fraud", "", account=siti), "not_yourself"),
        (Complaint("person", "fraud", "", account=AccountId("0" * 20)), "person_not_found"),
        (Complaint("person", "fraud", "x" * 1001, account=joko), "text_too_long"),
    ):
        assert place.refused(contacts.report, by=siti, complaint=complaint).code() == code
    assert place.read(contacts.reports, by=joko) == []


def test_the_number_of_reports_in_a_day_is_limited(place: Place) -> None:
    place.settings[contacts.Settings] = contacts.Settings(reports_per_day=1)
    budi, siti = place.people("Budi", "Siti")
    complaint = Complaint("person", "spam", "", account=budi)
    place.write(contacts.report, by=siti, complaint=complaint)
    refusal = place.refused(contacts.report, by=siti, complaint=complaint)
    assert (refusal.code(), refusal.details) == ("reported_too_many", {"retry_after_s": DAY // 1000})
    place.now += DAY
    place.write(contacts.report, by=siti, complaint=complaint)
