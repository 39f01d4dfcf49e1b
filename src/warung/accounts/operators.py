"""What the operator does to accounts from the command line of the server's machine, by handle; and how the first operator comes in."""

from warung.accounts import recovery, sessions, store, store_credentials
from warung.accounts.model import Account, AccountNotFound, OperatorLinkNotValid, Profile
from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import digest, secret

OPERATOR = "operator"
LINK_MS = DAY


def operator_link(tx: Tx) -> str | None:
    """Return a new token that makes whoever signs up with it an operator; None when there is an operator already.

    It works once, for a day, and every older one stops working. The page is `<site.url>/welcome/<token>`.
    """
    if store.any_operator(tx):
        return None
    store_credentials.delete_flows(tx, OPERATOR)
    token = secret()
    flow = {"token": digest(token), "purpose": OPERATOR, "account": None, "challenge": None, "expires_at": tx.now + LINK_MS}
    store_credentials.insert_flow(tx, flow)
    return token


def take_operator_link(tx: Tx, token: str) -> None:
    """Use the operator's link up. Raises `OperatorLinkNotValid`."""
    if store_credentials.take_flow(tx, digest(token), OPERATOR) is None:
        raise OperatorLinkNotValid


def make_operator(tx: Tx, *, handle: str) -> Profile:
    """Make an account an operator of this server."""
    found = _named(tx, handle)
    store.set_operator(tx, found.id)
    return found.profile()


def disable(tx: Tx, *, handle: str) -> Profile:
    """End an account's sessions and let it sign in no more; its messages stay."""
    found = _named(tx, handle)
    store.set_disabled(tx, found.id, True)
    sessions.end_all(tx, account=found.id)
    return found.profile()


def enable(tx: Tx, *, handle: str) -> Profile:
    """Let a disabled account sign in again."""
    found = _named(tx, handle)
    store.set_disabled(tx, found.id, False)
    return found.profile()


def reset(tx: Tx, *, handle: str) -> list[str]:
    """Take every credential and session from an account; return new recovery codes, each of which opens it once.

    For someone who lost everything, or whose account somebody else got into.
    """
    found = _named(tx, handle)
    store.set_password(tx, found.id, None)
    store_credentials.delete_passkeys(tx, found.id)
    sessions.end_all(tx, account=found.id)
    return recovery.new_codes(tx, account=found.id)


def _named(reader: Reader, handle: str) -> Account:
    found = store.account_by_handle(reader, handle.strip().lower())
    if found is None or not found.is_person:
        raise AccountNotFound
    return found
