"""The nouns of bringing a history in: the upload with its report and progress, claims to imported names; and what is refused."""

from typing import Literal

import msgspec

from warung import accounts
from warung.importers.model import DateOrder, Report, Source
from warung.kit.bus import Event
from warung.kit.clock import DAY
from warung.kit.errors import BadRequest, Conflict, NotFound, TooLarge, TooMany
from warung.kit.ids import AccountId, ConversationId

State = Literal["read", "running", "done", "failed"]


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set for imports."""

    upload_bytes: int = 2 << 30  # of one file, with its pictures
    uploads_kept: int = 3  # of one account, read and not yet imported
    kept_ms: int = DAY  # how long a file waits to be imported
    silent_ms: int = 20_000  # after so long without a word from its node, another one goes on with an import
    at_once: int = 2  # files that are read at the same time, for everybody together


class Hints(msgspec.Struct, frozen=True, kw_only=True):
    """What a person says of a file that it does not say itself; `chat` is the number of a conversation in it, from 0."""

    name: str = ""
    time_zone: str = "UTC"
    date_order: DateOrder | None = None
    chat: int = 0


class Found(msgspec.Struct, frozen=True):
    """What reading a file gave: the names of its conversations, and the report of one of them."""

    titles: list[str]
    report: Report


class Upload(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file as it is kept. `people` are the accounts that its owner mapped names to."""

    id: str
    account: AccountId
    hints: Hints
    found: Found
    people: dict[str, AccountId]
    state: State
    done: int
    total: int
    conversation: ConversationId | None
    failure: str | None
    created_at: int


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """An upload as its owner sees it. `done` of `total` entries are stored; `failure` is the code of what stopped it.

    `titles` are the conversations in the file and `chat` is the number of the one that is reported. In lists and in events, the
    report leaves out people and lines.
    """

    id: str
    state: State
    source: Source
    titles: list[str]
    chat: int
    report: Report
    done: int
    total: int
    conversation: ConversationId | None
    failure: str | None
    created_at: int


class Claim(msgspec.Struct, frozen=True):
    """Somebody says that you are the one who wrote under `name` in a conversation they imported."""

    id: str
    by: accounts.Profile
    name: str
    conversation_name: str
    at: int


class Claimed(msgspec.Struct, frozen=True):
    """A claim as it is kept."""

    id: str
    conversation: ConversationId
    name: str
    importer: AccountId
    account: AccountId
    state: str
    at: int


class Progress(Event, frozen=True, tag="imports.progress"):
    """How far an import is; at most twice a second."""

    import_: Import = msgspec.field(name="import")


class ClaimsChanged(Event, frozen=True, tag="imports.claims_changed"):
    """Somebody mapped an imported name to you: fetch the claims."""


class NoSuchImport(NotFound):
    """There is no such import among yours."""


class NoSuchClaim(NotFound):
    """There is no such question for you."""


class NoSuchName(BadRequest):
    """Nobody called {name} writes in this history."""


class ImportRunning(Conflict):
    """One of your imports is running. Wait until it is done."""


class ImportDone(Conflict):
    """This file was imported already."""


class UploadGone(NotFound):
    """This file is no longer kept. Upload it again."""


class UploadBroken(BadRequest):
    """The upload was interrupted. Start it again."""


class UploadTooLarge(TooLarge):
    """This file is larger than {limit} bytes. Export the chat without media, or ask the operator to import it."""


class TooManyUploads(TooMany):
    """You have uploaded {limit} files that wait to be imported. Import or delete one of them first."""
