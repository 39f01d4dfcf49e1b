"""The nouns of an account's programs: tokens, and addresses that are told what happens."""

import msgspec

from warung.kit.errors import Conflict, NotFound, Unauthenticated
from warung.kit.ids import AccountId
from warung.kit.job import Job


class Program(msgspec.Struct, frozen=True):
    """A program as the staff sees it."""

    id: str
    official: AccountId
    name: str
    created_at: int


class NewProgram(msgspec.Struct, frozen=True):
    """A new program with its token, which is shown now and never again."""

    program: Program
    token: str


class TooManyPrograms(Conflict):
    """An account can have at most {limit} programs."""


class NoSuchProgram(NotFound):
    """There is no such program."""


class NotAProgram(Unauthenticated):
    """This needs the token of a program of an official account."""


class Hook(msgspec.Struct, frozen=True):
    """An address that is told what happens, in order; `sent_seq` is how far. One that fails is asked less and less often."""

    id: str
    official: AccountId
    url: str
    secret: str
    former: str | None
    former_until: int
    sent_seq: int
    failures: int
    failing_since: int | None
    created_at: int
    busy_until: int = 0  # somebody tells it until then


class Tell(Job, frozen=True, tag="official.tell"):
    """Tell a program what it has not been told yet."""

    hook: str


class TooManyOfficialHooks(Conflict):
    """An account can have at most {limit} addresses for its programs."""


class NoSuchHook(NotFound):
    """There is no such address."""
