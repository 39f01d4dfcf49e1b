"""The SQL of the desk: who sits there, whom they serve, what was said, notes and sentences."""

from collections.abc import Sequence
from typing import Any

import msgspec

from warung.kit.db import Reader, Row, Tx
from warung.kit.ids import AccountId
from warung.official.desk_model import Canned, DeskSession, Kf, Note, Record

KF = "official, kf, number, nick, account, avatar, online, takes, created_at"
SESSION = "id, openid, kf, opened_at, latest_at, closed_at"


def settings(reader: Reader, official: AccountId) -> bytes | None:
    """Return how a desk works."""
    row = reader.one("SELECT body FROM official_desk WHERE official = :official", {"official": official})
    return bytes(row[0]) if row else None


def put_settings(tx: Tx, official: AccountId, body: bytes) -> None:
    """Replace how a desk works."""
    sql = "INSERT INTO official_desk (official, body) VALUES (:official, :body) ON CONFLICT (official) DO UPDATE SET body = excluded.body"
    tx.run(sql, {"official": official, "body": body})


def _kf(row: Row) -> Kf:
    official, kf, number, nick, account, avatar, online, takes, created_at = row
    return Kf(official, kf, number, nick, account, avatar, bool(online), takes, created_at)


def kfs(reader: Reader, official: AccountId) -> list[Kf]:
    """Return who answers at a desk, in the order in which they came."""
    return [_kf(row) for row in reader.all(f"SELECT {KF} FROM official_kf WHERE official = :official ORDER BY number", _of(official))]


def kf(reader: Reader, official: AccountId, name: str) -> Kf | None:
    """Return one by their desk name."""
    row = reader.one(f"SELECT {KF} FROM official_kf WHERE official = :official AND kf = :kf", _of(official, kf=name))
    return _kf(row) if row else None


def kf_of(reader: Reader, official: AccountId, account: AccountId) -> Kf | None:
    """Return how a member of the staff is called at the desk."""
    row = reader.one(f"SELECT {KF} FROM official_kf WHERE official = :official AND account = :account", _of(official, account=account))
    return _kf(row) if row else None


def insert_kf(tx: Tx, kept: Kf) -> bool:
    """Keep somebody; False when there is somebody of this name."""
    sql = f"""INSERT INTO official_kf ({KF}) VALUES (:official, :kf, :number, :nick, :account, :avatar, :online, :takes, :created_at)
        ON CONFLICT (official, kf) DO NOTHING"""
    return tx.run(sql, msgspec.structs.asdict(kept) | {"online": int(kept.online)}) == 1


def change_kf(tx: Tx, official: AccountId, name: str, **fields: Any) -> None:
    """Set columns of somebody at a desk. The names come from our own code, never from a request."""
    sets = ", ".join(f"{field} = :{field}" for field in fields)
    tx.run(f"UPDATE official_kf SET {sets} WHERE official = :official AND kf = :kf", _of(official, kf=name, **fields))


def delete_kf(tx: Tx, official: AccountId, name: str) -> None:
    """Forget somebody; whom they served waits again."""
    tx.run("UPDATE official_session SET kf = NULL WHERE official = :official AND kf = :kf AND closed_at IS NULL", _of(official, kf=name))
    tx.run("DELETE FROM official_kf WHERE official = :official AND kf = :kf", _of(official, kf=name))


def load(reader: Reader, official: AccountId) -> dict[str, int]:
    """Return how many each one serves."""
    sql = "SELECT kf, count(*) FROM official_session WHERE official = :official AND closed_at IS NULL AND kf IS NOT NULL GROUP BY kf"
    return {kf: int(number) for kf, number in reader.all(sql, _of(official))}


def session(reader: Reader, official: AccountId, openid: str) -> DeskSession | None:
    """Return the open case of a follower."""
    sql = f"SELECT {SESSION} FROM official_session WHERE official = :official AND openid = :openid AND closed_at IS NULL"
    row = reader.one(sql, _of(official, openid=openid))
    return DeskSession(*row) if row else None


def sessions(reader: Reader, official: AccountId, limit: int) -> list[DeskSession]:
    """Return the open cases of a desk, who has waited longest first."""
    sql = f"SELECT {SESSION} FROM official_session WHERE official = :official AND closed_at IS NULL ORDER BY opened_at, id LIMIT :limit"
    return [DeskSession(*row) for row in reader.all(sql, _of(official, limit=limit))]


