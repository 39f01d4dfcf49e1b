"""Refusals on their way out: one mapping for HTTP and socket, in the reader's language."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import structlog

from warung.gateway.frame import Problem
from warung.kit.errors import Refusal

log = structlog.get_logger()
LOCALES = Path(__file__).parents[1] / "locales"


class InternalError(Refusal):
    """Something went wrong on the server. It was noted; please try again."""

    status = 500


class Phrasebook:
    """Sentences of refusals by language and code. English is the docstring of the class."""

    def __init__(self, folder: Path = LOCALES) -> None:
        self.languages: dict[str, Mapping[str, str]] = {
            file.stem: msgspec.json.decode(file.read_bytes(), type=dict[str, str]) for file in sorted(folder.glob("*.json"))
        }

        self.refusals: Counter[str] = Counter()  # how often each code was told

    def say(self, refusal: Refusal, language: str) -> str:
        """Return the sentence, with its details filled in."""
        sentence = self.languages.get(language, {}).get(refusal.code()) or refusal.sentence()
        try:
            return sentence.format(**refusal.details)
        except (KeyError, IndexError):
            return sentence

    def best(self, accepted: str) -> str:
        """Choose a language from an Accept-Language header."""
        for part in accepted.split(","):
            tag = part.split(";")[0].strip().lower().split("-")[0]
            if tag == "en" or tag in self.languages:
                return tag
        return "en"


def problem(failure: BaseException, phrases: Phrasebook, language: str) -> Problem:
    """Return what people and programs are told. What is not a refusal is logged and told as an internal error."""
    if not isinstance(failure, Refusal):
        log.error("unexpected", exc_info=failure)
        failure = InternalError()
    phrases.refusals[failure.code()] += 1
    details: dict[str, Any] = {name: value for name, value in failure.details.items() if isinstance(value, str | int | list | bool)}
    return Problem(failure.code(), phrases.say(failure, language), details)
