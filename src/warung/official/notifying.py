"""Templates and the notifications made of them: a follower gets those they agreed to, and sees and takes back every consent."""

import re
import secrets
from collections.abc import Mapping, Sequence

from warung.kit.clock import DAY
from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, Nonce
from warung.kit.text import bounded
from warung.official import consent, library, log, registry, store, store_templates, talking
from warung.official.model import FollowerBlocked, Happened
from warung.official.model_templates import (
    CONTENT_CHARS,
    MOST_KEYWORDS,
    MOST_SCENE,
    MOST_TEMPLATES,
    SCENE_WORDS,
    TITLE_CHARS,
    URL_CHARS,
    VALUE_CHARS,
    ConsentShown,
    Industry,
    IndustryChangedLately,
    IndustryNotPossible,
    NoSuchLibraryTemplate,
    NoSuchTemplate,
    NotAgreed,
    NoticeLine,
    NotificationLinkNotPossible,
    NotificationRepeated,
    SceneNotPossible,
    Template,
    TemplateArgument,
    TemplateKind,
    TemplateNotice,
    TemplateNotPossible,
    TemplateOffered,
    TooManyTemplates,
    Value,
)
from warung.official.numbers import number

PLACE = re.compile(r"\{\{\s*([A-Za-z_][A-Za-z0-9_]{0,31})\.DATA\s*\}\}")
COLOR = re.compile(r"#[0-9A-Fa-f]{6}\Z")
MONTH = 30 * DAY
# What fits a place of a subscription, by the kind that its name begins with, as in `thing2`.
FITS: dict[str, re.Pattern[str]] = {
    "thing": re.compile(r".{1,20}\Z", re.DOTALL),
    "number": re.compile(r"[0-9.,]{1,32}\Z"),
    "letter": re.compile(r"[A-Za-z]{1,32}\Z"),
    "symbol": re.compile(r".{1,5}\Z"),
    "character_string": re.compile(r"[ -~]{1,32}\Z"),
    "time": re.compile(r".{1,40}\Z"),
    "date": re.compile(r".{1,40}\Z"),
    "amount": re.compile(r"\D{0,4}\s?[0-9][0-9.,]{0,15}\D{0,4}\Z"),
    "phone_number": re.compile(r"[0-9+()\- ]{3,17}\Z"),
    "car_number": re.compile(r".{1,12}\Z"),
    "name": re.compile(r".{1,20}\Z"),
    "phrase": re.compile(r".{1,10}\Z"),
    "const": re.compile(r".{1,20}\Z"),
    "enum": re.compile(r".{1,20}\Z"),
}
NAMED = re.compile(r"([a-z_]+?)(\d{1,2})\Z")


def industry(reader: Reader, *, official: AccountId) -> Industry | None:
    """Return what an account says it works in."""
    return store_templates.industry(reader, official)


def set_industry(tx: Tx, *, official: AccountId, first: int, second: int) -> None:
    """Say what an account works in: two of `library.INDUSTRIES`. Raises `IndustryNotPossible`, `IndustryChangedLately`."""
    if first == second or first not in library.INDUSTRIES or second not in library.INDUSTRIES:
        raise IndustryNotPossible
    before = store_templates.industry(tx, official)
    if before is not None and before.changed_at > tx.now - MONTH:
        raise IndustryChangedLately
    store_templates.set_industry(tx, official, first, second)


def define_template(
    tx: Tx, *, official: AccountId, title: str, content: str, example: str = "", kind: TemplateKind = "template", short: str = ""
) -> Template:
    """Give an account a template: `content` has places written as {{name.DATA}}. Raises `TemplateNotPossible`, `TooManyTemplates`."""
    if not title.strip() or len(title) > TITLE_CHARS or len(content) > CONTENT_CHARS:
        raise TemplateNotPossible(limit=MOST_KEYWORDS)
    if not 1 <= len(places(content)) <= MOST_KEYWORDS:
        raise TemplateNotPossible(limit=MOST_KEYWORDS)
    if len(store_templates.all_of(tx, official)) >= MOST_TEMPLATES:
        raise TooManyTemplates(limit=MOST_TEMPLATES)
    made = Template(
        id=secrets.token_urlsafe(32),
        official=official,
        kind=kind,
        short=short,
        title=bounded(title.strip(), limit=TITLE_CHARS),
        content=bounded(content, limit=CONTENT_CHARS),
        example=bounded(example, limit=CONTENT_CHARS),
        created_at=tx.now,
    )
    store_templates.insert(tx, made)
    return made


