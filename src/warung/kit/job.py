"""A job is durable work: written in the transaction that wants it, done after the commit, by any node, also after a crash."""

import msgspec


class Job(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be done. A subclass gives its tag: `class Expire(Job, frozen=True, tag="pay.expire")`.

    It names things by their ids: by the time it is done, what it is about may have changed.
    """
