"""The HTTP of accounts. Signing up is chat's: it also makes the contact and opens the conversation, in the same transaction."""

from typing import Any, Literal

from litestar import Response, Router, delete, get, patch, post
from litestar.datastructures import Cookie
from msgspec import UNSET, Struct, UnsetType

from warung.accounts import device_links, invites, passkeys, passwords, recovery, register, sessions
from warung.accounts.model import DeviceLinkId, InviteId, Me, NewDeviceLink, Opened, Passkey, PasskeyId, PasskeyOptions, Session
from warung.accounts.model import Invite as KeptInvite
from warung.kit.clock import SECOND
from warung.kit.db import Db
from warung.kit.errors import Unauthenticated
from warung.kit.ids import ConversationId, Identity, SessionId
from warung.kit.site import Site

COOKIE = "warung"
COOKIE_S = 400 * 24 * 3600  # as long as browsers keep one; when a session ends is decided here, not there


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """Sign in with a password. `transport` says whether the token comes as a cookie or in the answer."""

    handle: str
    password: str
    device: str
    transport: Literal["cookie", "bearer"] = "cookie"


class TryAs(Struct, frozen=True, forbid_unknown_fields=True):
    """Sign in as somebody made up, in a demonstration."""

    handle: str


class Recover(Struct, frozen=True, forbid_unknown_fields=True):
    """Use a recovery code and set a new password."""

    handle: str
    code: str
    password: str
    device: str


class BeginPasskey(Struct, frozen=True, forbid_unknown_fields=True):
    """Begin a passkey ceremony; `handle` and `name` are for a sign-up."""

    purpose: passkeys.Purpose
    handle: str = ""
    name: str = ""


class SignInByPasskey(Struct, frozen=True, forbid_unknown_fields=True):
    """Finish a sign-in: the browser's answer, as JSON."""

    flow: str
    credential: dict[str, Any]
    device: str


class AddPasskey(Struct, frozen=True, forbid_unknown_fields=True):
    """Finish the making of a passkey: the browser's answer, as JSON."""

    flow: str
    credential: dict[str, Any]
    name: str


