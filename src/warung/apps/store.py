"""The SQL of apps. One function per statement."""

from collections.abc import Sequence
from typing import Any

from warung.apps.model import App, Kept, Shelf, User
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId

_APP = "id, appid, owner, name, official, created_at, closed_at"
_USER = "app, account, openid, session_key, signed_in_at"


def insert_app(tx: Tx, app: App, secret: str) -> None:
    """Keep a new app."""
    row = {field: getattr(app, field) for field in App.__struct_fields__} | {"secret": secret}
    tx.run(
        f"INSERT INTO app ({_APP}, secret) VALUES (:id, :appid, :owner, :name, :official, :created_at, :closed_at, :secret)",
        row,
    )


def app(reader: Reader, id: str) -> App | None:
    """Return an app by its id."""
    row = reader.one(f"SELECT {_APP} FROM app WHERE id = :id AND closed_at IS NULL", {"id": id})
    return App(*row) if row else None


def app_called(reader: Reader, appid: str) -> App | None:
    """Return an app by its public name."""
    row = reader.one(f"SELECT {_APP} FROM app WHERE appid = :appid AND closed_at IS NULL", {"appid": appid})
    return App(*row) if row else None


def apps_of(reader: Reader, owner: AccountId) -> list[App]:
    """Return somebody's apps, the oldest first."""
    sql = f"SELECT {_APP} FROM app WHERE owner = :owner AND closed_at IS NULL ORDER BY created_at, id"
    return [App(*row) for row in reader.all(sql, {"owner": owner})]


def secret(reader: Reader, id: str) -> str | None:
    """Return the digest of an app's secret."""
    row = reader.one("SELECT secret FROM app WHERE id = :id AND closed_at IS NULL", {"id": id})
    return row[0] if row else None


def set_secret(tx: Tx, id: str, secret: str) -> None:
    """Replace the digest of an app's secret."""
    tx.run("UPDATE app SET secret = :secret WHERE id = :id", {"id": id, "secret": secret})


def change_app(tx: Tx, id: str, name: str, official: AccountId | None) -> None:
    """Change what an app is called and where it belongs."""
    tx.run("UPDATE app SET name = :name, official = :official WHERE id = :id", {"id": id, "name": name, "official": official})


def untie(tx: Tx, official: AccountId, owner: AccountId) -> None:
    """Let the apps of everybody but its owner belong to an account no more."""
    tx.run("UPDATE app SET official = NULL WHERE official = :official AND owner <> :owner", {"official": official, "owner": owner})


def close_app(tx: Tx, id: str) -> None:
    """Close an app."""
    tx.run("UPDATE app SET closed_at = :now WHERE id = :id", {"id": id, "now": tx.now})


def insert_user(tx: Tx, user: User) -> None:
    """Keep somebody's first visit; one that is there stays."""
    tx.run(
        f"INSERT INTO app_user ({_USER}) VALUES (:app, :account, :openid, :session_key, :signed_in_at)"
        " ON CONFLICT (app, account) DO NOTHING",
        {field: getattr(user, field) for field in User.__struct_fields__},
    )


def user(reader: Reader, app: str, openid: str) -> User | None:
    """Return who an openid is."""
    row = reader.one(f"SELECT {_USER} FROM app_user WHERE app = :app AND openid = :openid", {"app": app, "openid": openid})
    return User(*row) if row else None


def user_of(reader: Reader, app: str, account: AccountId) -> User | None:
    """Return somebody as the app knows them."""
    row = reader.one(f"SELECT {_USER} FROM app_user WHERE app = :app AND account = :account", {"app": app, "account": account})
    return User(*row) if row else None


def set_session(tx: Tx, app: str, account: AccountId, key: str) -> None:
    """Give somebody a session key for an app."""
    sql = "UPDATE app_user SET session_key = :key, signed_in_at = :now WHERE app = :app AND account = :account"
    tx.run(sql, {"app": app, "account": account, "key": key, "now": tx.now})


def insert_code(tx: Tx, code: str, kept: Kept) -> None:
    """Keep the digest of a code."""
    row: dict[str, Any] = {field: getattr(kept, field) for field in Kept.__struct_fields__} | {"code": code}
    tx.run(
        "INSERT INTO app_code (code, app, account, kind, phone, expires_at, used_at)"
        " VALUES (:code, :app, :account, :kind, :phone, :expires_at, :used_at)",
        row,
    )


def code(reader: Reader, code: str) -> Kept | None:
    """Return a code by its digest."""
    sql = "SELECT app, account, kind, phone, expires_at, used_at FROM app_code WHERE code = :code"
    row = reader.one(sql, {"code": code})
    return Kept(*row) if row else None


def use_code(tx: Tx, code: str) -> bool:
    """Use a code up; False when it was used before."""
    return tx.run("UPDATE app_code SET used_at = :now WHERE code = :code AND used_at IS NULL", {"code": code, "now": tx.now}) == 1


def delete_codes(tx: Tx, until: int) -> None:
    """Forget the codes that nobody will ask for any more."""
    tx.run("DELETE FROM app_code WHERE expires_at < :until", {"until": until})


def stored(reader: Reader, app: str, account: AccountId, shelf: Shelf) -> dict[str, str]:
    """Return what an app keeps for somebody."""
    sql = "SELECT name, value FROM app_stored WHERE app = :app AND account = :account AND shelf = :shelf ORDER BY name"
    return dict(reader.all(sql, {"app": app, "account": account, "shelf": shelf}))


def put_stored(tx: Tx, app: str, account: AccountId, shelf: Shelf, values: Sequence[tuple[str, str]]) -> None:
    """Keep values for somebody, replacing those of the same names."""
    tx.many(
        "INSERT INTO app_stored (app, account, shelf, name, value, changed_at) VALUES (:app, :account, :shelf, :name, :value, :now)"
        " ON CONFLICT (app, account, shelf, name) DO UPDATE SET value = excluded.value, changed_at = excluded.changed_at",
        [{"app": app, "account": account, "shelf": shelf, "name": name, "value": value, "now": tx.now} for name, value in values],
    )


def delete_stored(tx: Tx, app: str, account: AccountId, shelf: Shelf, names: Sequence[str]) -> None:
    """Keep some values no longer."""
    sql = "DELETE FROM app_stored WHERE app = :app AND account = :account AND shelf = :shelf AND name IN :names"
    tx.run(sql, {"app": app, "account": account, "shelf": shelf, "names": names})
