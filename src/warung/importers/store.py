"""The SQL of uploads, of what was imported, and of claims."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.importers.uploads import Claimed, Found, Hints, Upload
from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId, ConversationId

_UPLOAD = "id, account, name, time_zone, date_order, chat, titles, report, people, state, done, total, conversation, failure, created_at"
_CLAIM = "id, conversation, name, importer, account, state, at"


def _upload(row: Row) -> Upload:
    id, account, name, time_zone, date_order, chat, titles, report, people, state, done, total, conversation, failure, created_at = row
    found = msgspec.json.decode(f'{{"titles":{titles},"report":{report}}}', type=Found)
    return Upload(
        id=id,
        account=account,
        hints=Hints(name=name, time_zone=time_zone, date_order=date_order, chat=chat),
        found=found,
        people=msgspec.json.decode(people, type=dict[str, AccountId]),
        state=state,
        done=done,
        total=total,
        conversation=conversation,
        failure=failure,
        created_at=created_at,
    )


def keep(tx: Tx, upload: Upload) -> None:
    """Insert an upload, or replace what was read of it before."""
    fields = [name.strip() for name in _UPLOAD.split(",")]
    tx.run(
        f"INSERT INTO import_upload ({_UPLOAD}) VALUES ({', '.join(f':{name}' for name in fields)})"
        f" ON CONFLICT (id) DO UPDATE SET {', '.join(f'{name} = excluded.{name}' for name in fields[2:-1])}",
        msgspec.structs.asdict(upload)
        | msgspec.structs.asdict(upload.hints)
        | {
            "titles": msgspec.json.encode(upload.found.titles).decode(),
            "report": msgspec.json.encode(upload.found.report).decode(),
            "people": msgspec.json.encode(upload.people).decode(),
        },
    )


def change(tx: Tx, id: str, **fields: Any) -> None:
    """Set columns of an upload. The names come from our own code, never from a request."""
    sets = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE import_upload SET {sets} WHERE id = :id", fields | {"id": id})


def upload(reader: Reader, id: str) -> Upload | None:
    """Return an upload."""
    row = reader.one(f"SELECT {_UPLOAD} FROM import_upload WHERE id = :id", {"id": id})
    return _upload(row) if row else None


def uploads(reader: Reader, account: AccountId) -> list[Upload]:
    """Return an account's uploads, newest first."""
    sql = f"SELECT {_UPLOAD} FROM import_upload WHERE account = :account ORDER BY created_at DESC, id DESC LIMIT 100"
    return [_upload(row) for row in reader.all(sql, {"account": account})]


def waiting(reader: Reader, account: AccountId) -> int:
    """Count an account's uploads that were not imported."""
    sql = "SELECT count(*) FROM import_upload WHERE account = :account AND state <> 'done'"
    row = reader.one(sql, {"account": account})
    return int(row[0]) if row else 0


def is_running(reader: Reader, account: AccountId) -> bool:
    """Is one of an account's imports running?"""
    sql = "SELECT 1 FROM import_upload WHERE account = :account AND state = 'running' LIMIT 1"
    return reader.one(sql, {"account": account}) is not None


def states(reader: Reader) -> list[tuple[str, str, int]]:
    """Return id, state and time of every upload that may still have a file."""
    return [(id, state, at) for id, state, at in reader.all("SELECT id, state, created_at FROM import_upload")]


def take_up(tx: Tx, *, now: int, before: int) -> list[str]:
    """Take over what runs and was not heard of since `before`; return the ids."""
    sql = "UPDATE import_upload SET beat_at = :now WHERE state = 'running' AND beat_at <= :before RETURNING id"
    return [id for (id,) in tx.all(sql, {"now": now, "before": before})]


def beat(tx: Tx, ids: Sequence[str], at: int) -> None:
    """Note when running imports were last heard of."""
    tx.run("UPDATE import_upload SET beat_at = :at WHERE state = 'running' AND id IN :ids", {"at": at, "ids": list(ids)})


