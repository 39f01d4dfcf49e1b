"""The SQL of programs: where they are called, and how they answered. One function per statement."""

from typing import Any

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId
from warung.wechat.model import Program

_FIELDS = Program.__struct_fields__
_PROGRAM = ", ".join(_FIELDS)


def one(reader: Reader, official: AccountId) -> Program | None:
    """Return an account's program."""
    row = reader.one(f"SELECT {_PROGRAM} FROM wechat_program WHERE official = :official", {"official": official})
    return Program(*row) if row else None


def put(tx: Tx, program: Program) -> None:
    """Keep an account's program, or replace what is known of it."""
    places, anew = ", ".join(f":{field}" for field in _FIELDS), ", ".join(f"{field} = excluded.{field}" for field in _FIELDS[1:])
    sql = f"INSERT INTO wechat_program ({_PROGRAM}) VALUES ({places}) ON CONFLICT (official) DO UPDATE SET {anew}"
    tx.run(sql, {field: getattr(program, field) for field in _FIELDS})


def set_busy(tx: Tx, official: AccountId, until: int) -> bool:
    """Tell a program alone until a time; False while somebody else does."""
    sql = "UPDATE wechat_program SET busy_until = :until WHERE official = :official AND busy_until <= :now"
    return tx.run(sql, {"official": official, "until": until, "now": tx.now}) == 1


def set_told(tx: Tx, official: AccountId, **fields: Any) -> None:
    """Note how far a program was told, and how it went."""
    names = ", ".join(f"{name} = :{name}" for name in fields)
    tx.run(f"UPDATE wechat_program SET {names} WHERE official = :official", {"official": official, **fields})
