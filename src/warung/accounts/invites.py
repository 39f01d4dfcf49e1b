"""Invites: a link that lets people sign up and brings them to whoever made it."""

from warung.accounts import limits, register, store_sessions
from warung.accounts.limits import INVITE_NETWORK
from warung.accounts.model import (
    Invite,
    InviteId,
    InviteNotFound,
    InviteNotPossible,
    InviteNotValid,
    InvitesNotAllowed,
    Profile,
    Settings,
    TooManyInvites,
)
from warung.kit.clock import DAY
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, ConversationId, new_id, secret

EXPIRES_MS = 7 * DAY
LONGEST_MS = 366 * DAY
KEPT_MS = 30 * DAY  # how long a dead invite is still listed


def create(
    tx: Tx,
    *,
    by: AccountId,
    uses: int | None = None,
    expires_in_ms: int | None = EXPIRES_MS,
    conversation: ConversationId | None = None,
) -> Invite:
    """Make an invite. `uses` None is for everyone, `expires_in_ms` None for ever.

    A conversation that is named is only noted: whether its inviter may still bring people there is decided when somebody arrives.
    """
    rules = tx.settings(Settings)
    if rules.invites == "operators" and not register.account(tx, by).is_operator:
        raise InvitesNotAllowed
    if uses is not None and not 1 <= uses <= 10_000:
        raise InviteNotPossible
    if expires_in_ms is not None and not 0 < expires_in_ms <= LONGEST_MS:
        raise InviteNotPossible
    store_sessions.delete_dead_invites(tx, by, tx.now - KEPT_MS)
    if sum(each.works(tx.now) for each in store_sessions.invites(tx, by)) >= rules.invites_each:
        raise TooManyInvites(limit=rules.invites_each)
    invite = Invite(
        id=InviteId(new_id(tx.now)),
        token=secret(),
        inviter=by,
        conversation=conversation,
        uses_left=uses,
        expires_at=None if expires_in_ms is None else tx.now + expires_in_ms,
        created_at=tx.now,
        revoked=0,
    )
    store_sessions.insert_invite(tx, invite)
    return invite


def revoke(tx: Tx, *, by: AccountId, invite: InviteId) -> None:
    """Let one's own invite work no more. Raises `InviteNotFound`."""
    if not store_sessions.revoke_invite(tx, by, invite):
        raise InviteNotFound


def take(tx: Tx, *, token: str) -> Invite:
    """Take one use of an invite. Raises `InviteNotValid` when it is unknown, used up, expired, revoked or its maker was disabled."""
    taken = store_sessions.use_invite(tx, token)
    if taken is None:
        raise InviteNotValid
    return taken


def mine(reader: Reader, *, by: AccountId) -> list[Invite]:
    """Return one's own invites, the newest first; those that work no more for a month."""
    return store_sessions.invites(reader, by)


async def look(db: Db, *, token: str, address: str) -> tuple[Profile, bool]:
    """Return who made an invite and whether it still works. A look is counted. Raises `InviteNotFound`, `TooMany`."""
    await db.write(lambda tx: limits.count_tries(tx, [(INVITE_NETWORK, limits.network(address))]))
    return await db.read(lambda reader: _look(reader, token))


def _look(reader: Reader, token: str) -> tuple[Profile, bool]:
    found = store_sessions.invite_by_token(reader, token)
    if found is None:
        raise InviteNotFound
    maker = register.account(reader, found.inviter)
    return maker.profile(), found.works(reader.now) and not maker.is_disabled
