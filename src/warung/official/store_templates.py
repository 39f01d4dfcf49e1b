"""The SQL of templates, consents and notifications."""

from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId
from warung.official.model_templates import Consent, Industry, Template

TEMPLATE = "id, official, kind, short, title, content, example, created_at"
CONSENT = "account, official, template, scene, accepted, remaining, changed_at"


def _consent(row: Row) -> Consent:
    account, official, template, scene, accepted, *rest = row
    return Consent(account, official, template, scene, bool(accepted), *rest)


def insert(tx: Tx, template: Template) -> None:
    """Keep a template."""
    sql = f"""INSERT INTO official_template ({TEMPLATE})
        VALUES (:id, :official, :kind, :short, :title, :content, :example, :created_at)"""
    tx.run(sql, msgspec.structs.asdict(template))


def one(reader: Reader, id: str) -> Template | None:
    """Return a template."""
    row = reader.one(f"SELECT {TEMPLATE} FROM official_template WHERE id = :id", {"id": id})
    return Template(*row) if row else None


def all_of(reader: Reader, official: AccountId) -> list[Template]:
    """Return an account's templates, oldest first."""
    sql = f"SELECT {TEMPLATE} FROM official_template WHERE official = :official ORDER BY created_at, id"
    return [Template(*row) for row in reader.all(sql, {"official": official})]


def delete(tx: Tx, id: str) -> None:
    """Forget a template and what was said to it."""
    tx.run("DELETE FROM official_consent WHERE template = :id", {"id": id})
    tx.run("DELETE FROM official_template WHERE id = :id", {"id": id})


def industry(reader: Reader, official: AccountId) -> Industry | None:
    """Return what an account works in."""
    row = reader.one("SELECT first, second, changed_at FROM official_industry WHERE official = :official", {"official": official})
    return Industry(*row) if row else None


def set_industry(tx: Tx, official: AccountId, first: int, second: int) -> None:
    """Keep what an account works in."""
    sql = """INSERT INTO official_industry (official, first, second, changed_at) VALUES (:official, :first, :second, :now)
        ON CONFLICT (official) DO UPDATE SET first = :first, second = :second, changed_at = :now"""
    tx.run(sql, {"official": official, "first": first, "second": second, "now": tx.now})


def consent(reader: Reader, account: AccountId, template: str, scene: int) -> Consent | None:
    """Return what somebody said to a template."""
    sql = f"SELECT {CONSENT} FROM official_consent WHERE account = :account AND template = :template AND scene = :scene"
    row = reader.one(sql, {"account": account, "template": template, "scene": scene})
    return _consent(row) if row else None


def consents(reader: Reader, account: AccountId) -> list[Consent]:
    """Return everything somebody said to templates, the latest first."""
    sql = f"SELECT {CONSENT} FROM official_consent WHERE account = :account ORDER BY changed_at DESC, template, scene"
    return [_consent(row) for row in reader.all(sql, {"account": account})]


def keep_consent(tx: Tx, row: dict[str, Any]) -> None:
    """Keep what somebody says to a template."""
    sql = f"""INSERT INTO official_consent ({CONSENT}) VALUES (:account, :official, :template, :scene, :accepted, :remaining, :now)
        ON CONFLICT (account, template, scene) DO UPDATE SET accepted = :accepted, remaining = :remaining, changed_at = :now"""
    tx.run(sql, row | {"now": tx.now})


def refuse_all(tx: Tx, account: AccountId, official: AccountId) -> None:
    """Take every consent back that somebody gave an account."""
    sql = """UPDATE official_consent SET accepted = 0, remaining = NULL, changed_at = :now
        WHERE account = :account AND official = :official AND accepted = 1"""
    tx.run(sql, {"account": account, "official": official, "now": tx.now})


def spend(tx: Tx, account: AccountId, template: str, scene: int) -> bool:
    """Use one message of a consent; False when there is none. One statement decides."""
    sql = """UPDATE official_consent SET remaining = remaining - 1
        WHERE account = :account AND template = :template AND scene = :scene AND accepted = 1 AND (remaining IS NULL OR remaining > 0)"""
    return tx.run(sql, {"account": account, "template": template, "scene": scene}) == 1


def insert_notification(tx: Tx, row: dict[str, Any]) -> None:
    """Note that a notification was sent."""
    sql = """INSERT INTO official_notification (number, official, template, openid, client_id, at)
        VALUES (:number, :official, :template, :openid, :client_id, :at)"""
    tx.run(sql, row)


def of_client(reader: Reader, official: AccountId, client_id: str) -> int | None:
    """Return the number of the notification that a program named so."""
    sql = "SELECT number FROM official_notification WHERE official = :official AND client_id = :client_id"
    row = reader.one(sql, {"official": official, "client_id": client_id})
    return int(row[0]) if row else None


def count_consents(reader: Reader, template: str) -> int:
    """Return how many agreed to a template and did not take it back."""
    sql = """SELECT COUNT(DISTINCT account) FROM official_consent
        WHERE template = :template AND accepted = 1 AND (remaining IS NULL OR remaining > 0)"""
    row = reader.one(sql, {"template": template})
    return int(row[0]) if row else 0
