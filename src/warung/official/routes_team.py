"""Official accounts over HTTP: the people and programs that work with one, and what its operator of this server decides."""

from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import Parameter

from warung import accounts
from warung.kit.db import Db, Reader
from warung.kit.ids import AccountId, Identity
from warung.kit.outside import Outside
from warung.official import log, owning, programs, registry, team, webhooks
from warung.official.model import OfferState, Official, Role
from warung.official.programs_model import Hook, NewProgram, Program
from warung.official.routes_staff import Id

Key = Annotated[str, Parameter(max_length=64)]
After = Annotated[int, Parameter(ge=0, le=1 << 53)]


class StaffMember(msgspec.Struct, frozen=True):
    """Somebody who works with an account. `offered`: it is to be theirs; its owner sees that, and they do."""

    account: accounts.Profile
    role: Role
    offered: bool = False


class NewRole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What part somebody has: everything but the owner's own (`editor`), or the desk only."""

    role: Role


class NewOwner(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To whom of the staff an account is offered; `leaves`: its owner is no editor of it afterwards."""

    account: AccountId
    leaves: bool = False


class OfferNow(msgspec.Struct, frozen=True):
    """Whether an offer waits to be taken, was taken or declined, or does not count any more."""

    state: OfferState


class ProgramName(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program is called."""

    name: str


class HookAddress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a program wants to hear what happens."""

    url: str


class OfficialHook(msgspec.Struct, frozen=True):
    """Where a program is told what happens, and how far it is. `failing_since` says that it does not take its messages."""

    id: str
    url: str
    sent_seq: int
    failures: int
    failing_since: int | None
    created_at: int


class OpenedHook(msgspec.Struct, frozen=True):
    """The same with its secret, which is shown now and never again."""

    hook: OfficialHook
    secret: str


class OnTheirWay(msgspec.Struct, frozen=True):
    """How many messages are on their way."""

    messages: int


class OfficialEvent(msgspec.Struct, frozen=True):
    """Something that happened at an account, numbered from 1 without gaps."""

    seq: int
    id: str
    at: int
    event: msgspec.Raw


class OfficialEvents(msgspec.Struct, frozen=True):
    """A stretch of what happened; the next is `after` the last seq of this one. `last` is the latest number there is."""

    events: list[OfficialEvent]
    last: int


class Verification(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who stands behind an account, as the operator has found out; null takes it back."""

    name: str | None


@get("/officials/{id:str}/staff")
async def staff(db: Db, me: Identity, id: Id) -> list[StaffMember]:
    """Who works with an account, for whoever does so too."""

    def question(reader: Reader) -> list[StaffMember]:
        found = team.staff(reader, by=me.account, official=id)
        profiles = accounts.profiles(reader, [each.account for each in found])
        offer = owning.offered(reader, by=me.account, official=id)
        to = offer.account if offer else None
        return [StaffMember(profiles[each.account], each.role, each.account == to) for each in found]

    return await db.read(question)


@put("/officials/{id:str}/staff/{account:str}", status_code=204)
async def set_staff(db: Db, me: Identity, id: Id, account: Id, data: NewRole) -> None:
    """Let a contact of yours work with your account."""
    await db.write(lambda tx: team.set_staff(tx, by=me.account, official=id, account=account, role=data.role))


@delete("/officials/{id:str}/staff/{account:str}")
async def remove_staff(db: Db, me: Identity, id: Id, account: Id) -> None:
    """Take somebody off the staff of your account, or leave one."""
    await db.write(lambda tx: team.remove_staff(tx, by=me.account, official=id, account=account))


@get("/officials/offered")
async def offers(db: Db, me: Identity) -> list[Official]:
    """The accounts that their owners offer to you: yours when you take them over."""
    return await db.read(lambda reader: owning.offers(reader, by=me.account))


@get("/officials/offers/{id:str}")
async def offer_state(db: Db, me: Identity, id: Id) -> OfferNow:
    """What became of an offer that you made or got."""
    return OfferNow(await db.read(lambda reader: owning.state(reader, by=me.account, id=id)))


@put("/officials/{id:str}/owner", status_code=204)
async def offer_account(db: Db, me: Identity, id: Id, data: NewOwner) -> None:
    """Offer your account to somebody of its staff. They are told by a card in the conversation of this place."""
    await db.write(lambda tx: owning.offer(tx, by=me.account, official=id, to=data.account, leaves=data.leaves))


@post("/officials/{id:str}/owner", status_code=200)
async def take_over(db: Db, me: Identity, id: Id) -> Official:
    """Take over an account that is offered to you. Union ids are yours from then on, and its programs are told."""
    return await db.write(lambda tx: owning.take_over(tx, by=me.account, official=id))


@delete("/officials/{id:str}/owner")
async def end_offer(db: Db, me: Identity, id: Id) -> None:
    """Take your offer back, or decline one."""
    await db.write(lambda tx: owning.end_offer(tx, by=me.account, official=id))


@get("/officials/{id:str}/programs")
async def list_programs(db: Db, me: Identity, id: Id) -> list[Program]:
    """The programs of your account."""
    return await db.read(lambda reader: programs.programs(reader, by=me.account, official=id))


@post("/officials/{id:str}/programs", status_code=200)
async def add_program(db: Db, me: Identity, id: Id, data: ProgramName) -> NewProgram:
    """Let a program do what your account may do. Its token is shown now only."""
    return await db.write(lambda tx: programs.add_program(tx, by=me.account, official=id, name=data.name))


@delete("/officials/{id:str}/programs/{program_id:str}")
async def remove_program(db: Db, me: Identity, id: Id, program_id: Key) -> None:
    """Let a program do nothing any more."""
    await db.write(lambda tx: programs.remove_program(tx, by=me.account, official=id, id=program_id))


@get("/officials/{id:str}/hooks")
async def list_hooks(db: Db, me: Identity, id: Id) -> list[OfficialHook]:
    """Where your account's programs are told what happens."""
    return await db.read(lambda reader: hooks_of(reader, owned(reader, me, id)))


@post("/officials/{id:str}/hooks", status_code=200)
async def add_hook(db: Db, me: Identity, outside: Outside, id: Id, data: HookAddress) -> OpenedHook:
    """Tell a program what happens from now on: messages as the Standard Webhooks specification says. The secret is shown once."""
    await db.read(lambda reader: owned(reader, me, id))
    await outside.check(data.url)
    return shown(await db.write(lambda tx: webhooks.add_hook(tx, official=owned(tx, me, id), url=data.url)))


@post("/officials/{id:str}/hooks/{hook:str}/rotate", status_code=200)
async def rotate_hook(db: Db, me: Identity, id: Id, hook: Key) -> OpenedHook:
    """Change the secret; for a day messages are signed with both."""
    return shown(await db.write(lambda tx: webhooks.rotate_hook(tx, official=owned(tx, me, id), id=hook)))


@post("/officials/{id:str}/hooks/{hook:str}/replay", status_code=200)
async def replay(db: Db, me: Identity, id: Id, hook: Key, after: After = 0) -> OnTheirWay:
    """Tell a program again what happened behind a number."""
    return OnTheirWay(await db.write(lambda tx: webhooks.replay(tx, official=owned(tx, me, id), id=hook, after=after)))


@delete("/officials/{id:str}/hooks/{hook:str}")
async def remove_hook(db: Db, me: Identity, id: Id, hook: Key) -> None:
    """Tell a program no more."""
    await db.write(lambda tx: webhooks.remove_hook(tx, official=owned(tx, me, id), id=hook))


@get("/officials/{id:str}/events")
async def events(db: Db, me: Identity, id: Id, after: After = 0) -> OfficialEvents:
    """What happened at your account behind a number, in order: what programs are told."""
    return await db.read(lambda reader: events_of(reader, owned(reader, me, id), after))


@put("/operator/officials/{id:str}/verification", status_code=200)
async def verify(db: Db, me: Identity, id: Id, data: Verification) -> Official:
    """Vouch for who stands behind an account, or take that back."""
    return await db.write(lambda tx: registry.verify(tx, by=me.account, official=id, name=data.name))


@get("/operator/officials")
async def every_official(db: Db, me: Identity, after: Key = "") -> list[Official]:
    """All official accounts of this server, a page at a time."""
    return await db.read(lambda reader: registry.everything(reader, by=me.account, after=after))


def owned(reader: Reader, me: Identity, official: AccountId) -> AccountId:
    """Return an account that is `me`'s own. Raises `OfficialNotFound`, `RoleNeeded`."""
    return registry.worked_with(reader, me.account, official, registry.OWNER).id


def hooks_of(reader: Reader, official: AccountId) -> list[OfficialHook]:
    """Return the hooks of an account without their secrets."""
    return [shown(each).hook for each in webhooks.hooks(reader, official=official)]


def shown(hook: Hook) -> OpenedHook:
    """Return a hook as it is shown, and its secret."""
    return OpenedHook(OfficialHook(hook.id, hook.url, hook.sent_seq, hook.failures, hook.failing_since, hook.created_at), hook.secret)


def events_of(reader: Reader, official: AccountId, after: int, limit: int = log.PAGE) -> OfficialEvents:
    """Return what happened at an account behind a number."""
    found = log.events(reader, official=official, after=after, limit=limit)
    return OfficialEvents(
        [OfficialEvent(each.seq, each.id, each.at, each.body) for each in found], log.last_event(reader, official=official)
    )


HANDLERS = [
    staff,
    set_staff,
    remove_staff,
    offers,
    offer_state,
    offer_account,
    take_over,
    end_offer,
    list_programs,
    add_program,
    remove_program,
    list_hooks,
    add_hook,
    rotate_hook,
    replay,
    remove_hook,
    events,
    verify,
    every_official,
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["official accounts: people and programs"])]