def add_template(tx: Tx, *, official: AccountId, short: str, keywords: Sequence[str] = ()) -> Template:
    """Take a template of the library by its short name, with the keywords named or all.

    Raises `NoSuchLibraryTemplate`, `TemplateNotPossible`, `TooManyTemplates`.
    """
    entry = library.BY_SHORT.get(short)
    if entry is None:
        raise NoSuchLibraryTemplate
    wanted = [each for each in entry.keywords if not keywords or each.name in keywords]
    if not wanted:
        raise TemplateNotPossible(limit=MOST_KEYWORDS)
    content = "{{first.DATA}}\n" + "\n".join(f"{each.name}: {{{{keyword{at}.DATA}}}}" for at, each in enumerate(wanted, 1))
    content += "\n{{remark.DATA}}"
    example = "\n".join(f"{each.name}: {each.example}" for each in wanted)
    return define_template(tx, official=official, title=entry.title, content=content, example=example, short=entry.short)


def add_subscription(tx: Tx, *, official: AccountId, tid: int, kids: Sequence[int], words: str = "") -> Template:
    """Take a template of the library as a subscription, with the keywords of these numbers in this order.

    Raises `NoSuchLibraryTemplate`, `TemplateNotPossible`, `TooManyTemplates`.
    """
    entry = library.BY_TID.get(tid)
    if entry is None:
        raise NoSuchLibraryTemplate
    bounded(words, limit=SCENE_WORDS)
    known = {each.kid: each for each in entry.keywords}
    wanted = [known[kid] for kid in dict.fromkeys(kids) if kid in known]
    if not 2 <= len(wanted) <= 5 or len(wanted) < len(set(kids)):
        raise TemplateNotPossible(limit=5)
    content = "\n".join(f"{each.name}: {{{{{each.rule}{each.kid}.DATA}}}}" for each in wanted)
    example = "\n".join(f"{each.name}: {each.example}" for each in wanted)
    return define_template(tx, official=official, title=entry.title, content=content, example=example, kind="subscription", short=str(tid))


def templates(reader: Reader, *, official: AccountId, kind: TemplateKind | None = None) -> list[Template]:
    """Return an account's templates, oldest first."""
    return [each for each in store_templates.all_of(reader, official) if kind in (None, each.kind)]


def template(reader: Reader, *, official: AccountId, id: str) -> Template:
    """Return a template of an account. Raises `NoSuchTemplate`."""
    found = store_templates.one(reader, id)
    if found is None or found.official != official:
        raise NoSuchTemplate
    return found


def delete_template(tx: Tx, *, official: AccountId, id: str) -> None:
    """Forget a template, and every consent to it. Raises `NoSuchTemplate`."""
    store_templates.delete(tx, template(tx, official=official, id=id).id)


# What a follower says


def consents(reader: Reader, *, by: AccountId) -> list[ConsentShown]:
    """Return everything that one agreed to or refused, the latest first."""
    shown = []
    for given in store_templates.consents(reader, by):
        asked, kept = store_templates.one(reader, given.template), store.one(reader, given.official)
        if asked is None or kept is None or kept.closed_at is not None:
            continue
        (whose,) = registry.whole(reader, [kept])
        shown.append(
            ConsentShown(
                official=given.official,
                official_name=whose.name,
                official_avatar=whose.avatar,
                template=given.template,
                title=asked.title,
                example=asked.example,
                scene=given.scene,
                accepted=given.accepted and given.remaining != 0,
                remaining=given.remaining,
                changed_at=given.changed_at,
            )
        )
    return shown


def offered(reader: Reader, *, by: AccountId, official: AccountId) -> list[TemplateOffered]:
    """Return the templates of an account, with what one said to each."""
    registry.still_open(reader, official)
    found = []
    for each in store_templates.all_of(reader, official):
        said = store_templates.consent(reader, by, each.id, 0)
        accepted = None if said is None else said.accepted and said.remaining != 0
        found.append(TemplateOffered(each.id, each.kind, each.title, each.example or each.content, accepted))
    return found


