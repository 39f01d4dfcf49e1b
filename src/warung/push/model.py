"""The nouns of push: a device that may be woken, what it is told, the jobs that tell it, and what is refused."""

from typing import Literal

import msgspec

from warung.kit.card import Preview
from warung.kit.clock import MINUTE
from warung.kit.errors import BadRequest, NotFound
from warung.kit.ids import AccountId, ConversationId, SessionId
from warung.kit.job import Job

Show = Literal["all", "sender", "nothing"]


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set for push."""

    contact: str = ""  # a mailto: or https: address for push services that have a question; "" gives them the server's own address
    late_ms: int = 10 * MINUTE  # older messages wake nobody
    keep_s: int = 86_400  # how long a push service keeps a message for a phone that is off


class Keys(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a browser gave: its public key and its secret, base64url without padding."""

    p256dh: str
    auth: str


class Subscription(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A browser's push subscription, and how much its screen may tell."""

    endpoint: str
    keys: Keys
    show: Show = "all"


class Device(msgspec.Struct, frozen=True):
    """A device that may be woken, as it is stored."""

    session: SessionId
    account: AccountId
    endpoint: str
    p256dh: str
    auth: str
    show: Show


class Reach(msgspec.Struct, frozen=True):
    """Whether this device is reached: the server's public key, and what is known of the device (nothing: it is not woken)."""

    key: str
    show: Show | None
    endpoint: str | None


class Tried(msgspec.Struct, frozen=True):
    """How a test went: the push service took it, could not be reached, or there is no device to wake."""

    outcome: Literal["sent", "unreachable", "no_device"]


class News(msgspec.Struct, frozen=True, omit_defaults=True, tag="message"):
    """What a device is told of a message. `text` is the words, `preview` a key of the client's messages for everything else."""

    conversation: ConversationId
    seq: int
    unread: int
    title: str | None = None
    sender: str | None = None
    text: str | None = None
    preview: Preview | None = None


class Cleared(msgspec.Struct, frozen=True, tag="read"):
    """What a device is told when a conversation was read elsewhere."""

    conversation: ConversationId
    unread: int


class Test(msgspec.Struct, frozen=True, tag="test"):
    """What a device is told when somebody tries whether it is reached."""

    id: str


class Push(Job, frozen=True, tag="push.push"):
    """Tell a device that a conversation has news up to `seq`."""

    session: SessionId
    conversation: ConversationId
    seq: int


class Clear(Job, frozen=True, tag="push.clear"):
    """Tell a device that a conversation was read elsewhere."""

    session: SessionId
    conversation: ConversationId


class BadSubscription(BadRequest):
    """This is not a push subscription that this server can use."""


class NotSubscribed(NotFound):
    """This device is not woken by messages."""
