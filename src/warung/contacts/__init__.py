"""Contacts: people who accepted each other, and the requests, blocks and reports around that. There is no directory."""

from pathlib import Path

from warung import accounts
from warung.contacts.bonds import Notes, annotate, block, profile_changed, remove, unblock
from warung.contacts.codes import Code, my_code, reset_my_code
from warung.contacts.complaints import Complaint, attach, close_report, report, reports
from warung.contacts.model import (
    Accepted,
    Asking,
    Befriended,
    Blocked,
    Contact,
    ContactsChanged,
    NotAContact,
    Overview,
    Parted,
    Person,
    PersonBlocked,
    PersonNotFound,
    PersonUnblocked,
    Report,
    Reported,
    Request,
    Settings,
)
from warung.contacts.persons import (
    are_contacts,
    bonds_between,
    bonds_of,
    changed_at,
    conversation,
    conversations_of_contacts,
    count_look_up,
    look_up,
    may_write,
    overview,
    people,
    person,
    relation,
)
from warung.contacts.requests import accept, befriend, decline, request, withdraw
from warung.contacts.routes import ROUTES
from warung.kit.domain import Domain

DOMAIN = Domain(
    name="contacts",
    routes=ROUTES,
    events=[ContactsChanged],
    listeners=[(accounts.ProfileChanged, profile_changed)],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)

__all__ = [
    "DOMAIN",
    "Accepted",
    "Asking",
    "Befriended",
    "Blocked",
    "Code",
    "Complaint",
    "Contact",
    "ContactsChanged",
    "NotAContact",
    "Notes",
    "Overview",
    "Parted",
    "Person",
    "PersonBlocked",
    "PersonNotFound",
    "PersonUnblocked",
    "Report",
    "Reported",
    "Request",
    "Settings",
    "accept",
    "annotate",
    "are_contacts",
    "attach",
    "befriend",
    "block",
    "bonds_between",
    "bonds_of",
    "changed_at",
    "close_report",
    "conversation",
    "conversations_of_contacts",
    "count_look_up",
    "decline",
    "look_up",
    "may_write",
    "my_code",
    "overview",
    "people",
    "person",
    "relation",
    "remove",
    "report",
    "reports",
    "request",
    "reset_my_code",
    "unblock",
    "withdraw",
]
