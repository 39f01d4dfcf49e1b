"""What many followers have to be told of a little at a time: that an account is called or looks otherwise, or that it is closed."""

from warung import chat
from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.kit.job import Job
from warung.official import store, store_follows

SLICE = 200


class TellFollowers(Job, frozen=True, tag="official.tell_followers"):
    """Go on to tell the followers behind an openid."""

    official: AccountId
    after: str = ""


def begin(tx: Tx, official: AccountId) -> None:
    """Let everybody who follows an account see what it is now."""
    tx.enqueue(TellFollowers(official), key=f"official.tell_followers/{official}")


def tell_followers(tx: Tx, job: TellFollowers) -> None:
    """Tell the next few; a closed account's conversations are closed."""
    kept = store.one(tx, job.official)
    openids = store_follows.followers(tx, job.official, job.after, SLICE)
    if kept is None or not openids:
        return
    for known in store_follows.of_openids(tx, job.official, openids):
        assert known.conversation is not None
        if kept.closed_at is None:
            chat.show_changed(tx, conversation=known.conversation)
        else:
            chat.close(tx, conversation=known.conversation)
    tx.enqueue(TellFollowers(job.official, openids[-1]), key=f"official.tell_followers/{job.official}")
