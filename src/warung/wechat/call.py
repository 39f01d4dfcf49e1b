"""One call of the face: who calls, what they said, and how its fields are read. What is missing or wrong is WeChat's errcode."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec

from warung import media
from warung.apps import App
from warung.kit import clock
from warung.kit.db import Reader, Tx
from warung.kit.domain import Services
from warung.kit.ids import AccountId
from warung.official import Official
from warung.wechat.bodies import Body, File
from warung.wechat.ca import HOSTS
from warung.wechat.codes import Wrong
from warung.wechat.quotas import Meter

OPENID = re.compile(r"[\w-]{28}\Z", re.ASCII)
LARGEST = (1 << 63) - 1


class Tools(msgspec.Struct, frozen=True):
    """What the face may use beside the database."""

    services: Services
    pictures: media.Pictures
    players: media.Players
    meter: Meter

    def now(self) -> int:
        """Return the time by the clock of the machine: for what is only kept in memory."""
        return clock.now()


class Holder(msgspec.Struct, frozen=True):
    """Whose token it is: an official account's or a mini-app's."""

    appid: str
    official: Official | None = None
    app: App | None = None
    addresses: str = ""  # the networks from which it may call, where its staff listed some


class Call(msgspec.Struct, frozen=True):
    """A request, with who makes it; `holder` is nobody where an endpoint takes no token."""

    tools: Tools
    host: str
    address: str
    path: str
    method: str
    query: dict[str, str]
    body: Body
    holder: Holder = Holder("")
    until: int = 0  # when the token ends; 0 where there is none

    @property
    def account(self) -> AccountId:
        """The official account that calls."""
        if self.holder.official is None:
            raise Wrong(48001)
        return self.holder.official.id

    @property
    def official(self) -> Official:
        """The official account that calls, with everything of it."""
        if self.holder.official is None:
            raise Wrong(48001)
        return self.holder.official

    @property
    def app(self) -> App:
        """The mini-app that calls."""
        if self.holder.app is None:
            raise Wrong(48001)
        return self.holder.app

    def url(self, path: str) -> str:
        """Return an address that the caller can reach: at the host it was called by."""
        if self.host.partition(":")[0].lower() in HOSTS:
            return f"https://{self.host}{path}"
        return self.tools.services.site.url + path

    def given(self, name: str) -> Any:
        """Return a field of the body, or of the address; None where it is in neither."""
        value: Any = self.body.fields
        for part in name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        return self.query.get(name) if value is None else value

    def text(self, name: str, *, code: int = 40097, missing: int = 0, most: int = 65_536, default: str | None = None) -> str:
        """Return a field as text; a number is taken as it is written."""
        value = self.given(name)
        if value is None or value == "":
            if default is not None:
                return default
            raise Wrong(missing or code)
        return text(value, code=code, most=most)

    def number(self, name: str, *, code: int = 40097, least: int = 0, most: int = LARGEST, default: int | None = None) -> int:
        """Return a field as a number, which may be written as text."""
        value = self.given(name)
        if value is None or value == "":
            if default is not None:
                return default
            raise Wrong(code)
        return number(value, code=code, least=least, most=most)

    def flag(self, name: str) -> bool:
        """Return a field that is 0 or 1, true or false; what is missing is false."""
        value = self.given(name)
        return value not in (None, "", 0, "0", False, "false")

    def openid(self, name: str = "openid") -> str:
        """Return a field that is an openid."""
        value = self.text(name, code=40003, missing=41009 if name == "openid" else 40003, most=64)
        if not OPENID.match(value):
            raise Wrong(40003)
        return value

    def openids(self, name: str = "openid_list", *, most: int = 50) -> list[str]:
        """Return a field that lists openids."""
        value = self.given(name)
        if not isinstance(value, list) or not value:
            raise Wrong(40031)
        if len(value) > most:
            raise Wrong(40032)
        if not all(isinstance(each, str) and OPENID.match(each) for each in value):
            raise Wrong(40003)
        return list(dict.fromkeys(value))

    def part(self, name: str, *, code: int = 40097) -> dict[str, Any]:
        """Return a field that is an object."""
        value = self.given(name)
        if not isinstance(value, dict):
            raise Wrong(code)
        return value

    def items(self, name: str, *, code: int = 40097, most: int = 1_000) -> list[dict[str, Any]]:
        """Return a field that is a list of objects, and not an empty one."""
        value = self.given(name)
        if not isinstance(value, list) or not 1 <= len(value) <= most or not all(isinstance(each, dict) for each in value):
            raise Wrong(code)
        return value

    def file(self, *names: str) -> File:
        """Return the file of a form, under the first name that has one."""
        found = next((self.body.files[name] for name in names or ("media",) if name in self.body.files), None)
        if found is None:
            raise Wrong(41005)
        if not found.data:
            raise Wrong(44001)
        return found

    def within(self, part: dict[str, Any]) -> "Call":
        """Return this call as if a part of its body were all of it: for reading the fields of an object inside."""
        return msgspec.structs.replace(self, body=Body(part, self.body.files, self.body.raw), query={})


class Bytes(msgspec.Struct, frozen=True):
    """An answer that is not JSON: a file, a picture, a page."""

    data: bytes
    kind: str
    name: str = ""
    status: int = 200
    headers: dict[str, str] = {}


Answer = dict[str, Any] | Bytes | None
Who = Literal["official", "app", "both", "nobody"]
Verb = Callable[[Tx, Call], Answer]
Question = Callable[[Reader, Call], Answer]
Asking = Callable[[Call], Awaitable[Answer]]


class Endpoint(msgspec.Struct, frozen=True):
    """A line of the table: an address, how it is called, by whom, how often a day, and what does it.

    One of `writes` (in a transaction), `reads` (on a reading connection) and `asks` (free, for what takes files or goes outside).
    """

    path: str
    methods: Sequence[str]
    writes: Verb | None = None
    reads: Question | None = None
    asks: Asking | None = None
    who: Who = "official"
    daily: int = 0  # 0: as often as one likes
    body: bool = False  # a POST without a body is 44002


def text(value: Any, *, code: int = 40097, most: int = 65_536) -> str:
    """Return a value as text. Raises `Wrong`; 40033 for what no store can hold."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong(code)
    found = str(value)
    if len(found) > most:
        raise Wrong(code)
    if "\x00" in found or any("\ud800" <= letter <= "\udfff" for letter in found):
        raise Wrong(40033)
    return found


def number(value: Any, *, code: int = 40097, least: int = 0, most: int = LARGEST) -> int:
    """Return a value as a whole number. Raises `Wrong`."""
    if isinstance(value, bool):
        raise Wrong(code)
    if isinstance(value, float):
        if value != value or abs(value) > LARGEST or value != int(value):
            raise Wrong(code)
        value = int(value)
    if isinstance(value, str):
        if not re.fullmatch(r"[+-]?[0-9]{1,19}", value.strip(), re.ASCII):
            raise Wrong(code)
        value = int(value)
    if not isinstance(value, int) or not least <= value <= most:
        raise Wrong(code)
    return value
