"""The public client of a warung: what bots, importers, tests and benches use. See docs/bots.md.

It stands alone: of warung's own code it imports only the kit, and knows the server by what goes over the wire.
"""

from warung.client.client import Client
from warung.client.errors import Ended, Refused, Unreachable
from warung.client.model import (
    Contact,
    Contacts,
    Conversation,
    Event,
    GroupLink,
    Import,
    Me,
    Member,
    Message,
    Page,
    Person,
    Profile,
    Request,
    Sent,
    Sync,
    Whole,
)
from warung.client.official import Happening, OfficialAccount, OfficialFollower
from warung.kit.webhook import NotSigned, verified

__all__ = [
    "Client",
    "Contact",
    "Contacts",
    "Conversation",
    "Ended",
    "Event",
    "GroupLink",
    "Happening",
    "Import",
    "Me",
    "Member",
    "Message",
    "NotSigned",
    "OfficialAccount",
    "OfficialFollower",
    "Page",
    "Person",
    "Profile",
    "Refused",
    "Request",
    "Sent",
    "Sync",
    "Unreachable",
    "Whole",
    "verified",
]
