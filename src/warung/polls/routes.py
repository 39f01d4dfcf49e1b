"""Polls and lists over HTTP."""

from typing import Any

import msgspec
from litestar import Router, delete, get, post, put

from warung import chat
from warung.kit.db import Db
from warung.kit.ids import ConversationId, Identity, Nonce
from warung.polls import service
from warung.polls.model import State


class NewPoll(msgspec.Struct, forbid_unknown_fields=True):
    """A question with 2 to 20 choices."""

    question: str
    choices: list[str]
    nonce: str
    multiple: bool = False
    anonymous: bool = False
    closes_at: int | None = None


class NewList(msgspec.Struct, forbid_unknown_fields=True):
    """A list to put oneself on, with or without a number of places."""

    title: str
    nonce: str
    places: int | None = None
    closes_at: int | None = None


class Choice(msgspec.Struct, forbid_unknown_fields=True):
    """What one chooses, by number from 0; nothing takes the vote back."""

    choices: list[int]


class Coming(msgspec.Struct, forbid_unknown_fields=True):
    """How many come along, and a word."""

    plus: int = 0
    note: str = ""


@post("/conversations/{id:str}/polls", status_code=200)
async def ask(db: Db, me: Identity, id: str, data: NewPoll) -> chat.Message:
    """Ask a conversation something. The same nonce again asks nothing twice."""
    return await db.write(
        lambda tx: service.ask(
            tx,
            by=me.account,
            to=ConversationId(id),
            question=data.question,
            choices=data.choices,
            nonce=Nonce(data.nonce),
            multiple=data.multiple,
            anonymous=data.anonymous,
            closes_at=data.closes_at,
        )
    )


@post("/conversations/{id:str}/lists", status_code=200)
async def start_list(db: Db, me: Identity, id: str, data: NewList) -> chat.Message:
    """Start a list that the members can put themselves on."""
    return await db.write(
        lambda tx: service.start_list(
            tx,
            by=me.account,
            to=ConversationId(id),
            title=data.title,
            nonce=Nonce(data.nonce),
            places=data.places,
            closes_at=data.closes_at,
        )
    )


@get("/polls/{id:str}")
async def state(db: Db, me: Identity, id: str) -> State:
    """How a poll or a list stands."""
    return await db.read(lambda reader: service.state(reader, by=me.account, id=id))


@put("/polls/{id:str}/vote", status_code=200)
async def choose(db: Db, me: Identity, id: str, data: Choice) -> State:
    """Choose, or choose something else."""
    return await db.write(lambda tx: service.choose(tx, by=me.account, id=id, choices=data.choices))


@put("/polls/{id:str}/entry", status_code=200)
async def come(db: Db, me: Identity, id: str, data: Coming) -> State:
    """Put yourself on a list, or change what you said there."""
    return await db.write(lambda tx: service.come(tx, by=me.account, id=id, plus=data.plus, note=data.note))


@delete("/polls/{id:str}/entry", status_code=200)
async def leave(db: Db, me: Identity, id: str) -> State:
    """Take yourself off a list."""
    return await db.write(lambda tx: service.leave(tx, by=me.account, id=id))


@post("/polls/{id:str}/close", status_code=200)
async def close(db: Db, me: Identity, id: str) -> State:
    """Close it before its time."""
    return await db.write(lambda tx: service.close(tx, by=me.account, id=id))


ROUTES: list[Any] = [Router(path="/", route_handlers=[ask, start_list, state, choose, come, leave, close], tags=["polls"])]
