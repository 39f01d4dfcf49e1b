"""Accounts: who is here, on which devices, by what proof, and who invited whom. The lowest domain: it knows no other."""

from pathlib import Path

from warung.accounts.codes import qr
from warung.accounts.hashing import hash_text, is_hash_of
from warung.accounts.invites import take as take_invite
from warung.accounts.limits import Limit, count_tries, is_loopback
from warung.accounts.model import (
    AccountNotFound,
    Changed,
    Credentials,
    FrontDoor,
    Invite,
    Me,
    Opened,
    OperatorsOnly,
    Particulars,
    PasskeyOptions,
    PasskeyRefused,
    Privacy,
    Profile,
    ProfileChanged,
    Settings,
    SignedUp,
)
from warung.accounts.operators import disable, enable, make_operator, operator_link, reset
from warung.accounts.passwords import confirm as confirm_password
from warung.accounts.places import LANGUAGES, REGIONS
from warung.accounts.proofs import begin_proof, prove
from warung.accounts.register import (
    Changes,
    by_code,
    by_handle,
    change,
    contact_code,
    languages,
    me,
    particulars,
    persons,
    privacy,
    profile,
    profiles,
    require_operator,
    reset_contact_code,
    set_avatar,
)
from warung.accounts.register import create as create_account
from warung.accounts.routes import ROUTES, session_cookie
from warung.accounts.sessions import age as session_age
from warung.accounts.sessions import alive, authenticate, recognise
from warung.accounts.sessions import end as end_session
from warung.accounts.sessions import start as start_session
from warung.accounts.signing_up import PasskeyAnswer, front_door, prepare_credentials, sign_up
from warung.kit.bus import SessionEnded
from warung.kit.domain import Domain

__all__ = [
    "DOMAIN",
    "LANGUAGES",
    "REGIONS",
    "AccountNotFound",
    "Changed",
    "Changes",
    "Credentials",
    "FrontDoor",
    "Invite",
    "Limit",
    "Me",
    "Opened",
    "OperatorsOnly",
    "Particulars",
    "PasskeyAnswer",
    "PasskeyOptions",
    "PasskeyRefused",
    "Privacy",
    "Profile",
    "ProfileChanged",
    "Settings",
    "SignedUp",
    "alive",
    "authenticate",
    "begin_proof",
    "by_code",
    "by_handle",
    "change",
    "confirm_password",
    "contact_code",
    "count_tries",
    "create_account",
    "disable",
    "enable",
    "end_session",
    "front_door",
    "hash_text",
    "is_hash_of",
    "is_loopback",
    "languages",
    "make_operator",
    "me",
    "operator_link",
    "particulars",
    "persons",
    "prepare_credentials",
    "privacy",
    "profile",
    "profiles",
    "prove",
    "qr",
    "recognise",
    "require_operator",
    "reset",
    "reset_contact_code",
    "session_age",
    "session_cookie",
    "set_avatar",
    "sign_up",
    "start_session",
    "take_invite",
]

DOMAIN = Domain(
    name="accounts",
    routes=ROUTES,
    events=[Changed, SessionEnded],
    settings=Settings,
    schema=Path(__file__).parent / "schema",
)
