"""Coupons: an account gives them, a follower has them, somebody at the desk redeems each once."""

import re
import secrets

import msgspec

from warung.kit.db import Reader, Tx
from warung.kit.ids import AccountId, Nonce, new_id
from warung.kit.text import bounded
from warung.official import consent, log, registry, store, store_codes, talking
from warung.official.model_codes import (
    Coupon,
    CouponCard,
    CouponDraft,
    CouponNotPossible,
    CouponOver,
    CouponsGone,
    CouponTaken,
    CouponUsed,
    Given,
    NoSuchCoupon,
)

TITLE_CHARS, WORDS_CHARS, TERMS_CHARS = 60, 500, 2_000
MOST = 1_000_000_000
FOREVER = 1 << 52
CODE_DIGITS = 12
COLOR = re.compile(r"#[0-9A-Fa-f]{6}\Z")


def make_coupon(tx: Tx, *, official: AccountId, draft: CouponDraft) -> Coupon:
    """Offer a coupon. Raises `CouponNotPossible`."""
    ends = draft.ends_at or FOREVER
    numbers = (draft.amount, draft.stock, draft.per_person, draft.starts_at)
    if not draft.title.strip() or draft.starts_at >= ends or ends > FOREVER or any(not 0 <= each <= FOREVER for each in numbers):
        raise CouponNotPossible
    if draft.per_person < 1 or max(draft.stock, draft.amount) > MOST or (draft.kind == "discount" and not 1 <= draft.amount <= 100):
        raise CouponNotPossible
    made = Coupon(
        id=new_id(tx.now),
        official=official,
        kind=draft.kind,
        title=bounded(draft.title, limit=TITLE_CHARS),
        words=bounded(draft.words, limit=WORDS_CHARS),
        terms=bounded(draft.terms, limit=TERMS_CHARS),
        amount=draft.amount,
        currency=bounded(draft.currency, limit=3),
        color=draft.color if COLOR.match(draft.color) else "",
        stock=draft.stock,
        per_person=draft.per_person,
        starts_at=draft.starts_at,
        ends_at=ends,
        given=0,
        redeemed=0,
        created_at=tx.now,
        closed_at=None,
    )
    store_codes.insert_coupon(tx, made)
    return made


def coupons(reader: Reader, *, official: AccountId) -> list[Coupon]:
    """Return an account's coupons, newest first."""
    return store_codes.coupons(reader, official)


def coupon(reader: Reader, *, official: AccountId, id: str) -> Coupon:
    """Return a coupon of an account. Raises `NoSuchCoupon`."""
    found = store_codes.coupon(reader, id)
    if found is None or found.official != official:
        raise NoSuchCoupon
    return found


def close_coupon(tx: Tx, *, official: AccountId, id: str) -> None:
    """Give no more of a coupon; those given stay good. Raises `NoSuchCoupon`."""
    store_codes.close_coupon(tx, coupon(tx, official=official, id=id).id, tx.now)


def card_of(found: Coupon, *, why: str = "") -> CouponCard:
    """Return the card that offers a coupon."""
    told = {name: getattr(found, name) for name in ("title", "kind", "words", "amount", "currency", "color", "ends_at")}
    return CouponCard(coupon=found.id, why=why, **told)


def give_coupon(tx: Tx, *, official: AccountId, id: str, openid: str) -> Given:
    """Give a follower a coupon, and tell them so. Raises `NoSuchCoupon`, `CouponsGone`, `CouponOver`, `CouponTaken`, `NotFollowing`."""
    found = coupon(tx, official=official, id=id)
    follower = consent.required(tx, official, openid)
    given = _give(tx, found, follower.account)
    talking.say(tx, official=official, to=openid, card=card_of(found, why="coupon"), nonce=Nonce(f"coupon-{new_id(tx.now)}"))
    log.happen(tx, official=official, kind="coupon.given", openid=openid, coupon=id)
    return given


def take_coupon(tx: Tx, *, by: AccountId, id: str) -> Given:
    """Take a coupon that was offered; who has it gets the one they have. Raises `NoSuchCoupon`, `CouponsGone`, `CouponOver`."""
    found = store_codes.coupon(tx, id)
    known = consent.follower_of(tx, official=found.official, account=by) if found else None
    if found is None or known is None or not known.follows:
        raise NoSuchCoupon
    mine = store_codes.given_to(tx, by, id)
    if len(mine) >= found.per_person:
        return mine[0]
    given = _give(tx, found, by)
    log.happen(tx, official=found.official, kind="coupon.taken", openid=known.openid, coupon=id)
    return given


def my_coupons(reader: Reader, *, by: AccountId) -> list[tuple[Given, Coupon]]:
    """Return what one has, the latest first."""
    found = []
    for given in store_codes.given_to(reader, by):
        about = store_codes.coupon(reader, given.coupon)
        kept = store.one(reader, about.official) if about else None
        if about is not None and kept is not None and kept.closed_at is None:
            found.append((given, about))
    return found


def my_coupon(reader: Reader, *, by: AccountId, code: str) -> tuple[Given, Coupon]:
    """Return one that one has. Raises `NoSuchCoupon`."""
    given = store_codes.given(reader, code)
    about = store_codes.coupon(reader, given.coupon) if given else None
    if given is None or about is None or given.account != by:
        raise NoSuchCoupon
    return given, about


def redeem(tx: Tx, *, by: AccountId, official: AccountId, code: str) -> tuple[Given, Coupon]:
    """Redeem a coupon at the desk: `by` works for the account. Raises `RoleNeeded`, `NoSuchCoupon`, `CouponOver`, `CouponUsed`."""
    registry.worked_with(tx, by, official, registry.EVERY)
    given = store_codes.given(tx, code.strip().replace(" ", ""))
    about = store_codes.coupon(tx, given.coupon) if given else None
    if given is None or about is None or about.official != official:
        raise NoSuchCoupon
    if not about.starts_at <= tx.now < about.ends_at:
        raise CouponOver
    if not store_codes.redeem(tx, given.code, by, tx.now):
        raise CouponUsed
    store_codes.count_redeemed(tx, about.id)
    known = consent.follower_of(tx, official=official, account=given.account)
    log.happen(tx, official=official, kind="coupon.redeemed", openid=known.openid if known else "", coupon=about.id)
    return msgspec.structs.replace(given, redeemed_at=tx.now, redeemed_by=by), msgspec.structs.replace(about, redeemed=about.redeemed + 1)


def _give(tx: Tx, found: Coupon, account: AccountId) -> Given:
    if not found.starts_at <= tx.now < found.ends_at:
        raise CouponOver
    if len(store_codes.given_to(tx, account, found.id)) >= found.per_person:
        raise CouponTaken
    if not store_codes.take_stock(tx, found.id):
        raise CouponsGone
    code = str(secrets.randbelow(9 * 10 ** (CODE_DIGITS - 1)) + 10 ** (CODE_DIGITS - 1))
    store_codes.insert_given(tx, {"code": code, "coupon": found.id, "account": account, "now": tx.now})
    return Given(code, found.id, account, tx.now, None, None)
