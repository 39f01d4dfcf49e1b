"""The HTTP of broadcasts and templates: for those who work for an account, and for their followers."""

from typing import Annotated, Any, Literal

import msgspec
from litestar import Router, delete, get, post, put
from litestar.params import Parameter

from warung import chat
from warung.kit.db import Db, Reader, Tx
from warung.kit.ids import AccountId, BlobId, Identity
from warung.official import broadcasting, consent, keeping, notifying, offering, publishing, registry, store_broadcasts, store_templates
from warung.official.cards import OfficialCard, Words
from warung.official.model_broadcasts import (
    All,
    Broadcast,
    Content,
    NoSuchBroadcast,
    Openids,
    Quota,
    Tagged,
    To,
)
from warung.official.model_templates import Template
from warung.official.routes_articles import SwitchOn, edits

Id = Annotated[str, Parameter(max_length=64)]
COUNTED_AT_ONCE = 2_000  # recipients up to which a list counts who was reached; beyond, it shows what was counted last
State = Literal["waiting", "sending", "finished", "cancelled", "withdrawn"]
STATES: dict[str, State] = {
    "scheduled": "waiting",
    "sending": "sending",
    "sent": "finished",
    "cancelled": "cancelled",
    "withdrawn": "withdrawn",
}


class BroadcastTo(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """To whom: everybody, the followers with a tag, or a list of them."""

    kind: Literal["all", "tag", "list"]
    tag: int | None = None
    openids: list[str] = []


class BroadcastContent(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """What is said: an article, a draft (which becomes public with it), words, a picture, a voice, a film or a coupon."""

    kind: Literal["article", "draft", "text", "picture", "voice", "video", "coupon"]
    article: str = ""
    draft: str = ""
    text: str = ""
    media_id: str = ""
    coupon: str = ""


class NewBroadcast(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A broadcast to be sent at a time (milliseconds UTC) or now. The same nonce within a day is the same broadcast."""

    to: BroadcastTo
    content: BroadcastContent
    nonce: str
    at: int | None = None


class BroadcastShown(msgspec.Struct, frozen=True):
    """A broadcast as those see it who work for its account."""

    id: str
    to: BroadcastTo
    content: BroadcastContent
    title: str
    state: State
    at: int | None
    created_at: int
    total: int
    sent: int
    failed: int
    delivered: int
    opened: int
    clicked: int


class BroadcastsLeft(msgspec.Struct, frozen=True):
    """How many broadcasts an account may send in a day or a month, and how many of them are left now."""

    most: int
    per: Literal["day", "month"]
    left: int


class BroadcastsShown(msgspec.Struct, frozen=True):
    """An account's broadcasts, newest first."""

    broadcasts: list[BroadcastShown]
    quota: BroadcastsLeft
    next: str | None


class MessageOpened(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which message of the account was opened, and whether something in it was followed."""

    seq: int
    clicked: bool = False


class NewTemplate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A template: `content` with places written as {{name.DATA}}."""

    title: str
    content: str
    example: str = ""


class TemplateShown(msgspec.Struct, frozen=True):
    """A template, and how many followers agreed to it."""

    id: str
    title: str
    content: str
    example: str
    allowed: int


class TemplatesShown(msgspec.Struct, frozen=True):
    """An account's templates."""

    templates: list[TemplateShown]


class OptIn(msgspec.Struct, frozen=True):
    """A kind of notification that one may allow an account, and whether one has."""

    official: AccountId
    name: str
    avatar: BlobId | None
    template: str
    title: str
    example: str
    on: bool
    at: int | None


class OptIns(msgspec.Struct, frozen=True):
    """All notifications that the accounts one follows offer, and all that one ever allowed."""

    opt_ins: list[OptIn]


@get("/officials/{id:str}/broadcasts")
async def broadcasts(db: Db, me: Identity, id: Id, before: Id | None = None) -> BroadcastsShown:
    """What an account has sent to many, and how many broadcasts it has left."""

    return await db.read(lambda reader: listed(reader, edits(reader, me, id), before))


@post("/officials/{id:str}/broadcasts", status_code=201)
async def order(db: Db, me: Identity, id: Id, data: NewBroadcast) -> BroadcastShown:
    """Send something to many followers, now or at a time. It counts towards the quota."""

    return await db.write(lambda tx: ordered(tx, edits(tx, me, id), data, me.account))


@get("/officials/{id:str}/broadcasts/{broadcast:str}")
async def one(db: Db, me: Identity, id: Id, broadcast: Id) -> BroadcastShown:
    """A broadcast and how far it is, counted now."""
    return await db.read(
        lambda reader: shown(reader, broadcasting.broadcast_of(reader, official=edits(reader, me, id), id=broadcast), count=True)
    )


@post("/officials/{id:str}/broadcasts/{broadcast:str}/cancel", status_code=200)
async def cancel(db: Db, me: Identity, id: Id, broadcast: Id) -> BroadcastShown:
    """Stop a broadcast. One that has not begun does not count towards the quota."""
    return await db.write(lambda tx: shown(tx, broadcasting.cancel_broadcast(tx, official=edits(tx, me, id), id=broadcast)))


@delete("/officials/{id:str}/broadcasts/{broadcast:str}")
async def withdraw(db: Db, me: Identity, id: Id, broadcast: Id) -> None:
    """Take back what a broadcast said."""
    await db.write(lambda tx: broadcasting.withdraw_broadcast(tx, official=edits(tx, me, id), id=broadcast))


@get("/broadcasts/{broadcast:str}")
async def content(db: Db, me: Identity, broadcast: Id) -> Content:
    """What a broadcast that you got says: the card that stands where its pointer is."""
    return await db.read(lambda reader: broadcasting.broadcast_content(reader, by=me.account, id=broadcast))


@post("/officials/{id:str}/opened", status_code=204)
async def opened(db: Db, me: Identity, id: Id, data: MessageOpened) -> None:
    """Say that you opened a message of an account, or followed something in it: it is told how many did."""

    def verb(tx: Tx) -> None:
        known = consent.follower_of(tx, official=AccountId(id), account=me.account)
        if known is None or known.conversation is None:
            raise NoSuchBroadcast
        card = tx.cards.decode(chat.message(tx, by=me.account, id=known.conversation, seq=data.seq).card)
        if isinstance(card, OfficialCard) and card.ref:
            broadcasting.open_broadcast(tx, by=me.account, id=card.ref, clicked=data.clicked)

    await db.write(verb)


@get("/officials/{id:str}/templates")
async def templates(db: Db, me: Identity, id: Id) -> TemplatesShown:
    """The templates of an account."""

    def question(reader: Reader) -> TemplatesShown:
        found = notifying.templates(reader, official=edits(reader, me, id))
        return TemplatesShown([template_shown(reader, each) for each in found])

    return await db.read(question)


@post("/officials/{id:str}/templates", status_code=201)
async def add_template(db: Db, me: Identity, id: Id, data: NewTemplate) -> TemplateShown:
    """Give an account a template."""

    def verb(tx: Tx) -> TemplateShown:
        made = notifying.define_template(tx, official=edits(tx, me, id), title=data.title, content=data.content, example=data.example)
        return template_shown(tx, made)

    return await db.write(verb)


@delete("/officials/{id:str}/templates/{template:str}")
async def delete_template(db: Db, me: Identity, id: Id, template: Id) -> None:
    """Forget a template, and every consent to it."""
    await db.write(lambda tx: notifying.delete_template(tx, official=edits(tx, me, id), id=template))


@get("/officials/opt-ins")
async def opt_ins(db: Db, me: Identity) -> OptIns:
    """Which notifications you allowed, and which else the accounts offer that you follow."""
    return await db.read(lambda reader: OptIns(_opt_ins(reader, me.account)))


@put("/officials/{id:str}/opt-ins/{template:str}", status_code=204)
async def opt_in(db: Db, me: Identity, id: Id, template: Id, data: SwitchOn) -> None:
    """Allow an account a kind of notification, or no longer."""
    await db.write(lambda tx: notifying.agree(tx, by=me.account, official=AccountId(id), template=template, accept=data.on))


def listed(reader: Reader, official: AccountId, before: str | None) -> BroadcastsShown:
    """Return a page of an account's broadcasts."""
    found = broadcasting.broadcasts(reader, official=official, before=before)
    following = found[-1].id if len(found) == broadcasting.PAGE else None
    return BroadcastsShown([shown(reader, each) for each in found], _left(reader, official), following)


def ordered(tx: Tx, official: AccountId, data: NewBroadcast, by: AccountId | None) -> BroadcastShown:
    """Order a broadcast; the same nonce again is the first one."""
    before = broadcasting.repeated(tx, official=official, client_id=data.nonce)
    if before is not None:
        return shown(tx, before)
    more: dict[str, Any] = {"official": official, "to": _to(data.to), "at": data.at, "client_id": data.nonce, "by": by}
    if data.content.kind == "draft":
        return shown(tx, broadcasting.broadcast_draft(tx, media_id=data.content.draft, **more)[0])
    return shown(tx, broadcasting.broadcast(tx, card=_card(tx, official, data.content), **more))


def _to(to: BroadcastTo) -> To:
    if to.kind == "tag":
        return Tagged(-1 if to.tag is None else to.tag)
    return Openids(tuple(to.openids)) if to.kind == "list" else All()


def _card(reader: Reader, official: AccountId, said: BroadcastContent) -> OfficialCard:
    if said.kind == "text":
        return Words(words=said.text)
    if said.kind == "article":
        return publishing.news_of(publishing.article(reader, official=official, id=said.article))
    if said.kind == "coupon":
        return offering.card_of(offering.coupon(reader, official=official, id=said.coupon))
    return keeping.card_of_material(reader, official=official, media_id=said.media_id)


def shown(reader: Reader, found: Broadcast, count: bool = False) -> BroadcastShown:
    """Return a broadcast as those see it who work for its account; counted now where that is cheap, or wanted."""
    opened, clicked = store_broadcasts.seen(reader, found.id)
    delivered = found.delivered
    if count or found.sent <= COUNTED_AT_ONCE:
        delivered = broadcasting.broadcast_figures(reader, official=found.official, id=found.id).delivered
    return BroadcastShown(
        id=found.id,
        to=BroadcastTo(found.audience, found.tag),
        content=_said(found),
        title=found.words.partition("\n")[0],
        state=STATES[found.state],
        at=found.send_at if found.send_at > found.created_at else None,
        created_at=found.created_at,
        total=found.total,
        sent=found.sent,
        failed=found.failed,
        delivered=delivered,
        opened=opened,
        clicked=clicked,
    )


def _said(found: Broadcast) -> BroadcastContent:
    card = msgspec.json.decode(found.card)
    if found.what == "official.news" and (article := card["items"][0].get("article")):
        return BroadcastContent("article", article=article.partition("/")[0])
    if found.what == "official.coupon":
        return BroadcastContent("coupon", coupon=card["coupon"])
    kinds: dict[str, Literal["picture", "voice", "video"]] = {
        "official.picture": "picture",
        "official.voice": "voice",
        "official.video": "video",
    }
    return BroadcastContent(kinds[found.what]) if found.what in kinds else BroadcastContent("text", text=card.get("text", found.words))


def _left(reader: Reader, official: AccountId) -> BroadcastsLeft:
    quota: Quota = broadcasting.broadcast_quota(reader, official=official)
    per: Literal["day", "month"] = "day" if registry.still_open(reader, official).kind == "subscription" else "month"
    return BroadcastsLeft(quota.limit, per, max(0, quota.limit - quota.used))


def template_shown(reader: Reader, found: Template) -> TemplateShown:
    """Return a template as those see it who work for its account."""
    return TemplateShown(found.id, found.title, found.content, found.example, store_templates.count_consents(reader, found.id))


def _opt_ins(reader: Reader, by: AccountId) -> list[OptIn]:
    found: dict[str, OptIn] = {}
    for given in notifying.consents(reader, by=by):
        found.setdefault(
            given.template,
            OptIn(
                official=given.official,
                name=given.official_name,
                avatar=given.official_avatar,
                template=given.template,
                title=given.title,
                example=given.example,
                on=given.accepted,
                at=given.changed_at,
            ),
        )
    for each in consent.following(reader, by=by):
        face = each.official
        for offered in notifying.offered(reader, by=by, official=face.id):
            more = OptIn(face.id, face.name, face.avatar, offered.template, offered.title, offered.example, False, None)
            found.setdefault(offered.template, more)
    return list(found.values())


HANDLERS = [
    *(broadcasts, order, one, cancel, withdraw, content, opened),
    *(templates, add_template, delete_template, opt_ins, opt_in),
]
ROUTES: list[Any] = [Router(path="/", route_handlers=HANDLERS, tags=["official accounts"])]
