"""Which devices may be woken, and how much their screens may tell: each decides for itself."""

from warung.kit.bus import SessionEnded
from warung.kit.db import Reader, Tx
from warung.kit.ids import Identity
from warung.push import sealing, store
from warung.push.model import Device, NotSubscribed, Reach, Show, Subscription


def subscribe(tx: Tx, *, by: Identity, subscription: Subscription) -> Reach:
    """Let this device be woken; what was known of it is replaced. Raises `BadSubscription`."""
    sealing.checked(subscription)
    keys = subscription.keys
    store.delete_endpoint(tx, subscription.endpoint, by.session)
    store.put_device(tx, Device(by.session, by.account, subscription.endpoint, keys.p256dh, keys.auth, subscription.show))
    return reach(tx, by=by)


def change(tx: Tx, *, by: Identity, show: Show) -> Reach:
    """Say how much this device's screen may tell. Raises `NotSubscribed`."""
    if not store.set_show(tx, by.session, show):
        raise NotSubscribed
    return reach(tx, by=by)


def unsubscribe(tx: Tx, *, by: Identity) -> None:
    """Let this device sleep."""
    store.delete_device(tx, by.session)


def reach(reader: Reader, *, by: Identity) -> Reach:
    """Return whether this device is woken. The server's key must have been made."""
    device = store.device(reader, by.session)
    key = sealing.public_key(store.private_key(reader) or "")
    return Reach(key, device.show, device.endpoint) if device else Reach(key, None, None)


def make_key(tx: Tx) -> str:
    """Return the server's private key, made once: with another one every device would have to subscribe again."""
    if (known := store.private_key(tx)) is not None:
        return known
    store.put_private_key(tx, sealing.new_key())
    return store.private_key(tx) or ""


def on_session_ended(tx: Tx, event: SessionEnded) -> None:
    """A device that is signed out hears nothing more."""
    store.delete_device(tx, event.session)
