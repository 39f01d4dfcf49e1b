"""What an account says by itself: words, something of its materials, or an article. One place makes a card of it."""

import msgspec

from warung.kit.db import Reader
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId
from warung.official import keeping, publishing
from warung.official.cards import OfficialCard, Words
from warung.official.model_articles import NoSuchArticle
from warung.official.model_materials import NoSuchMaterial

REPLY = "reply"  # why a message came: the account answered by itself


class AutoAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of: words, the id of something among the account's materials, or the id of an article."""

    text: str = ""
    media_id: str = ""
    article: str = ""


class NotAnAnswer(BadRequest):
    """An answer is either words, or a material, or an article of this account."""


def card_of(reader: Reader, official: AccountId, answer: AutoAnswer, *, why: str = REPLY) -> OfficialCard:
    """Return the card of an answer. Raises `NotAnAnswer` for none, for more than one thing, and for what the account does not have."""
    if sum(map(bool, (answer.text, answer.media_id, answer.article))) != 1:
        raise NotAnAnswer
    if answer.text:
        card = Words(words=answer.text, why=why)
        card.check()
        return card
    try:
        if answer.media_id:
            return keeping.card_of_material(reader, official=official, media_id=answer.media_id, why=why)
        id, _, item = answer.article.partition("/")
        return publishing.news_of(publishing.article(reader, official=official, id=id), item=int(item) if item.isdigit() else None, why=why)
    except (NoSuchMaterial, NoSuchArticle):
        raise NotAnAnswer from None