class LinkDevice(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask to be let in; `device` is shown to whoever decides."""

    device: str


class ClaimDeviceLink(Struct, frozen=True, forbid_unknown_fields=True):
    """Ask what became of a device link."""

    secret: str


class ChangePrivacy(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays."""

    read_receipts: bool | UnsetType = UNSET
    find_by_handle: bool | UnsetType = UNSET


class ChangeMe(Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays."""

    name: str | UnsetType = UNSET
    status: str | UnsetType = UNSET
    region: str | UnsetType | None = UNSET
    language: str | UnsetType = UNSET
    privacy: ChangePrivacy = ChangePrivacy()


class ChangePassword(Struct, frozen=True, forbid_unknown_fields=True):
    """Set a new password; `old` is needed where there is one."""

    new: str
    old: str | None = None


class RenewRecoveryCodes(Struct, frozen=True, forbid_unknown_fields=True):
    """Replace the recovery codes; the password is needed where there is one."""

    password: str | None = None


class MakeInvite(Struct, frozen=True, forbid_unknown_fields=True):
    """Make an invite; `uses` null is for everyone, `expires_in_s` null for ever and absent a week."""

    uses: int | None = None
    expires_in_s: int | None = invites.EXPIRES_MS // SECOND
    group: ConversationId | None = None


class SignedIn(Struct, frozen=True, omit_defaults=True):
    """A session has begun; the token is here only for `transport: bearer`."""

    me: Me
    token: str | UnsetType = UNSET


class Claimed(Struct, frozen=True):
    """What became of a device link."""

    state: Literal["waiting", "done", "refused", "expired"]
    me: Me | UnsetType = UNSET


class AskingDevice(Struct, frozen=True):
    """A new device that asks to be let in."""

    id: DeviceLinkId
    device: str
    created_at: int


class RecoveryCodes(Struct, frozen=True):
    """Shown once: only digests are kept."""

    codes: list[str]


class Invite(Struct, frozen=True):
    """An invite as its maker sees it."""

    id: InviteId
    url: str
    token: str
    uses_left: int | None
    expires_at: int | None
    created_at: int
    revoked: bool


class Inviter(Struct, frozen=True):
    """Who invites."""

    handle: str
    name: str


class InviteLook(Struct, frozen=True):
    """What an invite says to whoever follows it."""

    inviter: Inviter
    server: str
    valid: bool


def session_cookie(site: Site, token: str) -> Cookie:
    """Return the cookie that signs a browser in; with an empty token, the one that signs it out."""
    return Cookie(
        key=COOKIE, value=token, path="/", max_age=COOKIE_S if token else 0, secure=site.https or None, httponly=True, samesite="lax"
    )


async def _signed_in(db: Db, site: Site, opened: Opened, transport: str = "cookie") -> Response[SignedIn]:
    me = await db.read(lambda reader: register.me(reader, by=opened.account))
    if transport == "bearer":
        return Response(SignedIn(me, opened.token))
    return Response(SignedIn(me), cookies=[session_cookie(site, opened.token)])


@post("/sign-in", status_code=200, opt={"express": True})
async def sign_in(data: SignIn, db: Db, site: Site, address: str) -> Response[SignedIn]:
    """Sign in with handle and password."""
    opened = await passwords.sign_in(db, handle=data.handle, password=data.password, device=data.device, address=address)
    return await _signed_in(db, site, opened, data.transport)


@post("/sign-in/demo", status_code=200)
async def sign_in_demo(data: TryAs, db: Db, site: Site, address: str) -> Response[SignedIn]:
    """Sign in as somebody made up: in a demonstration, on its own machine."""
    opened = await db.write(lambda tx: passwords.try_as(tx, handle=data.handle, site=site, address=address))
    return await _signed_in(db, site, opened)


@post("/recover", status_code=200)
async def recover(data: Recover, db: Db, site: Site, address: str) -> Response[SignedIn]:
    """Use a recovery code: set a new password, sign every other device out and this one in."""
    opened = await recovery.recover(db, handle=data.handle, code=data.code, password=data.password, device=data.device, address=address)
    return await _signed_in(db, site, opened)


@post("/sign-out", status_code=204)
async def sign_out(db: Db, me: Identity, site: Site) -> Response[None]:
    """Sign this device out."""
    await db.write(lambda tx: sessions.end(tx, by=me.account, session=me.session))
    return Response(None, status_code=204, cookies=[session_cookie(site, "")])


@post("/passkeys/options", status_code=200)
async def passkey_options(data: BeginPasskey, db: Db, site: Site, address: str, caller: Identity | None) -> PasskeyOptions:
    """Begin a passkey ceremony: what the browser's credentials API is to be called with."""
    if data.purpose == "sign_up":
        return await db.write(lambda tx: passkeys.begin_sign_up(tx, handle=data.handle, name=data.name, site=site, address=address))
    if data.purpose == "sign_in":
        return await db.write(lambda tx: passkeys.begin_sign_in(tx, site=site, address=address))
    if caller is None:
        raise Unauthenticated
    by = caller.account
    return await db.write(lambda tx: passkeys.begin_add(tx, by=by, site=site, address=address))


@post("/passkeys/sign-in", status_code=200)
async def sign_in_by_passkey(data: SignInByPasskey, db: Db, site: Site, address: str) -> Response[SignedIn]:
    """Finish a sign-in with a passkey."""
    opened = await passkeys.sign_in(db, flow=data.flow, credential=data.credential, device=data.device, site=site, address=address)
    return await _signed_in(db, site, opened)


@post("/passkeys", status_code=200)
async def add_passkey(data: AddPasskey, db: Db, me: Identity, site: Site) -> Passkey:
    """Keep a passkey that was just made."""
    return await passkeys.add(db, by=me.account, flow=data.flow, credential=data.credential, name=data.name, site=site)


@get("/passkeys")
async def list_passkeys(db: Db, me: Identity) -> list[Passkey]:
    """List one's own passkeys."""
    return await db.read(lambda reader: passkeys.mine(reader, by=me.account))


@delete("/passkeys/{id:str}")
async def delete_passkey(id: PasskeyId, db: Db, me: Identity) -> None:
    """Forget a passkey."""
    await db.write(lambda tx: passkeys.delete(tx, by=me.account, passkey=id))


@post("/device-links", status_code=200)
async def link_device(data: LinkDevice, db: Db, site: Site, address: str) -> NewDeviceLink:
    """Ask to be let in, from a new device: show the link as a QR code, or the digits."""
    return await db.write(lambda tx: device_links.begin(tx, device=data.device, site=site, address=address))


@post("/device-links/{id:str}/claim", status_code=200)
async def claim_device_link(id: DeviceLinkId, data: ClaimDeviceLink, db: Db, site: Site, address: str) -> Response[Claimed]:
    """Ask what became of it, every two seconds; an approved one signs this device in."""
    claim = await device_links.claim(db, link=id, secret=data.secret, address=address)
    if claim.opened is None:
        return Response(Claimed(claim.state))
    account, token = claim.opened.account, claim.opened.token
    me = await db.read(lambda reader: register.me(reader, by=account))
    return Response(Claimed(claim.state, me), cookies=[session_cookie(site, token)])


@get("/device-links/by/{name:str}")
async def find_device_link(name: str, db: Db, me: Identity, address: str) -> AskingDevice:
    """Find a device that asks to be let in, by the token in its QR code or by its digits."""
    found = await device_links.look_up(db, by=me.account, name=name, address=address)
    return AskingDevice(found.id, found.device, found.created_at)


@post("/device-links/{id:str}/approve", status_code=204)
async def approve_device_link(id: DeviceLinkId, db: Db, me: Identity) -> None:
    """Let the device in."""
    await db.write(lambda tx: device_links.approve(tx, by=me.account, link=id))


@post("/device-links/{id:str}/refuse", status_code=204)
async def refuse_device_link(id: DeviceLinkId, db: Db, me: Identity) -> None:
    """Do not let the device in."""
    await db.write(lambda tx: device_links.refuse(tx, by=me.account, link=id))


@get("/sessions")
async def list_sessions(db: Db, me: Identity) -> list[Session]:
    """List the devices that are signed in."""
    return await db.read(lambda reader: sessions.list_sessions(reader, by=me))


@delete("/sessions/{id:str}")
async def end_session(id: SessionId, db: Db, me: Identity) -> None:
    """Sign one device out."""
    await db.write(lambda tx: sessions.end(tx, by=me.account, session=id))


@delete("/sessions")
async def end_other_sessions(db: Db, me: Identity) -> None:
    """Sign every other device out."""
    await db.write(lambda tx: sessions.end_all(tx, account=me.account, keep=me.session))


@get("/me")
async def get_me(db: Db, me: Identity) -> Me:
    """Return one's own account."""
    return await db.read(lambda reader: register.me(reader, by=me.account))


@patch("/me")
async def change_me(data: ChangeMe, db: Db, me: Identity) -> Me:
    """Change one's own profile, language or privacy."""
    changes = register.Changes(data.name, data.status, data.region, data.language, data.privacy.read_receipts, data.privacy.find_by_handle)
    return await db.write(lambda tx: register.change(tx, by=me.account, changes=changes))


@post("/me/password", status_code=204)
async def change_password(data: ChangePassword, db: Db, me: Identity, address: str) -> None:
    """Set a new password; every other device is signed out."""
    await passwords.change(db, by=me, old=data.old, new=data.new, address=address)


@post("/me/recovery-codes", status_code=200)
async def renew_recovery_codes(data: RenewRecoveryCodes, db: Db, me: Identity, address: str) -> RecoveryCodes:
    """Make ten new recovery codes; the old ones work no more."""
    return RecoveryCodes(await passwords.renew_recovery_codes(db, by=me.account, password=data.password, address=address))


def _invite(site: Site, kept: KeptInvite) -> Invite:
    url = f"{site.url}/i/{kept.token}"
    return Invite(kept.id, url, kept.token, kept.uses_left, kept.expires_at, kept.created_at, bool(kept.revoked))


@get("/invites")
async def list_invites(db: Db, me: Identity, site: Site) -> list[Invite]:
    """List one's own invites, the newest first."""
    kept = await db.read(lambda reader: invites.mine(reader, by=me.account))
    return [_invite(site, each) for each in kept]


@post("/invites", status_code=200)
async def make_invite(data: MakeInvite, db: Db, me: Identity, site: Site) -> Invite:
    """Make an invite; whoever signs up with it becomes one's contact."""
    lives = None if data.expires_in_s is None else data.expires_in_s * SECOND
    made = await db.write(lambda tx: invites.create(tx, by=me.account, uses=data.uses, expires_in_ms=lives, conversation=data.group))
    return _invite(site, made)


@delete("/invites/{id:str}")
async def revoke_invite(id: InviteId, db: Db, me: Identity) -> None:
    """Let an invite work no more."""
    await db.write(lambda tx: invites.revoke(tx, by=me.account, invite=id))


@get("/invites/look/{token:str}")
async def look_at_invite(token: str, db: Db, site: Site, address: str) -> InviteLook:
    """Say who invites, and where to."""
    maker, valid = await invites.look(db, token=token, address=address)
    return InviteLook(Inviter(maker.handle, maker.name), site.name, valid)


ROUTES = [
    Router(
        path="/",
        tags=["accounts"],
        route_handlers=[
            sign_in,
            sign_in_demo,
            recover,
            sign_out,
            passkey_options,
            sign_in_by_passkey,
            add_passkey,
            list_passkeys,
            delete_passkey,
            link_device,
            claim_device_link,
            find_device_link,
            approve_device_link,
            refuse_device_link,
            list_sessions,
            end_session,
            end_other_sessions,
            get_me,
            change_me,
            change_password,
            renew_recovery_codes,
            list_invites,
            make_invite,
            revoke_invite,
            look_at_invite,
        ],
    )
]
