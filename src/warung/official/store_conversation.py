"""The SQL of answers and menus."""

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId


class KeptMenu(msgspec.Struct, frozen=True):
    """A menu's row; the default menu has no rule."""

    id: int
    rule: bytes | None
    body: bytes


def replies(reader: Reader, official: AccountId) -> bytes | None:
    """Return what an account answers by itself."""
    row = reader.one("SELECT body FROM official_replies WHERE official = :official", {"official": official})
    return bytes(row[0]) if row else None


def put_replies(tx: Tx, official: AccountId, body: bytes) -> None:
    """Replace what an account answers by itself."""
    sql = """INSERT INTO official_replies (official, body) VALUES (:official, :body)
        ON CONFLICT (official) DO UPDATE SET body = excluded.body"""
    tx.run(sql, {"official": official, "body": body})


def menus(reader: Reader, official: AccountId) -> list[KeptMenu]:
    """Return the menus of an account, the newest first."""
    sql = "SELECT id, rule, body FROM official_menu WHERE official = :official ORDER BY id DESC"
    return [KeptMenu(id, None if rule is None else bytes(rule), bytes(body)) for id, rule, body in reader.all(sql, {"official": official})]


def insert_menu(tx: Tx, official: AccountId, menu: KeptMenu) -> None:
    """Keep a menu."""
    sql = "INSERT INTO official_menu (official, id, rule, body) VALUES (:official, :id, :rule, :body)"
    tx.run(sql, {"official": official, **msgspec.structs.asdict(menu)})


def delete_menu(tx: Tx, official: AccountId, id: int) -> None:
    """Forget a menu."""
    tx.run("DELETE FROM official_menu WHERE official = :official AND id = :id", {"official": official, "id": id})


def delete_menus(tx: Tx, official: AccountId) -> None:
    """Forget all menus."""
    tx.run("DELETE FROM official_menu WHERE official = :official", {"official": official})
