"""The HTTP of moments."""

from typing import Annotated, Any

import msgspec
from litestar import Router, delete, get, patch, post, put
from litestar.params import Parameter

from warung import pay
from warung.kit.db import Db, Tx
from warung.kit.domain import Priority
from warung.kit.ids import AccountId, BlobId, Identity
from warung.moments import answers, deciding, feed, posting
from warung.moments.model import Draft, Feed, Mine, MomentNews, Notices, One

Id = Annotated[str, Parameter(max_length=64)]


class NewComment(msgspec.Struct, forbid_unknown_fields=True):
    """What to write under a moment; `to` is the comment that it answers. The nonce makes a retry harmless."""

    nonce: str
    text: str
    to: str | None = None


class ThankForMoment(msgspec.Struct, forbid_unknown_fields=True):
    """Thank an author with credits. `id` is the payment's, made by the client; `approval` confirms it for the author as payee."""

    id: str
    amount: int
    approval: str | None = None


class Decision(msgspec.Struct, forbid_unknown_fields=True):
    """Whether somebody is not shown `mine`, and whether `theirs` is not shown to me."""

    mine: bool
    theirs: bool


class Decisions(msgspec.Struct, forbid_unknown_fields=True):
    """What to change; what is absent stays. `window_days` is 0, 3, 30 or 182."""

    window_days: int | None = None
    cover: BlobId | msgspec.UnsetType | None = msgspec.UNSET


class Seen(msgspec.Struct, forbid_unknown_fields=True):
    """The id of the newest notice that was read, or of the newest moment that was shown."""

    upto: str


@get("/moments")
async def read(db: Db, me: Identity, before: Id | None = None, of: Id | None = None) -> Feed:
    """What your contacts and you posted, or one person `of` them, newest first."""
    if of is not None:
        who = AccountId(of)
        return await db.read(lambda reader: feed.feed_of(reader, by=me.account, of=who, before=before))
    return await db.read(lambda reader: feed.feed(reader, by=me.account, before=before))


@post("/moments", status_code=200)
async def publish(db: Db, me: Identity, data: Draft) -> One:
    """Show something to a circle. The same nonce again is the same moment."""

    def verb(tx: Tx) -> One:
        return feed.one(tx, by=me.account, id=posting.post(tx, by=me.account, draft=data).id)

    return await db.write(verb)


@get("/moments/notices")
async def notices(db: Db, me: Identity) -> Notices:
    """Who liked, and who commented where you are concerned."""
    return await db.read(lambda reader: deciding.notices(reader, by=me.account))


@get("/moments/news")
async def news(db: Db, me: Identity) -> MomentNews:
    """What is new: a dot and a number."""
    return await db.read(lambda reader: deciding.news(reader, by=me.account))


@post("/moments/looked", status_code=204)
async def looked(db: Db, me: Identity, data: Seen) -> None:
    """Note up to which moment you were shown them."""
    await db.write(lambda tx: deciding.note_looked(tx, by=me.account, upto=data.upto))


@post("/moments/notices/seen", status_code=204)
async def seen(db: Db, me: Identity, data: Seen) -> None:
    """Note which notices you have read."""
    await db.write(lambda tx: deciding.note_seen(tx, by=me.account, upto=data.upto))


@get("/moments/settings")
async def mine(db: Db, me: Identity) -> Mine:
    """What you decided: for how long others see your moments, your cover, whom you left out."""
    return await db.read(lambda reader: deciding.mine(reader, by=me.account))


@patch("/moments/settings")
async def decide(db: Db, me: Identity, data: Decisions) -> Mine:
    """Decide for how long others see your moments, and which picture stands above them."""

    def verb(tx: Tx) -> Mine:
        if data.window_days is not None:
            deciding.set_window(tx, by=me.account, days=data.window_days)
        if data.cover is not msgspec.UNSET:
            deciding.set_cover(tx, by=me.account, blob=data.cover)
        return deciding.mine(tx, by=me.account)

    return await db.write(verb)


@put("/moments/people/{account:str}", status_code=204)
async def hide(db: Db, me: Identity, account: Id, data: Decision) -> None:
    """Do not show yours to somebody, or do not be shown theirs. They are not told."""
    await db.write(lambda tx: deciding.hide(tx, by=me.account, other=AccountId(account), mine=data.mine, theirs=data.theirs))


@get("/moments/{id:str}")
async def one(db: Db, me: Identity, id: Id) -> One:
    """One moment."""
    return await db.read(lambda reader: feed.one(reader, by=me.account, id=id))


@delete("/moments/{id:str}")
async def remove(db: Db, me: Identity, id: Id) -> None:
    """Take a moment of your own away from everybody."""
    await db.write(lambda tx: posting.remove(tx, by=me.account, id=id))


@put("/moments/{id:str}/like", status_code=204)
async def like(db: Db, me: Identity, id: Id) -> None:
    """Like a moment."""
    await db.write(lambda tx: answers.like(tx, by=me.account, id=id))


@delete("/moments/{id:str}/like")
async def unlike(db: Db, me: Identity, id: Id) -> None:
    """Like a moment no longer."""
    await db.write(lambda tx: answers.unlike(tx, by=me.account, id=id))


@post("/moments/{id:str}/thanks", status_code=204, opt={"priority": Priority.FIRST})
async def thank(db: Db, me: Identity, id: Id, data: ThankForMoment) -> None:
    """Thank the author of a moment with credits."""
    await pay.decided(db, lambda tx: answers.thank(tx, by=me.account, id=id, amount=data.amount, nonce=data.id, approval=data.approval))


@post("/moments/{id:str}/comments", status_code=200)
async def comment(db: Db, me: Identity, id: Id, data: NewComment) -> One:
    """Write under a moment; return it as it is now."""

    def verb(tx: Tx) -> One:
        answers.comment(tx, by=me.account, id=id, text=data.text, nonce=data.nonce, to=data.to)
        return feed.one(tx, by=me.account, id=id)

    return await db.write(verb)


@delete("/moments/{id:str}/comments/{comment_id:str}")
async def take_back(db: Db, me: Identity, id: Id, comment_id: Id) -> None:
    """Take a comment away: your own, or any under a moment of yours."""
    await db.write(lambda tx: answers.take_back(tx, by=me.account, id=id, comment=comment_id))


HANDLERS = [read, publish, news, looked, notices, seen, mine, decide, hide, one, remove, like, unlike, thank, comment, take_back]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["moments"])]
