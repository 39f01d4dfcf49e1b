"""Who registers a mini-app, and what it is called."""

import hmac
import secrets

from warung import official as accounts_of
from warung.apps import store
from warung.apps.model import App, AppName, AppRegistered, NoSuchApp, NotYourOfficial, Settings, TooManyApps
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, digest, new_id
from warung.kit.text import bounded

NAME = 40  # characters


def register(tx: Tx, *, by: AccountId, name: str, official: AccountId | None = None) -> AppRegistered:
    """Register a mini-app; the secret is shown now and never again. Raises `TooManyApps`, `NotYourOfficial`."""
    most = tx.settings(Settings).apps_each
    if len(store.apps_of(tx, by)) >= most:
        raise TooManyApps(limit=most)
    _owns(tx, by, official)
    made = App(new_id(tx.now), "wx" + secrets.token_hex(8), by, _name(name), official, tx.now, None)
    secret = secrets.token_hex(16)
    store.insert_app(tx, made, digest(secret))
    accounts_of.keep_owner(tx, owner=by)
    return AppRegistered(made, secret)


def change(tx: Tx, *, by: AccountId, app: str, name: str | None = None, official: AccountId | None = None) -> App:
    """Call one's app differently, or let it belong to an official account; what is not given stays."""
    kept = own(tx, by=by, app=app)
    _owns(tx, by, official)
    store.change_app(tx, app, kept.name if name is None else _name(name), official or kept.official)
    return own(tx, by=by, app=app)


def reset_secret(tx: Tx, *, by: AccountId, app: str) -> AppRegistered:
    """Give one's app a new secret; the former one is worth nothing from now on."""
    kept = own(tx, by=by, app=app)
    secret = secrets.token_hex(16)
    store.set_secret(tx, app, digest(secret))
    return AppRegistered(kept, secret)


def close(tx: Tx, *, by: AccountId, app: str) -> None:
    """Close one's app: nobody can sign in to it, and its programs are refused."""
    own(tx, by=by, app=app)
    store.close_app(tx, app)


def mine(reader: Reader, *, by: AccountId) -> list[App]:
    """Return one's own apps."""
    return store.apps_of(reader, by)


def own(reader: Reader, *, by: AccountId, app: str) -> App:
    """Return one's own app. Raises `NoSuchApp`, for another's too."""
    found = store.app(reader, app)
    if found is None or found.owner != by:
        raise NoSuchApp
    return found


def by_appid(reader: Reader, appid: str) -> App | None:
    """Return the open app of this public name."""
    return store.app_called(reader, appid)


def secret_is(reader: Reader, app: str, secret: str) -> bool:
    """Say whether this is an app's secret."""
    kept = store.secret(reader, app)
    return kept is not None and hmac.compare_digest(kept, digest(secret))


def _name(name: str) -> str:
    if not name.strip() or len(name) > NAME:
        raise AppName(limit=NAME)
    return bounded(name.strip(), limit=NAME)


def on_owner_changed(tx: Tx, event: accounts_of.OwnerChanged) -> None:
    """Let apps stay with who registered them when the account that they belong to is somebody else's."""
    store.untie(tx, event.official, event.owner)


def _owns(reader: Reader, by: AccountId, account: AccountId | None) -> None:
    if account is not None and account not in [each.id for each in accounts_of.mine(reader, by=by) if each.owner == by]:
        raise NotYourOfficial
