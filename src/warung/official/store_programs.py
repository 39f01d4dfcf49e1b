"""The SQL of programs and of where they are told what happens."""

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.official.programs_model import Hook, Program

PROGRAM = "id, official, name, created_at"
HOOK = "id, official, url, secret, former, former_until, sent_seq, failures, failing_since, created_at, busy_until"


def insert_program(tx: Tx, made: Program, token: str, by: AccountId) -> None:
    """Keep a program with the digest of its token."""
    sql = """INSERT INTO official_program (id, official, name, token, made_by, created_at)
        VALUES (:id, :official, :name, :token, :by, :created_at)"""
    tx.run(sql, msgspec.structs.asdict(made) | {"token": token, "by": by})


def programs(reader: Reader, official: AccountId) -> list[Program]:
    """Return the programs of an account."""
    sql = f"SELECT {PROGRAM} FROM official_program WHERE official = :official ORDER BY id"
    return [Program(*row) for row in reader.all(sql, {"official": official})]


def program_by(reader: Reader, token: str) -> Program | None:
    """Return the program of this token's digest, if its account is open."""
    sql = f"""SELECT {", ".join("p." + name.strip() for name in PROGRAM.split(","))} FROM official_program p
        JOIN official_account a ON a.id = p.official WHERE p.token = :token AND a.closed_at IS NULL"""
    row = reader.one(sql, {"token": token})
    return Program(*row) if row else None


def delete_program(tx: Tx, official: AccountId, id: str) -> bool:
    """Forget a program; False when there is none."""
    return tx.run("DELETE FROM official_program WHERE official = :official AND id = :id", {"official": official, "id": id}) == 1


def insert_hook(tx: Tx, hook: Hook) -> None:
    """Keep a hook."""
    sql = f"""INSERT INTO official_hook ({HOOK}) VALUES (:id, :official, :url, :secret, :former, :former_until, :sent_seq,
        :failures, :failing_since, :created_at, :busy_until)"""
    tx.run(sql, msgspec.structs.asdict(hook))


def hooks(reader: Reader, official: AccountId) -> list[Hook]:
    """Return the hooks of an account."""
    sql = f"SELECT {HOOK} FROM official_hook WHERE official = :official ORDER BY id"
    return [Hook(*row) for row in reader.all(sql, {"official": official})]


def hook(reader: Reader, id: str) -> Hook | None:
    """Return a hook."""
    row = reader.one(f"SELECT {HOOK} FROM official_hook WHERE id = :id", {"id": id})
    return Hook(*row) if row else None


def delete_hook(tx: Tx, id: str) -> None:
    """Forget a hook."""
    tx.run("DELETE FROM official_hook WHERE id = :id", {"id": id})


def rotate_hook(tx: Tx, id: str, secret: str, former_until: int) -> None:
    """Give a hook a new secret; the former one signs too for a while."""
    sql = "UPDATE official_hook SET former = secret, former_until = :until, secret = :secret WHERE id = :id"
    tx.run(sql, {"id": id, "secret": secret, "until": former_until})


def claim_hook(tx: Tx, id: str, until: int) -> bool:
    """Hold a hook until a time; False when somebody holds it, or it is gone."""
    sql = "UPDATE official_hook SET busy_until = :until WHERE id = :id AND busy_until < :now"
    return tx.run(sql, {"id": id, "until": until, "now": tx.now}) == 1


def let_hook_go(tx: Tx, id: str) -> None:
    """Hold a hook no longer."""
    tx.run("UPDATE official_hook SET busy_until = 0 WHERE id = :id", {"id": id})


def hold_hook(tx: Tx, id: str, until: int) -> None:
    """Hold a hook of one's own longer."""
    tx.run("UPDATE official_hook SET busy_until = :until WHERE id = :id", {"id": id, "until": until})


def told(tx: Tx, id: str, start: int, seq: int) -> None:
    """Note that a hook was told from one number to another, unless it was moved meanwhile; it works."""
    sql = "UPDATE official_hook SET sent_seq = :seq, failures = 0, failing_since = NULL WHERE id = :id AND sent_seq = :start"
    tx.run(sql, {"id": id, "start": start, "seq": seq})


def failed(tx: Tx, id: str) -> None:
    """Count a failure."""
    sql = """UPDATE official_hook SET failures = failures + 1, failing_since = COALESCE(failing_since, :now), busy_until = 0
        WHERE id = :id"""
    tx.run(sql, {"id": id, "now": tx.now})


def move_hook(tx: Tx, id: str, seq: int) -> None:
    """Let a hook be told again from a number on."""
    tx.run("UPDATE official_hook SET sent_seq = :seq, failures = 0, failing_since = NULL WHERE id = :id", {"id": id, "seq": seq})
