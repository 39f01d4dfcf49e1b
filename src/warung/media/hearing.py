"""Which voices somebody has listened to: known to their account, so that a red dot is gone on every device."""

from collections.abc import Sequence

import msgspec

from warung.kit.bus import Event
from warung.kit.clock import MINUTE
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, BlobId
from warung.media import service, store_hearing
from warung.media.model import Viewers

AT_ONCE = 200
MOST = 5_000  # that one answer names; what is older was heard or never will be
OVERLAP = MINUTE  # what was committed around the moment of the last answer is told again


class Heard(msgspec.Struct, frozen=True):
    """Voices that you have listened to. Ask next time with `since` = `now`."""

    now: int
    voices: list[BlobId]


class VoicesHeard(Event, frozen=True, tag="media.heard"):
    """You have listened to these, on some device of yours."""

    voices: list[BlobId]


def hear(tx: Tx, *, by: AccountId, voices: Sequence[BlobId], viewers: Viewers) -> None:
    """Note that `by` has listened to voices. Twice is once; of what is no voice, or none that they may hear, nothing is noted."""
    found = service.described(tx, voices[:AT_ONCE])
    those = [id for id, blob in found.items() if blob.kind == "voice" and service.may_see(tx, by=by, blob=id, viewers=viewers)]
    if those:
        store_hearing.insert_heard(tx, by, those)
        tx.emit(VoicesHeard(those), [by])


def heard(reader: Reader, *, by: AccountId, since: int) -> Heard:
    """Return what `by` has listened to since a moment (0: ever)."""
    return Heard(reader.now, store_hearing.heard(reader, by, max(0, since - OVERLAP), MOST))
