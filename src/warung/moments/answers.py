"""Likes and comments, and whom they are told."""

from warung import accounts, chat, pay
from warung.kit.clock import DAY
from warung.kit.db import Tx
from warung.kit.errors import TooMany
from warung.kit.ids import NONCE, AccountId, new_id
from warung.kit.text import bounded
from warung.moments import sight, store, store_people
from warung.moments.model import Kept, KeptComment, MomentsTooMany, NoSuchComment, Noticed, NotYourComment, Settings

THANKED_FOR = 60  # characters of a moment that stand in the statement of whoever thanked


def like(tx: Tx, *, by: AccountId, id: str) -> None:
    """Like a moment; twice is once. Raises `NoSuchMoment`."""
    moment = sight.seen(tx, by, id)
    if store.like(tx, id, by):
        _tell(tx, moment, by, [moment.author], "")


def unlike(tx: Tx, *, by: AccountId, id: str) -> None:
    """Like a moment no longer; one that was not liked is no error. Raises `NoSuchMoment`."""
    sight.seen(tx, by, id)
    if store.unlike(tx, id, by):
        store_people.forget_like(tx, id, by)


def comment(tx: Tx, *, by: AccountId, id: str, text: str, nonce: str, to: str | None = None) -> KeptComment:
    """Write under a moment, or answer the comment called `to` there; the same nonce again is the same comment.

    Raises `BadNonce`, `NoSuchMoment`, `NoSuchComment`, `MomentsTooMany`.
    """
    if not NONCE.match(nonce):
        raise chat.BadNonce
    moment = sight.seen(tx, by, id)
    first = store.comment_with_nonce(tx, by, nonce)
    if first is not None:
        return first
    settings = tx.settings(Settings)
    answered = _seen(tx, by, moment, to).account if to is not None else None
    words = bounded(text, limit=settings.comment_chars, empty=False)
    try:
        accounts.count_tries(tx, [(accounts.Limit("moment-comments", settings.comments_per_day, DAY), by)])
    except TooMany as refused:
        raise MomentsTooMany(**refused.details) from None
    made = KeptComment(new_id(tx.now), id, by, nonce, answered if answered != by else None, words, tx.now)
    store.insert_comment(tx, made)
    there = [who for _, who in store.likes(tx, [id])] + [one.account for one in store.comments(tx, [id])]
    _tell(tx, moment, by, [moment.author, *there, *([answered] if answered else [])], made.id)
    return made


def thank(tx: Tx, *, by: AccountId, id: str, amount: int, nonce: str, approval: str | None) -> None:
    """Thank the author of a moment with this place's credits; nobody else is told. Raises `NoSuchMoment`, and what `pay.tip` raises."""
    moment = sight.seen(tx, by, id)
    about = " ".join(moment.words.split())[:THANKED_FOR]
    pay.tip(tx, by=by, to=moment.author, amount=amount, currency=pay.CREDITS, nonce=nonce, approval=approval, about=about)


def take_back(tx: Tx, *, by: AccountId, id: str, comment: str) -> None:
    """Take a comment away: one's own, or any under a moment of one's own. Raises `NoSuchMoment`, `NoSuchComment`, `NotYourComment`."""
    moment = sight.seen(tx, by, id)
    found = _seen(tx, by, moment, comment)
    if by not in (found.account, moment.author):
        raise NotYourComment
    store.delete_comment(tx, comment)


def _seen(tx: Tx, by: AccountId, moment: Kept, id: str) -> KeptComment:
    found = store.comment(tx, id)
    if found is None or found.moment != moment.id:
        raise NoSuchComment
    if not sight.Company(tx, by, [moment.author], [found.account]).sees(moment.author, found.account):
        raise NoSuchComment
    return found


def _tell(tx: Tx, moment: Kept, actor: AccountId, those: list[AccountId], comment: str) -> None:
    """Tell those who are concerned, of them those who may know."""
    concerned = [who for who in dict.fromkeys(those) if who != actor]
    told = sight.sharing(tx, concerned, moment, actor)
    notices = [
        {"id": new_id(tx.now), "account": who, "moment": moment.id, "actor": actor, "comment": comment, "at": tx.now} for who in told
    ]
    store_people.insert_notices(tx, notices)
    if told:
        tx.emit(Noticed(), told)
