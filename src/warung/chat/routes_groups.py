"""Groups over HTTP: members, roles, links, requests to join. And the sign-up that lands a newcomer in a conversation."""

from typing import Any, Literal

import msgspec
from litestar import Response, Router, delete, get, patch, post

from warung import accounts, contacts
from warung.chat import groups, joining, reading, store_members
from warung.chat.joining import Look, Newcomer
from warung.chat.model import Conversation
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, ConversationId, Identity
from warung.kit.site import Site


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """What admins may change of a group."""

    name: str | None = None
    notice: str | None = None
    approval: bool | None = None
    members_can_invite: bool | None = None


class People(msgspec.Struct, forbid_unknown_fields=True):
    """Accounts to add."""

    accounts: list[AccountId]


class Rights(msgspec.Struct, forbid_unknown_fields=True):
    """A member's role, or for how many seconds they may not write."""

    role: Literal["admin", "member"] | None = None
    muted_for_s: int | None = None


class Owner(msgspec.Struct, forbid_unknown_fields=True):
    """Who shall own the group."""

    account: AccountId


class NewLink(msgspec.Struct, forbid_unknown_fields=True):
    """How long and how often a group's link works; without limits when absent."""

    expires_in_s: int | None = None
    uses: int | None = None


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """Let them in?"""

    accept: bool


class MemberView(msgspec.Struct, frozen=True):
    """A member as fellow members see one."""

    account: contacts.Person
    role: str
    joined_at: int
    muted_until: int | None


class JoinRequest(msgspec.Struct, frozen=True):
    """Somebody who asks to join."""

    id: str
    sender: contacts.Person = msgspec.field(name="from")
    at: int


class Whole(Conversation, frozen=True, kw_only=True):
    """A conversation with its members."""

    members: list[MemberView]
    join_requests: list[JoinRequest]


class GroupLink(msgspec.Struct, frozen=True):
    """A group's link, to be shared or shown as a code."""

    id: str
    token: str
    url: str
    svg: str
    expires_at: int | None
    uses_left: int | None


class Joined(msgspec.Struct, frozen=True):
    """Inside, or waiting for the admins."""

    state: Literal["joined", "asked"]
    conversation: ConversationId | None = None


class SignUp(msgspec.Struct, forbid_unknown_fields=True):
    """Who wants to live here, with a password or a passkey, and the tokens they came with."""

    handle: str
    name: str
    device: str
    password: str | None = None
    passkey: accounts.PasskeyAnswer | None = None
    invite: str | None = None
    operator: str | None = None
    language: str = "id"
    region: str | None = None
    transport: Literal["cookie", "bearer"] = "cookie"


class Welcome(msgspec.Struct, frozen=True):
    """A new account, its recovery codes, and the conversation to land in."""

    me: accounts.Me
    recovery_codes: list[str]
    conversation: ConversationId | None
    token: str | None = None


@post("/sign-up", status_code=200)
async def sign_up(db: Db, site: Site, address: str, data: SignUp) -> Response[Welcome]:
    """Sign up; with an invite, into a conversation with whoever invited you."""
    credentials = await accounts.prepare_credentials(
        db, handle=data.handle, password=data.password, passkey=data.passkey, site=site, address=address
    )
    newcomer = Newcomer(data.handle, data.name, data.device, address, data.language, data.region, data.invite, data.operator)

    def verb(tx: Tx) -> tuple[accounts.Opened, Welcome]:
        done, landing = joining.arrive(tx, newcomer=newcomer, credentials=credentials, site=site)
        mine = accounts.me(tx, by=done.opened.account)
        token = done.opened.token if data.transport == "bearer" else None
        return done.opened, Welcome(mine, done.recovery_codes, landing, token)

    opened, welcome = await db.write(verb)
    cookies = [accounts.session_cookie(site, opened.token)] if data.transport == "cookie" else []
    return Response(welcome, cookies=cookies)


@get("/conversations/{id:str}")
async def whole(db: Db, me: Identity, id: str) -> Whole:
    """One conversation with its members, and for admins who asks to join."""
    return await db.read(lambda reader: _whole(reader, me.account, ConversationId(id)))


def _whole(reader: Reader, by: AccountId, id: ConversationId) -> Whole:
    seen = reading.conversation(reader, by=by, id=id)
    rows = store_members.members(reader, [id])
    asked = joining.requests(reader, by=by, id=id)
    people = contacts.people(reader, by, [*(row.account for row in rows), *(each.account for each in asked)])
    members = [
        MemberView(people[row.account], row.role, row.joined_at, row.silenced_until if row.silenced_until > reader.now else None)
        for row in rows
    ]
    requests = [JoinRequest(each.id, people[each.account], each.at) for each in asked]
    return Whole(**{name: getattr(seen, name) for name in Conversation.__struct_fields__}, members=members, join_requests=requests)


