"""The nouns of accounts: who signs in, on which device, by what proof, invited by whom. And what accounts refuses."""

from typing import Any, ClassVar, Literal, NewType

import msgspec

from warung.kit.bus import Event
from warung.kit.clock import DAY
from warung.kit.errors import BadRequest, Conflict, NotAllowed, NotFound, Unauthenticated, Unavailable
from warung.kit.ids import AccountId, BlobId, ConversationId, SessionId

InviteId = NewType("InviteId", str)
DeviceLinkId = NewType("DeviceLinkId", str)
PasskeyId = NewType("PasskeyId", str)


class Settings(msgspec.Struct, frozen=True):
    """What an operator may set for accounts."""

    registration: Literal["open", "invite", "closed"] = "invite"
    invites: Literal["members", "operators"] = "members"  # who may make them
    invites_each: int = 100  # how many that still work one person may have
    session_days: int = 90  # a device not seen for this long is signed out
    sign_ups_per_hour: int = 100  # from one network: a school behind one address still gets in
    name_chars: int = 64
    status_chars: int = 140
    # The cost of one Argon2id hash. Raise them when the machine allows: each password is hashed again at its next sign-in.
    password_memory_kib: int = 19_456
    password_passes: int = 2

    @property
    def session_ms(self) -> int:
        """How long a session lives without being seen, in milliseconds."""
        return self.session_days * DAY


class Profile(msgspec.Struct, frozen=True):
    """All that a stranger may see of an account."""

    id: AccountId
    handle: str
    name: str
    avatar: BlobId | None


class Privacy(msgspec.Struct, frozen=True):
    """What an account chose to let others notice."""

    read_receipts: bool
    find_by_handle: bool


class Account(msgspec.Struct, frozen=True):
    """One row, whole. It never leaves this domain: others get a `Profile` or a `Me`."""

    id: AccountId
    handle: str
    name: str
    status: str
    region: str | None
    language: str
    avatar: BlobId | None
    password: str | None
    is_operator: int
    is_disabled: int
    read_receipts: int
    find_by_handle: int
    code: str
    created_at: int
    is_person: int

    def profile(self) -> Profile:
        """Return what a stranger may see."""
        return Profile(self.id, self.handle, self.name, self.avatar)


class Particulars(msgspec.Struct, frozen=True):
    """What contacts may see beyond the profile."""

    status: str
    region: str | None


class Me(msgspec.Struct, frozen=True):
    """An account as its owner sees it."""

    id: AccountId
    handle: str
    name: str
    avatar: BlobId | None
    status: str
    region: str | None
    language: str
    operator: bool
    privacy: Privacy
    has_password: bool
    passkeys: int
    recovery_codes_left: int


class Session(msgspec.Struct, frozen=True):
    """A signed-in device, as its owner sees it. Times in milliseconds UTC."""

    id: SessionId
    device: str
    created_at: int
    seen_at: int
    current: bool


class Opened(msgspec.Struct, frozen=True):
    """A session that has just begun. The token is known here and on the device, nowhere else."""

    account: AccountId
    session: SessionId
    token: str


class SignedUp(msgspec.Struct, frozen=True):
    """A new account with its first session, its recovery codes and the invite that brought it here, if one did."""

    opened: Opened
    recovery_codes: list[str]
    invite: "Invite | None"


class NewPasskey(msgspec.Struct, frozen=True):
    """A passkey whose making was verified; `credential` in base64url."""

    credential: str
    public_key: bytes
    sign_count: int


class Credentials(msgspec.Struct, frozen=True):
    """Proofs made ready before the transaction: a password's hash, a verified passkey, or both."""

    password: str | None = None
    passkey: NewPasskey | None = None
    account: AccountId | None = None  # the id that the passkey was made for


class Passkey(msgspec.Struct, frozen=True):
    """A passkey as its owner sees it."""

    id: PasskeyId
    name: str
    created_at: int


class PasskeyOptions(msgspec.Struct, frozen=True):
    """The beginning of a passkey ceremony: what the browser needs, and the name under which it is finished."""

    flow: str
    options: dict[str, Any]


class Flow(msgspec.Struct, frozen=True):
    """Something begun and not yet finished; finished once."""

    account: AccountId | None
    challenge: bytes | None


