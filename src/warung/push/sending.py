"""The way to a push service and what a device is told: composed at the last moment, so that what was read meanwhile wakes nobody."""

from functools import partial
from urllib.parse import urlsplit

import msgspec

from warung import chat, contacts
from warung.kit.clock import now
from warung.kit.db import Reader
from warung.kit.domain import Services
from warung.kit.errors import Refusal, Unavailable
from warung.kit.ids import ConversationId, SessionId, new_id
from warung.kit.outside import AddressNotAllowed, Limits, NoAnswer
from warung.kit.site import Site
from warung.push import devices, sealing, store
from warung.push.model import Clear, Cleared, Device, News, Push, Settings, Test, Tried

TEXT_CHARS = 300
PATIENCE = Limits(seconds=15.0, bytes=4_096, redirects=0)
GONE = (404, 410)


class PushRefused(Unavailable):
    """The push service did not take the message."""


async def push(services: Services, job: Push) -> None:
    """Tell a device of a conversation's news, if there is still something unread."""
    found = await services.db.read(partial(_news, session=job.session, conversation=job.conversation))
    if found is not None:
        device, message = found
        if await _send(services, device, message, topic=job.conversation, urgent=True):
            await services.db.write(lambda tx: store.note_shown(tx, job.session, job.conversation, message.seq))


async def clear(services: Services, job: Clear) -> None:
    """Take away what a device shows of a conversation."""

    def cleared(reader: Reader) -> tuple[Device, Cleared] | None:
        device = store.device(reader, job.session)
        return (device, Cleared(job.conversation, chat.unread(reader, by=device.account))) if device else None

    found = await services.db.read(cleared)
    if found is not None:
        await _send(services, *found, topic=job.conversation, urgent=False)
    await services.db.write(lambda tx: store.forget_shown(tx, job.session, job.conversation))


async def test(services: Services, session: SessionId) -> Tried:
    """Try whether a device is reached. That it arrived is for the device itself to say."""
    device = await services.db.read(lambda reader: store.device(reader, session))
    if device is None:
        return Tried("no_device")
    try:
        sent = await _send(services, device, Test(new_id(now())), topic="test", urgent=True)
    except (NoAnswer, AddressNotAllowed, PushRefused):
        return Tried("unreachable")
    return Tried("sent" if sent else "no_device")


async def _send(services: Services, device: Device, message: msgspec.Struct, *, topic: str, urgent: bool) -> bool:
    """Send; False when the device has gone, and then it is forgotten. Raises when the service does not take it now."""
    private = await services.db.write(devices.make_key)
    settings = services.settings(Settings)
    said = sealing.headers(
        private,
        device.endpoint,
        contact=settings.contact or _contact(services.site),
        now=now(),
        keep_s=settings.keep_s,
        topic=topic,
        urgent=urgent,
    )
    answer = await services.outside.fetch(
        device.endpoint, method="POST", headers=said, body=sealing.sealed(device, message), limits=PATIENCE
    )
    if answer.status in GONE:
        await services.db.write(lambda tx: store.delete_device(tx, device.session))
        return False
    if not 200 <= answer.status < 300:
        raise PushRefused(status=answer.status)
    return True


def _contact(site: Site) -> str:
    """Return whom push services may ask: the site itself, or its operator where it has no public address."""
    return site.url if site.https else f"mailto:operator@{urlsplit(site.url).hostname}"


def _news(reader: Reader, *, session: SessionId, conversation: ConversationId) -> tuple[Device, News] | None:
    device = store.device(reader, session)
    if device is None:
        return None
    by = device.account
    try:
        seen = chat.conversation(reader, by=by, id=conversation)
    except Refusal:
        return None  # not theirs any more
    if seen.last is None or not seen.unread:
        return None
    return device, _told(reader, device, seen, seen.last)


def _told(reader: Reader, device: Device, seen: chat.Conversation, last: chat.Message) -> News:
    by = device.account
    unread = chat.unread(reader, by=by)
    if device.show == "nothing":
        return News(seen.id, last.seq, unread)
    sender = contacts.people(reader, by, [last.sender]).get(last.sender) if last.sender else None
    name = (sender.remark or sender.name) if sender else None
    title = seen.name or name
    if device.show == "sender":
        return News(seen.id, last.seq, unread, title=title, sender=name)
    card = reader.cards.decode(last.card)
    text = card.text()[:TEXT_CHARS] if isinstance(card, chat.Text) else None
    return News(seen.id, last.seq, unread, title=title, sender=name, text=text, preview=None if text else card.preview())