@patch("/conversations/{id:str}")
async def change(db: Db, me: Identity, id: str, data: Change) -> Whole:
    """Rename a group, write its notice, decide how people get in."""

    def verb(tx: Tx) -> Whole:
        groups.change(tx, by=me.account, id=ConversationId(id), **msgspec.structs.asdict(data))
        return _whole(tx, me.account, ConversationId(id))

    return await db.write(verb)


@post("/conversations/{id:str}/members", status_code=200)
async def add(db: Db, me: Identity, id: str, data: People) -> Whole:
    """Bring contacts into a group."""

    def verb(tx: Tx) -> Whole:
        groups.add(tx, by=me.account, id=ConversationId(id), accounts=data.accounts)
        return _whole(tx, me.account, ConversationId(id))

    return await db.write(verb)


@delete("/conversations/{id:str}/members/{account:str}", status_code=204)
async def remove(db: Db, me: Identity, id: str, account: str) -> None:
    """Take a member out; oneself is leaving."""
    await db.write(lambda tx: groups.remove(tx, by=me.account, id=ConversationId(id), account=AccountId(account)))


@patch("/conversations/{id:str}/members/{account:str}")
async def rights(db: Db, me: Identity, id: str, account: str, data: Rights) -> Whole:
    """Make a member an admin or the reverse; keep one from writing for a while."""

    def verb(tx: Tx) -> Whole:
        who = AccountId(account)
        if data.role is not None:
            groups.set_role(tx, by=me.account, id=ConversationId(id), account=who, role=data.role)
        if data.muted_for_s is not None:
            groups.silence(tx, by=me.account, id=ConversationId(id), account=who, for_s=data.muted_for_s)
        return _whole(tx, me.account, ConversationId(id))

    return await db.write(verb)


@post("/conversations/{id:str}/owner", status_code=200)
async def owner(db: Db, me: Identity, id: str, data: Owner) -> Whole:
    """Hand the group over."""

    def verb(tx: Tx) -> Whole:
        groups.hand_over(tx, by=me.account, id=ConversationId(id), account=data.account)
        return _whole(tx, me.account, ConversationId(id))

    return await db.write(verb)


@post("/conversations/{id:str}/link", status_code=200)
async def make_link(db: Db, me: Identity, site: Site, id: str, data: NewLink) -> GroupLink:
    """Make the group's link and code; the one before stops working."""
    link = await db.write(
        lambda tx: joining.make_link(tx, by=me.account, id=ConversationId(id), expires_in_s=data.expires_in_s, uses=data.uses)
    )
    url = f"{site.url}/g/{link.token}"
    return GroupLink(link.id, link.token, url, accounts.qr(url), link.expires_at, link.uses_left)


@delete("/conversations/{id:str}/link", status_code=204)
async def end_link(db: Db, me: Identity, id: str) -> None:
    """Make the group's link stop working."""
    await db.write(lambda tx: joining.end_link(tx, by=me.account, id=ConversationId(id)))


@get("/join/{token:str}")
async def look(db: Db, me: Identity, token: str) -> Look:
    """What a group's link leads to."""
    return await db.read(lambda reader: joining.look(reader, by=me.account, token=token))


@post("/join/{token:str}", status_code=200)
async def join(db: Db, me: Identity, token: str) -> Joined:
    """Join a group by its link, or ask its admins."""
    landed = await db.write(lambda tx: joining.join(tx, by=me.account, token=token))
    return Joined("joined", landed) if landed is not None else Joined("asked")


@post("/conversations/{id:str}/join-requests/{request_id:str}", status_code=200)
async def decide(db: Db, me: Identity, id: str, request_id: str, data: Decision) -> Whole:
    """Let somebody in who asked to join, or not."""

    def verb(tx: Tx) -> Whole:
        joining.decide(tx, by=me.account, id=ConversationId(id), request=request_id, accept=data.accept)
        return _whole(tx, me.account, ConversationId(id))

    return await db.write(verb)


ROUTES: list[Any] = [
    Router(
        path="/",
        route_handlers=[sign_up, whole, change, add, remove, rights, owner, make_link, end_link, look, join, decide],
        tags=["groups"],
    )
]