class Invite(msgspec.Struct, frozen=True):
    """A token that lets people sign up and brings them to its inviter, and into a group where it names one."""

    id: InviteId
    token: str
    inviter: AccountId
    conversation: ConversationId | None
    uses_left: int | None
    expires_at: int | None
    created_at: int
    revoked: int

    def works(self, now: int) -> bool:
        """Can it be used at `now`?"""
        return not self.revoked and self.uses_left != 0 and (self.expires_at is None or self.expires_at > now)


class DeviceLink(msgspec.Struct, frozen=True):
    """A new device that waits to be let in; `token` and `code` find it, only the new device knows its secret."""

    id: DeviceLinkId
    device: str
    state: Literal["waiting", "approved", "refused", "done"]
    account: AccountId | None
    created_at: int
    expires_at: int


class NewDeviceLink(msgspec.Struct, frozen=True):
    """What the new device gets: the secret that it keeps, the link and the code that it shows."""

    id: DeviceLinkId
    secret: str
    url: str
    code: str
    expires_at: int
    svg: str  # the link as a QR code


class FrontDoor(msgspec.Struct, frozen=True):
    """How one gets in here."""

    registration: Literal["open", "invite", "closed"]
    first_run: bool  # nobody lives here yet
    founding: bool  # and whoever asks would become the operator by signing up, since only this machine can reach the place
    demo: list[Profile]  # whom a visitor of a demonstration may try as


class Changed(Event, frozen=True, tag="accounts.changed"):
    """A profile looks different now."""

    account: AccountId


class ProfileChanged(Event, frozen=True, tag="accounts.profile_changed"):
    """For the domains above, which know who else shows this profile or keeps its choices in memory."""

    internal: ClassVar[bool] = True
    account: AccountId


class HandleNotAllowed(BadRequest):
    """A handle has 3 to 30 characters: letters from a to z, digits, dots and underscores. Some names are kept by the server."""


class HandleTaken(Conflict):
    """Someone already has the handle {handle}."""


class PasswordTooShort(BadRequest):
    """A password needs at least {least} characters."""


class PasswordTooLong(BadRequest):
    """A password has at most {most} characters."""


class PasswordTooCommon(BadRequest):
    """Too many people use this password; it would be guessed at once. Choose another."""


class CredentialMissing(BadRequest):
    """Choose a password or make a passkey."""


class UnknownLanguage(BadRequest):
    """This language is not known here."""


class UnknownRegion(BadRequest):
    """This region is not known: a country's code of two letters is expected."""


class RegistrationClosed(NotAllowed):
    """Nobody can sign up here at the moment."""


class InviteNeeded(NotAllowed):
    """To sign up here, you need an invite from someone who is here already."""


class InviteNotValid(NotAllowed):
    """This invite does not work any more. Ask for a new one."""


class InvitesNotAllowed(NotAllowed):
    """Only the operators of this server may invite people."""


class TooManyInvites(Conflict):
    """You already have {limit} invites that still work. Revoke one first."""


class InviteNotFound(NotFound):
    """There is no such invite."""


class InviteNotPossible(BadRequest):
    """An invite is good for 1 to 10,000 people and for at most a year."""


class OperatorLinkNotValid(NotAllowed):
    """This link was already used or is too old. The server prints a new one when it starts."""


class WrongCredentials(Unauthenticated):
    """The handle or the password is not right."""


class WrongPassword(NotAllowed):
    """This is not your password."""


class WrongRecoveryCode(Unauthenticated):
    """The handle or the recovery code is not right."""


class AccountDisabled(NotAllowed):
    """This account was disabled by an operator of this server."""


class AccountNotFound(NotFound):
    """There is no such account."""


class SessionNotFound(NotFound):
    """This device is not signed in."""


class DemoOnly(NotAllowed):
    """This works only in a demonstration, on the machine that runs it."""


class OperatorsOnly(NotAllowed):
    """Only an operator of this server may do this."""


class HashingBusy(Unavailable):
    """Too many people are signing in at this moment. Try again in a few seconds."""


class PasskeysNeedHttps(Unavailable):
    """Passkeys work only where this server is reached by HTTPS."""


class PasskeyRefused(Unauthenticated):
    """This passkey could not be verified."""


class PasskeyTaken(Conflict):
    """This passkey belongs to an account already."""


class PasskeyNotFound(NotFound):
    """There is no such passkey."""


class LastCredential(Conflict):
    """This is your only way to sign in. Set a password or make another passkey first."""


class FlowExpired(BadRequest):
    """This took too long or was finished already. Start again."""


class DeviceLinkNotFound(NotFound):
    """There is no device waiting with this code."""


class DeviceLinkOver(Conflict):
    """This device is not waiting any more."""
