"""The HTTP of apps: registering them, and what a person's client does for an app they use."""

from typing import Any

import msgspec
from litestar import Router, delete, get, patch, post

from warung.apps import registry, signing_in
from warung.apps.model import App, AppCode, AppRegistered, AppSealed
from warung.kit.db import Db
from warung.kit.ids import AccountId, Identity


class NewApp(msgspec.Struct, forbid_unknown_fields=True):
    """A mini-app to register, perhaps as part of an official account of one's own."""

    name: str
    official: AccountId | None = None


class AppChanges(msgspec.Struct, forbid_unknown_fields=True):
    """What is to be different; what is left out stays."""

    name: str | None = None
    official: AccountId | None = None


class PhoneGiven(msgspec.Struct, forbid_unknown_fields=True):
    """A telephone number that a person typed in for an app."""

    number: str


class PhoneTold(msgspec.Struct, frozen=True):
    """What the app's page gets: a code for its server, and the number sealed for it."""

    code: str
    sealed: AppSealed


@post("/apps", status_code=200)
async def register_app(data: NewApp, db: Db, me: Identity) -> AppRegistered:
    """Register a mini-app. The secret is in this answer and nowhere else."""
    return await db.write(lambda tx: registry.register(tx, by=me.account, name=data.name, official=data.official))


@get("/apps")
async def my_apps(db: Db, me: Identity) -> list[App]:
    """Your own mini-apps."""
    return await db.read(lambda reader: registry.mine(reader, by=me.account))


@patch("/apps/{id:str}")
async def change_app(id: str, data: AppChanges, db: Db, me: Identity) -> App:
    """Change a mini-app of yours."""
    return await db.write(lambda tx: registry.change(tx, by=me.account, app=id, name=data.name, official=data.official))


@post("/apps/{id:str}/secret", status_code=200)
async def reset_app_secret(id: str, db: Db, me: Identity) -> AppRegistered:
    """Give a mini-app of yours a new secret; the former one is worth nothing any more."""
    return await db.write(lambda tx: registry.reset_secret(tx, by=me.account, app=id))


@delete("/apps/{id:str}")
async def close_app(id: str, db: Db, me: Identity) -> None:
    """Close a mini-app of yours."""
    await db.write(lambda tx: registry.close(tx, by=me.account, app=id))


@post("/app-visits/{appid:str}/code", status_code=200)
async def sign_in(appid: str, db: Db, me: Identity) -> AppCode:
    """Sign in to a mini-app: a code for its server, which learns an openid and nothing else."""
    return await db.write(lambda tx: signing_in.sign_in(tx, by=me.account, appid=appid))


@post("/app-visits/{appid:str}/profile", status_code=200)
async def show_myself(appid: str, db: Db, me: Identity) -> AppSealed:
    """Tell a mini-app your name and picture: the client asks you before it asks this."""
    return await db.read(lambda reader: signing_in.show_myself(reader, by=me.account, appid=appid))


@post("/app-visits/{appid:str}/phone", status_code=200)
async def give_phone(appid: str, data: PhoneGiven, db: Db, me: Identity) -> PhoneTold:
    """Give a mini-app a telephone number that you typed in for it. It is not kept."""
    code, sealed = await db.write(lambda tx: signing_in.give_phone(tx, by=me.account, appid=appid, number=data.number))
    return PhoneTold(code.code, sealed)


HANDLERS = [register_app, my_apps, change_app, reset_app_secret, close_app, sign_in, show_myself, give_phone]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["apps"])]
