"""Asking to become contacts, and what comes of it."""

import pytest

from tests.contacts.conftest import Place
from warung import accounts, contacts
from warung.kit.clock import DAY
from warung.kit.errors import TooMany


def test_who_asks_and_who_is_asked_both_see_the_request(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    asked = place.ask(budi, siti, "Ini Budi dari kopi club")
    assert place.overview(budi).outgoing == [asked]
    assert place.overview(siti).incoming == [asked]
    assert (asked.sender.name, asked.recipient.name, asked.greeting) == ("Budi", "Siti", "Ini Budi dari kopi club")
    assert place.relation(budi, siti) == "requested"
    assert place.relation(siti, budi) == "asked_me"
    assert place.told == [(contacts.ContactsChanged(), budi), (contacts.ContactsChanged(), siti)]


def test_accepting_makes_both_contacts_and_opens_one_conversation(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    asked = place.ask(budi, siti, "Halo")
    accepted = place.write(contacts.accept, by=siti, id=asked.id)
    assert [person.id for person in place.overview(budi).contacts] == [siti]
    assert [person.id for person in place.overview(siti).contacts] == [budi]
    assert place.overview(budi).outgoing == place.overview(siti).incoming == []
    assert place.heard == [contacts.Befriended(budi, siti, "Halo", accepted.conversation)]
    assert place.read(contacts.conversation, siti, budi) == accepted.conversation


def test_only_the_one_who_was_asked_can_accept(place: Place) -> None:
    budi, siti, ayu = place.people("Budi", "Siti", "Ayu")
    asked = place.ask(budi, siti)
    for other in (budi, ayu):
        assert place.refused(contacts.accept, by=other, id=asked.id).code() == "request_not_found"
        assert place.refused(contacts.decline, by=other, id=asked.id).code() == "request_not_found"
    assert place.overview(siti).incoming == [asked]


def test_two_who_ask_each_other_are_contacts_at_once(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.ask(budi, siti, "Halo")
    accepted = place.ask(siti, budi, "Halo juga")
    assert isinstance(accepted, contacts.Accepted)
    assert place.relation(budi, siti) == place.relation(siti, budi) == "contact"
    assert place.heard == [contacts.Befriended(budi, siti, "Halo", accepted.conversation)]


def test_asking_a_contact_leads_to_the_conversation(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    conversation = place.befriend(budi, siti).conversation
    assert place.ask(siti, budi) == contacts.Accepted(conversation)
    assert len(place.heard) == 1


def test_asking_again_returns_the_open_request_unchanged(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    first = place.ask(budi, siti, "Halo")
    place.now += 1
    assert place.ask(budi, siti, "Halo?") == first
    assert place.overview(siti).incoming == [first]


def test_a_withdrawn_request_is_gone_for_both(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    asked = place.ask(budi, siti)
    assert place.refused(contacts.withdraw, by=siti, id=asked.id).code() == "request_not_found"
    place.write(contacts.withdraw, by=budi, id=asked.id)
    assert place.overview(budi).outgoing == place.overview(siti).incoming == []
    assert place.refused(contacts.accept, by=siti, id=asked.id).code() == "request_not_found"


def test_who_was_declined_sees_the_request_stay_open(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    asked = place.ask(budi, siti)
    place.told.clear()
    place.write(contacts.decline, by=siti, id=asked.id)
    assert place.overview(siti).incoming == []
    assert place.overview(budi).outgoing == [asked]
    assert place.relation(siti, budi) == "stranger"
    assert place.told == [(contacts.ContactsChanged(), siti)]


def test_after_being_declined_a_request_arrives_again_only_after_a_week(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    first = place.ask(budi, siti)
    place.write(contacts.decline, by=siti, id=first.id)
    for days, arrives in ((6, False), (1, True)):
        place.now += days * DAY
        (open_now,) = place.overview(budi).outgoing
        place.write(contacts.withdraw, by=budi, id=open_now.id)
        place.told.clear()
        again = place.ask(budi, siti, "Sekali lagi")
        assert place.overview(budi).outgoing == [again]
        assert place.overview(siti).incoming == ([again] if arrives else [])
        assert ((contacts.ContactsChanged(), siti) in place.told) is arrives


def test_who_declined_can_still_ask_back(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    asked = place.ask(budi, siti)
    place.write(contacts.decline, by=siti, id=asked.id)
    assert isinstance(place.ask(siti, budi), contacts.Accepted)
    assert place.relation(budi, siti) == "contact"


def test_the_number_of_requests_in_a_day_is_limited(place: Place) -> None:
    place.settings[contacts.Settings] = contacts.Settings(requests_per_day=2)
    budi, siti, ayu, joko = place.people("Budi", "Siti", "Ayu", "Pak Joko")
    first = place.ask(budi, siti)
    place.write(contacts.withdraw, by=budi, id=first.id)
    place.now += DAY // 2
    place.ask(budi, ayu)
    refusal = place.refused(contacts.request, by=budi, to=joko, greeting="", via="handle")
    assert isinstance(refusal, TooMany)
    assert refusal.details == {"retry_after_s": DAY // 2 // 1000}
    place.now += DAY // 2
    place.ask(budi, joko)
    assert len(place.overview(joko).incoming) == 1


def test_a_greeting_is_short_and_kept_as_it_was_written(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    long = "あ" * 101
    assert place.refused(contacts.request, by=budi, to=siti, greeting=long, via="handle").code() == "text_too_long"
    kept = place.ask(budi, siti, "<b>नमस्ते</b> \u202e🙏" + "x" * 80)
    assert place.overview(siti).incoming[0].greeting == kept.greeting == "<b>नमस्ते</b> \u202e🙏" + "x" * 80


def test_one_cannot_ask_oneself_or_nobody(place: Place) -> None:
    (budi,) = place.people("Budi")
    for to, code in ((budi, "not_yourself"), ("0" * 20, "person_not_found")):
        refusal = place.refused(contacts.request, by=budi, to=to, greeting="", via="handle")
        assert refusal.code() == code


def test_who_hides_the_handle_is_asked_by_code_only(place: Place) -> None:
    budi, siti, ayu = place.people("Budi", "Siti", "Ayu")
    place.write(accounts.change, by=siti, changes=accounts.Changes(find_by_handle=False))
    code = place.read(accounts.contact_code, by=siti)
    wrong = place.read(accounts.contact_code, by=ayu)
    assert place.refused(contacts.request, by=budi, to=siti, greeting="", via="handle").code() == "person_not_found"
    for bad in (wrong, None, ""):
        refusal = place.refused(contacts.request, by=budi, to=siti, greeting="", via="code", code=bad)
        assert refusal.code() == "person_not_found"
    asked = place.write(contacts.request, by=budi, to=siti, greeting="", via="code", code=code)
    assert place.overview(siti).incoming == [asked]


def test_a_domain_above_can_refuse_that_two_met_in_a_group(place: Place) -> None:
    def not_there(_tx: object, event: contacts.Asking) -> None:
        if event.via == "group":
            raise contacts.PersonNotFound

    budi, siti = place.people("Budi", "Siti")
    place.listen(contacts.Asking, not_there)
    refusal = place.refused(contacts.request, by=budi, to=siti, greeting="", via="group")
    assert refusal.code() == "person_not_found"
    assert place.overview(siti).incoming == place.overview(budi).outgoing == []


def test_an_invite_makes_contacts_without_a_request(place: Place) -> None:
    budi, siti = place.people("Budi", "Siti")
    place.ask(siti, budi, "lama")
    conversation = place.write(contacts.befriend, a=siti, b=budi, greeting="")
    assert place.heard == [contacts.Befriended(siti, budi, "", conversation)]
    assert place.write(contacts.befriend, a=budi, b=siti) == conversation
    assert len(place.heard) == 1
    assert place.overview(budi).incoming == []


@pytest.mark.parametrize("again", ["remove", "block"])
def test_a_pair_keeps_its_conversation_when_it_parts_and_meets_again(place: Place, again: str) -> None:
    budi, siti = place.people("Budi", "Siti")
    first = place.befriend(budi, siti).conversation
    if again == "remove":
        place.write(contacts.remove, by=budi, other=siti)
    else:
        place.write(contacts.block, by=budi, other=siti)
        place.write(contacts.unblock, by=budi, other=siti)
    assert place.befriend(siti, budi).conversation == first
