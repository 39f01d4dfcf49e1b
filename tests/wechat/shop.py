"""A shop with an official account that programs speak for: the account, its followers, its program's address, and calls of the face."""

import asyncio
import ipaddress
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec

from tests.served import PLAIN, Served
from warung import accounts, chat, official
from warung.adapters.outside import HttpOutside
from warung.kit import xml
from warung.kit.domain import Services
from warung.kit.ids import AccountId
from warung.wechat import sealing, service
from warung.wechat.model import Callback, ProgramDomains, ProgramFace

KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
TOKEN = "kopitubruk"
Answer = str | bytes | None


class Bot:
    """A program that is called: it verifies what comes, keeps it, and answers as it is told to."""

    def __init__(self, token: str = TOKEN) -> None:
        self.token = token
        self.appid = ""
        self.got: list[dict[str, Any]] = []
        self.queries: list[dict[str, str]] = []
        self.asked = 0
        self.hung_up = 0
        self.answer: Callable[[dict[str, Any]], Answer] = lambda message: "success"
        self.silent = False
        self.status = 200
        self.port = 0
        self._server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}/wx"

    async def start(self) -> None:
        """Listen on a free port."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            method, target, _ = head.split("\r\n", 1)[0].split(" ")
            length = next((int(line.split(":")[1]) for line in head.lower().split("\r\n") if line.startswith("content-length:")), 0)
            body = await reader.readexactly(length)
            answer = await self._answered(method, {name: each[0] for name, each in parse_qs(urlsplit(target).query).items()}, body)
            head_bytes = f"HTTP/1.1 {self.status} X\r\ncontent-length: {len(answer)}\r\nconnection: close\r\n\r\n".encode()
            writer.write(head_bytes + answer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            self.hung_up += 1
        finally:
            writer.close()

    async def _answered(self, method: str, query: dict[str, str], body: bytes) -> bytes:
        self.asked += 1
        right = sealing.signature(self.token, query.get("timestamp", ""), query.get("nonce", ""))
        if query.get("signature") != right:
            return b"who is that?"
        if method == "GET":
            return query["echostr"].encode()
        if self.silent:
            await asyncio.sleep(3600)
        message = xml.read(body)
        if query.get("encrypt_type") == "aes":
            wrapped = message["Encrypt"]
            assert query["msg_signature"] == sealing.signature(self.token, query["timestamp"], query["nonce"], wrapped)
            message = xml.read(sealing.opened(wrapped, keys=[KEY], appid=self.appid))
        self.queries.append(query)
        self.got.append(message)
        said = self.answer(message)
        return said.encode() if isinstance(said, str) else said or b""

    def said(self, to: dict[str, Any], **fields: Any) -> str:
        """A passive reply to a message."""
        return xml.write({"ToUserName": to["FromUserName"], "FromUserName": to["ToUserName"], "CreateTime": 1, **fields})

    def sealed(self, text: str, *, key: str = KEY, appid: str = "", sign: str = "") -> str:
        """A passive reply as the safe mode wants it."""
        inner = sealing.sealed(text, key=key, appid=appid or self.appid)
        signature = sealing.signature(sign or self.token, "1", "2", inner)
        return xml.write({"Encrypt": inner, "MsgSignature": signature, "TimeStamp": "1", "Nonce": "2"})


class Shop:
    """An account, those who follow it, and its program."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self.world, self.db, self.cast, self.url = served.world, served.world.db, served.cast, served.url
        self.http = httpx.AsyncClient(base_url=served.url, timeout=30, verify=PLAIN)
        self.account: official.Official
        self.secret = ""
        self.token = ""
        self.owner: AccountId
        self.people: dict[str, AccountId] = {}
        self.browsers: list[httpx.AsyncClient] = []

    async def open(self, *followers: str, kind: official.Kind = "service", test: bool = True) -> None:
        """Open the account, let people follow it, and get a token."""
        self.owner = await self.cast.person("joko")
        await self.db.write(lambda tx: accounts.make_operator(tx, handle="joko"))
        made = await self.db.write(lambda tx: official.register(tx, by=self.owner, kind=kind, handle="kedai", name="Kedai Kopi", test=test))
        self.account, self.secret = made.official, made.secret
        for name in followers:
            await self.follows(name)
        self.token = (await self.get("/cgi-bin/token", grant_type="client_credential", appid=self.appid, secret=self.secret))[
            "access_token"
        ]

    async def renew(self) -> None:
        """Get a new token."""
        given = await self.get("/cgi-bin/token", grant_type="client_credential", appid=self.appid, secret=self.secret)
        self.token = given["access_token"]

    @property
    def services(self) -> Services:
        """What the server's errands use."""
        world = self.world
        outside = HttpOutside([ipaddress.ip_network("127.0.0.0/8")])
        return Services(world.db, world.blobs, outside, world.settings.site, world.settings.sections)

    @property
    def appid(self) -> str:
        """The account's name for programs."""
        return self.account.appid

    async def follows(self, name: str) -> str:
        """Let somebody follow the account; return their openid."""
        if name not in self.people:
            self.people[name] = await self.cast.person(name)
        who = self.people[name]
        found = await self.db.write(lambda tx: official.follow(tx, by=who, official=self.account.id, source="ADD_SCENE_SEARCH"))
        return found.openid

    async def openid(self, name: str) -> str:
        """How the account knows somebody."""
        return await self.db.write(lambda tx: official.openid(tx, official=self.account.id, account=self.people[name]))

    async def says(self, name: str, text: str) -> None:
        """Let a follower write."""
        who = self.people[name]
        known = await self.db.read(lambda reader: official.follower_of(reader, official=self.account.id, account=who))
        assert known is not None
        assert known.conversation is not None
        await self.cast.says(who, known.conversation, text)
        await self.world.settle()

    async def hears(self, name: str) -> list[dict[str, Any]]:
        """What a follower has received from the account: the cards."""
        who = self.people[name]
        known = await self.db.read(lambda reader: official.follower_of(reader, official=self.account.id, account=who))
        assert known is not None
        assert known.conversation is not None
        where = known.conversation
        page = await self.db.read(lambda reader: chat.history(reader, by=who, id=where, before=None, after=0, around=None, limit=100))
        return [msgspec.json.decode(each.card) for each in page.messages if each.sender == self.account.id]

    async def set_callback(self, bot: Bot, mode: str = "plain") -> ProgramFace:
        """Have a program called."""
        bot.appid = self.appid
        wanted = Callback(bot.url, bot.token, KEY, mode)  # type: ignore[arg-type]
        return await service.set_callback(self.services, by=self.owner, account=self.account.id, wanted=wanted)

    async def set_domains(self, *domains: str) -> None:
        """The account's sites."""
        wanted = ProgramDomains(list(domains), list(domains), [])
        await self.db.write(lambda tx: service.set_domains(tx, by=self.owner, account=self.account.id, wanted=wanted))

    async def get(self, path: str, **query: Any) -> Any:
        """Call with GET."""
        answer = await self.http.get(path, params={**({"access_token": self.token} if self.token else {}), **query})
        assert answer.status_code == 200
        return answer.json() if answer.headers["content-type"].startswith("application/json") else answer.content

    async def post(self, path: str, body: Any = None, **query: Any) -> Any:
        """Call with POST, a body as WeChat's programs write it and no content type."""
        content = json.dumps(body, ensure_ascii=False).encode() if body is not None else b""
        answer = await self.http.post(path, content=content, params={"access_token": self.token, **query})
        assert answer.status_code == 200
        return answer.json() if answer.headers["content-type"].startswith("application/json") else answer.content

    async def session(self, name: str) -> str:
        """A cookie of somebody's browser."""
        return await self.served.token(self.people[name])

    async def close(self) -> None:
        """Let go of connections."""
        for client in (self.http, *self.browsers):
            await client.aclose()