def agree(tx: Tx, *, by: AccountId, official: AccountId, template: str, accept: bool, scene: int = 0) -> None:
    """Agree to a template, or refuse it, or take a consent back. Agreeing needs following.

    A notification template is agreed to until that is taken back; a subscription, or one asked for with a scene of 1 to 10000, for one
    message more. Raises `NoSuchTemplate`, `NotFollowing`, `SceneNotPossible`.
    """
    if not 0 <= scene <= MOST_SCENE:
        raise SceneNotPossible(limit=MOST_SCENE)
    found = store_templates.one(tx, template)
    if found is None or found.official != official:
        raise NoSuchTemplate
    openid = consent.openid(tx, official=official, account=by)
    before = store_templates.consent(tx, by, template, scene)
    remaining = None
    if accept:
        consent.required(tx, official, openid)
        if scene or (found.kind == "subscription" and not _lasting(found)):
            remaining = (before.remaining or 0 if before is not None and before.accepted else 0) + 1
    row = {"account": by, "official": official, "template": template, "scene": scene}
    store_templates.keep_consent(tx, row | {"accepted": int(accept), "remaining": remaining})
    kind = "subscription.changed" if before is not None and not accept else "subscription.answered"
    log.happen(tx, official=official, kind=kind, openid=openid, template=template, accepted=accept, scene=scene)


def on_happened(tx: Tx, event: Happened) -> None:
    """Whoever leaves an account has agreed to nothing any more."""
    if event.kind == "unfollow":
        known = consent.follower(tx, official=event.official, openid=event.openid)
        if known is not None:
            store_templates.refuse_all(tx, known.account, event.official)


# What an account sends


def send_template(
    tx: Tx,
    *,
    official: AccountId,
    openid: str,
    template: str,
    data: Mapping[str, Value],
    url: str = "",
    appid: str = "",
    path: str = "",
    client_id: str | None = None,
    scene: int = 0,
    title: str = "",
) -> int:
    """Notify a follower who agreed to this template; return the number of the message, by which an event tells what came of it.

    Raises `NoSuchTemplate`, `NoSuchFollower`, `NotFollowing`, `NotAgreed`, `TemplateArgument`, `NotificationLinkNotPossible`,
    `NotificationRepeated`.
    """
    found = _own(tx, official, template)
    follower = consent.required(tx, official, openid)
    if (url and not url.lower().startswith(("http://", "https://"))) or len(url) > URL_CHARS or len(path) > URL_CHARS:
        raise NotificationLinkNotPossible
    lines = _lines(found, data)
    if client_id and (before := store_templates.of_client(tx, official, client_id)) is not None:
        raise NotificationRepeated(number=str(before))
    if not store_templates.spend(tx, follower.account, template, scene):
        raise NotAgreed
    sent = number(tx)
    row = {"number": sent, "official": official, "template": template, "openid": openid, "client_id": client_id or None, "at": tx.now}
    store_templates.insert_notification(tx, row)
    card = TemplateNotice(
        title=bounded(title, limit=TITLE_CHARS) or found.title,
        fields=lines,
        template=template,
        url=url,
        appid=appid,
        path=path,
        why=f"template:{template}",
    )
    status = "success"
    try:
        talking.say(tx, official=official, to=openid, card=card, nonce=Nonce(f"notice-{sent}"))
    except FollowerBlocked:
        status = "blocked"
    kind = "subscription.sent" if found.kind == "subscription" else "template.finished"
    log.happen(tx, official=official, kind=kind, openid=openid, number=str(sent), status=status, template=template)
    return sent


def places(content: str) -> list[str]:
    """Return the names of the places of a template, each once, in their order."""
    return list(dict.fromkeys(PLACE.findall(content)))


def _own(reader: Reader, official: AccountId, id: str) -> Template:
    return template(reader, official=official, id=id)


def _lines(found: Template, data: Mapping[str, Value]) -> tuple[NoticeLine, ...]:
    """Return the lines of a notification: each place with its label, the words before it on its line."""
    lines = []
    for row in found.content.splitlines():
        for name in PLACE.findall(row):
            given = data.get(name, Value(""))
            value = given.value.strip()
            optional = found.kind == "template" and name in ("first", "remark")
            if (not value and not optional) or not _fits(found.kind, name, value) or "\x00" in value:
                raise TemplateArgument(name=f"data.{name}.value")
            label = PLACE.split(row)[0].strip().rstrip(":：").strip()
            color = given.color if COLOR.match(given.color) else ""
            if value:
                lines.append(NoticeLine(label, value, color))
    return tuple(lines)


def _fits(kind: TemplateKind, name: str, value: str) -> bool:
    if len(value) > VALUE_CHARS:
        return False
    named = NAMED.fullmatch(name) if kind == "subscription" else None
    return named is None or named[1] not in FITS or FITS[named[1]].match(value) is not None


def _lasting(found: Template) -> bool:
    entry = library.BY_TID.get(int(found.short)) if found.short.isdigit() else None
    return entry is not None and entry.lasting