def insert_session(tx: Tx, official: AccountId, made: DeskSession) -> None:
    """Keep a new case."""
    sql = f"INSERT INTO official_session (official, {SESSION}) VALUES (:official, :id, :openid, :kf, :opened_at, :latest_at, :closed_at)"
    tx.run(sql, _of(official, **msgspec.structs.asdict(made)))


def assign(tx: Tx, id: str, kf: str | None) -> None:
    """Give a case to somebody, or back to those who wait."""
    tx.run("UPDATE official_session SET kf = :kf WHERE id = :id", {"id": id, "kf": kf})


def heard(tx: Tx, id: str) -> None:
    """Note that the follower said something."""
    tx.run("UPDATE official_session SET latest_at = :now WHERE id = :id", {"id": id, "now": tx.now})


def close_session(tx: Tx, id: str) -> None:
    """End a case."""
    tx.run("UPDATE official_session SET closed_at = :now WHERE id = :id", {"id": id, "now": tx.now})


def insert_record(tx: Tx, official: AccountId, *, openid: str, kf: str, sent: bool, entry: int, text: str) -> None:
    """Note what was said, under the next number."""
    sql = """INSERT INTO official_record (official, id, openid, kf, sent, entry, text, at)
        VALUES (:official, COALESCE((SELECT max(id) FROM official_record WHERE official = :official), 0) + 1, :openid, :kf, :sent, :entry,
            :text, :now)"""
    tx.run(sql, _of(official, openid=openid, kf=kf, sent=int(sent), entry=entry, text=text, now=tx.now))


def records(reader: Reader, official: AccountId, *, since: int, until: int, after: int, limit: int) -> list[Record]:
    """Return what was said in a period behind a record, in order."""
    sql = """SELECT id, openid, kf, sent, entry, text, at FROM official_record
        WHERE official = :official AND at >= :since AND at < :until AND id > :after ORDER BY id LIMIT :limit"""
    rows = reader.all(sql, _of(official, since=since, until=until, after=after, limit=limit))
    return [Record(id, openid, kf, bool(sent), entry, text, at) for id, openid, kf, sent, entry, text, at in rows]


def rewrite_record(tx: Tx, official: AccountId, openid: str, entry: int, text: str) -> None:
    """Replace what was said and then changed, or taken back."""
    sql = "UPDATE official_record SET text = :text WHERE official = :official AND openid = :openid AND entry = :entry"
    tx.run(sql, _of(official, openid=openid, entry=entry, text=text))


def notes(reader: Reader, official: AccountId, openid: str) -> list[Note]:
    """Return what the staff wrote about a follower, oldest first."""
    sql = "SELECT id, openid, written_by, text, at FROM official_note WHERE official = :official AND openid = :openid ORDER BY id"
    return [Note(*row) for row in reader.all(sql, _of(official, openid=openid))]


def insert_note(tx: Tx, official: AccountId, made: Note) -> None:
    """Keep a note."""
    sql = """INSERT INTO official_note (official, id, openid, written_by, text, at)
        VALUES (:official, :id, :openid, :written_by, :text, :at)"""
    tx.run(sql, _of(official, **msgspec.structs.asdict(made)))


def delete_note(tx: Tx, official: AccountId, id: str) -> bool:
    """Forget a note; False when there is none."""
    return tx.run("DELETE FROM official_note WHERE official = :official AND id = :id", _of(official, id=id)) == 1


def canned(reader: Reader, official: AccountId) -> list[Canned]:
    """Return the sentences of a desk."""
    sql = "SELECT id, title, text FROM official_canned WHERE official = :official ORDER BY id"
    return [Canned(*row) for row in reader.all(sql, _of(official))]


def replace_canned(tx: Tx, official: AccountId, sentences: Sequence[Canned]) -> None:
    """Replace the sentences of a desk."""
    tx.run("DELETE FROM official_canned WHERE official = :official", _of(official))
    sql = "INSERT INTO official_canned (official, id, title, text) VALUES (:official, :id, :title, :text)"
    tx.many(sql, [_of(official, **msgspec.structs.asdict(each)) for each in sentences])


def _of(official: AccountId, **more: Any) -> dict[str, Any]:
    return {"official": official, **more}
