"""Programs of an account: each has a token, shown once, by which it does what the account may do."""

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, digest, new_id, secret
from warung.kit.text import bounded
from warung.official import registry, store_programs
from warung.official.programs_model import NewProgram, NoSuchProgram, NotAProgram, Program, TooManyPrograms

PREFIX = "wop_"
PROGRAMS = 20
NAME_CHARS = 60


def add_program(tx: Tx, *, by: AccountId, official: AccountId, name: str) -> NewProgram:
    """Let a program do what the account may do. Raises `TooManyPrograms`."""
    kept = registry.worked_with(tx, by, official, registry.OWNER)
    bounded(name, limit=NAME_CHARS, empty=False)
    if len(store_programs.programs(tx, kept.id)) >= PROGRAMS:
        raise TooManyPrograms(limit=PROGRAMS)
    made = Program(new_id(tx.now), kept.id, name, tx.now)
    token = PREFIX + secret()
    store_programs.insert_program(tx, made, digest(token), by)
    return NewProgram(made, token)


def programs(reader: Reader, *, by: AccountId, official: AccountId) -> list[Program]:
    """Return the programs of an account."""
    return store_programs.programs(reader, registry.worked_with(reader, by, official, registry.OWNER).id)


def remove_program(tx: Tx, *, by: AccountId, official: AccountId, id: str) -> None:
    """Let a program do nothing any more. Raises `NoSuchProgram`."""
    registry.worked_with(tx, by, official, registry.OWNER)
    if not store_programs.delete_program(tx, official, id):
        raise NoSuchProgram


def program_by(reader: Reader, token: str) -> Program:
    """Return the program of a token, whose account is open. Raises `NotAProgram`."""
    found = store_programs.program_by(reader, digest(token)) if token.startswith(PREFIX) else None
    if found is None:
        raise NotAProgram
    return found
