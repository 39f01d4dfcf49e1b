"""The HTTP of push: this device's subscription, what its screen may tell, and a try."""

from typing import Any

import msgspec
from litestar import Router, delete, get, patch, post, put

from warung import accounts
from warung.kit.clock import MINUTE
from warung.kit.db import Db
from warung.kit.domain import Services
from warung.kit.ids import Identity
from warung.push import devices, sending
from warung.push.model import Reach, Show, Subscription, Tried

TESTS = accounts.Limit("push-test", 10, MINUTE)


class Choice(msgspec.Struct, forbid_unknown_fields=True):
    """How much this device's screen may tell: everything, who writes, or only that something came."""

    show: Show


@get("/push")
async def reach(db: Db, me: Identity) -> Reach:
    """Say whether this device is woken by messages, and the key with which a browser subscribes."""
    await db.write(devices.make_key)
    return await db.read(lambda reader: devices.reach(reader, by=me))


@put("/push")
async def subscribe(data: Subscription, db: Db, me: Identity) -> Reach:
    """Let this device be woken."""
    await db.write(devices.make_key)
    return await db.write(lambda tx: devices.subscribe(tx, by=me, subscription=data))


@patch("/push")
async def choose(data: Choice, db: Db, me: Identity) -> Reach:
    """Say how much this device's screen may tell."""
    await db.write(devices.make_key)
    return await db.write(lambda tx: devices.change(tx, by=me, show=data.show))


@delete("/push")
async def unsubscribe(db: Db, me: Identity) -> None:
    """Let this device sleep."""
    await db.write(lambda tx: devices.unsubscribe(tx, by=me))


@post("/push/test", status_code=200)
async def try_it(services: Services, me: Identity) -> Tried:
    """Send this device a test. When the push service took it, the device says itself whether it came."""
    await services.db.write(lambda tx: accounts.count_tries(tx, [(TESTS, me.account)]))
    return await sending.test(services, me.session)


ROUTES: list[Any] = [Router(path="", route_handlers=[reach, subscribe, choose, unsubscribe, try_it])]