def drop(tx: Tx, id: str) -> None:
    """Delete an upload's row; what was imported stays."""
    tx.run("DELETE FROM import_upload WHERE id = :id", {"id": id})


def insert_chat(tx: Tx, conversation: ConversationId, account: AccountId, title: str) -> None:
    """Note whose history a conversation is."""
    tx.run(
        "INSERT INTO import_chat (conversation, account, title) VALUES (:conversation, :account, :title)",
        {"conversation": conversation, "account": account, "title": title},
    )


def sharing(reader: Reader, account: AccountId, keys: Sequence[str]) -> list[tuple[ConversationId, int]]:
    """Return an account's imported conversations that hold some of these entries, and how many; the most first."""
    rows = reader.all(
        "SELECT c.conversation, count(*) FROM import_chat c JOIN import_entry e ON e.conversation = c.conversation"
        " WHERE c.account = :account AND e.key IN :keys GROUP BY c.conversation ORDER BY count(*) DESC, c.conversation",
        {"account": account, "keys": list(keys)},
    )
    return [(conversation, int(count)) for conversation, count in rows]


def places(reader: Reader, conversation: ConversationId, keys: Sequence[str]) -> dict[str, int]:
    """Return where those of the entries stand that were imported already."""
    sql = "SELECT key, seq FROM import_entry WHERE conversation = :conversation AND key IN :keys"
    return dict(reader.all(sql, {"conversation": conversation, "keys": list(keys)})) if keys else {}


def insert_entries(tx: Tx, conversation: ConversationId, places: dict[str, int]) -> None:
    """Note where entries stand."""
    tx.many(
        "INSERT INTO import_entry (conversation, key, seq) VALUES (:conversation, :key, :seq)",
        [{"conversation": conversation, "key": key, "seq": seq} for key, seq in places.items()],
    )


def claim(tx: Tx, claimed: Claimed) -> bool:
    """Ask an account about a name. False when it confirmed or refused that before, or another one confirmed it."""
    sql = (
        f"INSERT INTO import_claim ({_CLAIM}) VALUES (:id, :conversation, :name, :importer, :account, :state, :at)"
        " ON CONFLICT (conversation, name) DO UPDATE SET id = excluded.id, account = excluded.account, state = excluded.state,"
        " at = excluded.at WHERE import_claim.state <> 'confirmed' AND import_claim.account <> excluded.account"
    )
    return tx.run(sql, msgspec.structs.asdict(claimed)) == 1


def set_claim(tx: Tx, id: str, state: str) -> None:
    """Write down an answer."""
    tx.run("UPDATE import_claim SET state = :state WHERE id = :id", {"id": id, "state": state})


def claim_with(reader: Reader, id: str) -> Claimed | None:
    """Return a claim."""
    row = reader.one(f"SELECT {_CLAIM} FROM import_claim WHERE id = :id", {"id": id})
    return Claimed(*row) if row else None


def open_claims(reader: Reader, account: AccountId) -> list[tuple[Claimed, str]]:
    """Return what an account is asked, oldest first, with the titles of the histories."""
    columns = ", ".join(f"q.{name.strip()}" for name in _CLAIM.split(","))
    rows = reader.all(
        f"SELECT {columns}, c.title FROM import_claim q JOIN import_chat c ON c.conversation = q.conversation"
        " WHERE q.account = :account AND q.state = 'asked' ORDER BY q.at, q.id LIMIT 200",
        {"account": account},
    )
    return [(Claimed(*row[:-1]), row[-1]) for row in rows]


def confirmed(reader: Reader, conversation: ConversationId) -> dict[str, AccountId]:
    """Return who the names of a conversation are, as far as they said so."""
    sql = "SELECT name, account FROM import_claim WHERE conversation = :conversation AND state = 'confirmed'"
    return dict(reader.all(sql, {"conversation": conversation}))
