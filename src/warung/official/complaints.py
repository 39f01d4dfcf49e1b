"""Complaints about an account: they go to the operator, with its page and what it said to whoever complains."""

import msgspec

from warung import chat, contacts
from warung.kit.db import Tx
from warung.official import consent, registry, store_follows
from warung.official.model import Face, OfficialNotFound

CONTEXT = 20  # entries of the conversation that the operator may read


class OfficialEvidence(msgspec.Struct, frozen=True):
    """A reported account as it was, whether the reporter follows it, and the end of their conversation."""

    official: Face
    owner: str
    following: bool
    messages: list[chat.Message]


def on_reported(tx: Tx, event: contacts.Reported) -> None:
    """Attach what a reported account shows, and what it said; nothing for one that is not there, so that the report is refused."""
    if event.about != "official":
        return
    try:
        seen = registry.official(tx, event.subject or "")
    except OfficialNotFound:
        return
    known = store_follows.of_account(tx, seen.id, event.by)
    messages: list[chat.Message] = []
    if known is not None and known.conversation is not None:
        around = event.seq
        page = chat.history(tx, by=event.by, id=known.conversation, before=None, after=None, around=around, limit=CONTEXT)
        messages = page.messages
    follows = known is not None and known.follows
    evidence = OfficialEvidence(consent.face(seen), seen.owner, follows, messages)
    contacts.attach(tx, report=event.report, evidence=msgspec.json.encode(evidence), account=seen.id)
