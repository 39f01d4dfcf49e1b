"""A program of an official account: hears what happens at it, from where it was left, and answers its followers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

from warung.client.api import Api, pause_s
from warung.client.errors import Refused, Unreachable
from warung.kit import clock
from warung.kit.ids import new_id

T = TypeVar("T")
WAIT_S = 20
TRIES = 6


class Happening(msgspec.Struct, frozen=True):
    """Something that happened at the account, numbered from 1 without gaps. `data` is the event as the server told it."""

    seq: int
    at: int
    data: dict[str, Any]

    @property
    def type(self) -> str:
        """What happened: `message.text`, `follow`, `menu.click` and so on."""
        return str(self.data["type"])

    @property
    def openid(self) -> str:
        """Who did it, by the id under which the account knows them."""
        return str(self.data.get("openid", ""))

    @property
    def text(self) -> str:
        """The words of a message; empty for everything else."""
        return str(self.data.get("message", {}).get("text", ""))


class OfficialFollower(msgspec.Struct, frozen=True):
    """A follower as the account knows them."""

    openid: str
    followed_at: int | None
    left_at: int | None
    source: str
    scene: str
    remark: str
    tags: tuple[int, ...]
    blocked: bool
    answer_until: int
    answers_left: int


class _Event(msgspec.Struct):
    seq: int
    at: int
    event: dict[str, Any]


class _Events(msgspec.Struct):
    events: list[_Event]
    last: int


class _Followers(msgspec.Struct):
    followers: list[OfficialFollower]


class OfficialAccount:
    """What a program does with an official account. Enter it to begin.

        async with OfficialAccount("https://warung.example", token=token, after=kept) as shop:
            async for event in shop.events():
                if event.type == "message.text":
                    await shop.say(event.openid, "Halo!")

    `after` is the number of the last event that was handled, 0 for everything that the server still has, None for what happens from
    now on. Whatever changes something may be repeated, and is, until it is answered; what the server will not do raises `Refused`.
    """

    def __init__(self, url: str, *, token: str, after: int | None = None) -> None:
        self._api = Api(url, token, timeout_s=WAIT_S + 20.0)
        self._after = after

    async def __aenter__(self) -> Self:
        """Find where to begin; waits while nobody answers."""
        if self._after is None:
            self._after = (await self._sure(lambda: self._look(1 << 53, 0))).last
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        """Stop."""
        await self._api.close()

    @property
    def after(self) -> int:
        """The number of the last event that was handled: keep it, to go on from there."""
        return self._after or 0

    async def events(self) -> AsyncIterator[Happening]:
        """Yield what happens, in order, each once and for ever; an event counts as handled when the next one is asked for."""
        while True:
            found = await self._sure(lambda: self._look(self.after, WAIT_S))
            for each in found.events:
                yield Happening(each.seq, each.at, each.event)
                self._after = each.seq

    async def say(self, openid: str, text: str = "", *, nonce: str | None = None, **more: Any) -> int:
        """Say words to a follower, or `choices`, `news`, a `media_id`, an `article`; return the number of the message."""
        body = {"to": openid, "nonce": nonce or f"bot-{new_id(clock.now())}"} | ({"text": text} if text else {}) | more
        return int((await self._do("POST", "messages", dict[str, int], body))["seq"])

    async def typing(self, openid: str) -> None:
        """Show a follower that an answer is on its way."""
        await self._do("POST", f"followers/{openid}/typing", type(None))

    async def followers(self, *, tag: int | None = None) -> AsyncIterator[OfficialFollower]:
        """Yield who follows, or who of them has a tag."""
        after = ""
        while True:
            page = (await self._api.get("official/v1/followers", _Followers, after=after, tag=tag)).followers
            for each in page:
                yield each
            if not page:
                return
            after = page[-1].openid

    async def follower(self, openid: str) -> OfficialFollower:
        """Return one follower."""
        return await self._api.get(f"official/v1/followers/{openid}", OfficialFollower)

    async def remark(self, openid: str, remark: str) -> OfficialFollower:
        """Write what the account calls a follower."""
        return await self._do("PATCH", f"followers/{openid}", OfficialFollower, {"remark": remark})

    async def add_tag(self, name: str) -> int:
        """Make a tag; return its number."""
        return int((await self._do("POST", "tags", dict[str, Any], {"name": name}))["id"])

    async def tag(self, tag: int, openids: Sequence[str]) -> None:
        """Tag followers, at most fifty at once."""
        await self._do("POST", f"tags/{tag}/followers", type(None), {"openids": list(openids)})

    async def set_menu(self, buttons: Sequence[Mapping[str, Any]]) -> int:
        """Replace the menu for everybody; return its number."""
        return int((await self._do("PUT", "menus", dict[str, int], {"menu": {"buttons": list(buttons)}}))["id"])

    async def to_desk(self, openid: str) -> None:
        """Bring a follower to the people at the desk."""
        await self._do("POST", f"desk/{openid}", dict[str, Any])

    async def _look(self, after: int, wait_s: int) -> _Events:
        return await self._api.get("official/v1/events", _Events, after=after, wait_s=wait_s)

    async def _do(self, method: str, path: str, kind: type[T], body: Any = None) -> T:
        for failures in range(TRIES):
            try:
                return await self._api.do(method, f"official/v1/{path}", kind, body)
            except Unreachable:
                if failures == TRIES - 1:
                    raise
            except Refused as refused:
                if refused.status != 503 or failures == TRIES - 1:
                    raise
            await asyncio.sleep(pause_s(failures))
        raise Unreachable

    async def _sure(self, ask: Any) -> _Events:
        failures = 0
        while True:
            try:
                found: _Events = await ask()
            except (Unreachable, Refused) as failure:
                if isinstance(failure, Refused) and failure.status != 503:
                    raise
                failures += 1
                await asyncio.sleep(pause_s(failures))
            else:
                return found
