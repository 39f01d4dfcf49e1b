"""Answers without a person: to somebody who follows from now on, by keyword or button, and to everything else."""

import secrets
from typing import Any, Literal

import msgspec

from warung import chat
from warung.kit.db import Reader, Tx
from warung.kit.errors import BadRequest
from warung.kit.ids import AccountId, Nonce
from warung.kit.text import bounded
from warung.official import answers, registry, store, store_conversation, talking
from warung.official.answers import AutoAnswer
from warung.official.model import Follow, Mode

RULES, KEYWORDS, ANSWERS = 200, 20, 5
NAME_CHARS, KEYWORD_CHARS = 60, 30


class Keyword(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A word or some, and whether a message contains them or is nothing else. Case does not matter."""

    text: str
    match: Literal["contain", "equal"] = "contain"


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """To a message with one of the keywords the account says one of the answers, by chance, or every one."""

    name: str
    keywords: tuple[Keyword, ...]
    answers: tuple[AutoAnswer, ...]
    every: bool = False
    created_at: int = 0


class Replies(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an account answers by itself. The first rule that fits is the one."""

    on_follow: AutoAnswer | None = None
    rules: tuple[Rule, ...] = ()
    default: AutoAnswer | None = None


class RepliesNotPossible(BadRequest):
    """There are at most {rules} rules, each with a name, 1 to {keywords} keywords and 1 to {answers} answers."""


_decode: Any = msgspec.json.Decoder(Replies).decode


def set_replies(tx: Tx, *, official: AccountId, replies: Replies) -> Replies:
    """Replace what an account answers by itself. Raises `RepliesNotPossible`, `NotAnAnswer`."""
    registry.still_open(tx, official)
    if len(replies.rules) > RULES:
        raise RepliesNotPossible(rules=RULES, keywords=KEYWORDS, answers=ANSWERS)
    for rule in replies.rules:
        bounded(rule.name, limit=NAME_CHARS, empty=False)
        if not (0 < len(rule.keywords) <= KEYWORDS and 0 < len(rule.answers) <= ANSWERS):
            raise RepliesNotPossible(rules=RULES, keywords=KEYWORDS, answers=ANSWERS)
        for keyword in rule.keywords:
            bounded(keyword.text, limit=KEYWORD_CHARS, empty=False)
    said = [answer for rule in replies.rules for answer in rule.answers]
    for answer in [*said, *(each for each in (replies.on_follow, replies.default) if each is not None)]:
        answers.card_of(tx, official, answer)
    dated = tuple(msgspec.structs.replace(rule, created_at=rule.created_at or tx.now) for rule in replies.rules)
    kept = msgspec.structs.replace(replies, rules=dated)
    store_conversation.put_replies(tx, official, msgspec.json.encode(kept))
    return kept


def replies(reader: Reader, *, official: AccountId) -> Replies:
    """Return what an account answers by itself."""
    kept = store_conversation.replies(reader, official)
    found: Replies = _decode(kept) if kept is not None else Replies()
    return found


def set_mode(tx: Tx, *, official: AccountId, mode: Mode) -> None:
    """Let the rules of the staff answer (`editor`), or a program (`developer`): then these rules rest."""
    kept = registry.still_open(tx, official)
    store.change(tx, kept.id, mode=mode)


def greet(tx: Tx, who: Follow) -> None:
    """Say to somebody who follows from now on what the account says to everyone, where its rules answer."""
    if _answers(tx, who) and (said := replies(tx, official=who.official).on_follow) is not None:
        say(tx, who, said, f"follow-{who.openid}-{tx.now}")


def by_keyword(tx: Tx, who: Follow, words: str, entry: chat.Message) -> bool:
    """AutoAnswer a message as the first rule that fits says; False when none does."""
    known = replies(tx, official=who.official).rules if words else ()
    rule = next((rule for rule in known if fits(rule, words)), None)
    if rule is not None:
        _follow(tx, who, rule, f"reply-{entry.conversation}-{entry.seq}")
    return rule is not None


def pressed(tx: Tx, who: Follow, key: str, answer: AutoAnswer | None, nonce: str) -> None:
    """Answer the press of a button, where rules answer: with what the button says, else with the rule for exactly its key."""
    if not _answers(tx, who):
        return
    if answer is not None:
        say(tx, who, answer, nonce, why="menu")
        return
    rule = next((rule for rule in replies(tx, official=who.official).rules if names(rule, key)), None)
    if rule is not None:
        _follow(tx, who, rule, nonce)


def otherwise(tx: Tx, who: Follow, entry: chat.Message) -> None:
    """Say what the account says to everything else."""
    if (said := replies(tx, official=who.official).default) is not None:
        say(tx, who, said, f"reply-{entry.conversation}-{entry.seq}-0")


def fits(rule: Rule, words: str) -> bool:
    """Has a message one of a rule's keywords?"""
    said = words.strip().casefold()
    return any(
        said == keyword.text.strip().casefold() if keyword.match == "equal" else keyword.text.strip().casefold() in said
        for keyword in rule.keywords
    )


def names(rule: Rule, key: str) -> bool:
    """Is the key of a button one of a rule's keywords? A part of it is not enough: keys are made by machines too."""
    return any(keyword.text.strip().casefold() == key.strip().casefold() for keyword in rule.keywords)


def say(tx: Tx, who: Follow, answer: AutoAnswer, nonce: str, *, why: str = answers.REPLY) -> None:
    """Say an answer to a follower; what the account has no more is not said."""
    try:
        card = answers.card_of(tx, who.official, answer, why=why)
    except answers.NotAnAnswer:  # it was deleted since; nobody is there to be told
        return
    talking.say(tx, official=who.official, to=who.openid, card=card, nonce=Nonce(nonce[-40:]))


def _answers(reader: Reader, who: Follow) -> bool:
    kept = store.one(reader, who.official)
    return kept is not None and kept.mode == "editor"


def _follow(tx: Tx, who: Follow, rule: Rule, nonce: str) -> None:
    for at, said in enumerate(rule.answers if rule.every else [secrets.choice(rule.answers)]):
        say(tx, who, said, f"{nonce}-{at}")
