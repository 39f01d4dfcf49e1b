"""A device that keeps a copy of everything and follows the socket, as a phone does; and the question whether its copy is true."""

import asyncio
from typing import Any

import httpx

from tests.raw import Place, Raw
from tests.served import PLAIN
from tests.worlds import CLUSTER
from warung.kit.ids import AccountId

Conversation = dict[str, Any]
HINTS = ("changed_at",)  # when something changed, not what


class Device:
    """A snapshot of one account, and the entries and events that came since."""

    def __init__(self, account: AccountId, raw: Raw, http: httpx.AsyncClient) -> None:
        self.account = account
        self.conversations: dict[str, Conversation] = {}
        self.logs: dict[str, dict[int, dict[str, Any]]] = {}
        self.heard: list[str] = []
        self._raw = raw
        self._http = http

    @classmethod
    async def of(cls, place: Place, account: AccountId) -> "Device":
        """Connect a new device of an account and let it take its first snapshot."""
        raw = await place.open(account)
        await raw.hear()
        headers = {"Authorization": f"Bearer {await place.token(account)}"}
        http = httpx.AsyncClient(base_url=f"{place.url}/api/", headers=headers, verify=PLAIN)
        device = cls(account, raw, http)
        await device.snapshot()
        return device

    async def close(self) -> None:
        """Let go."""
        await self._http.aclose()

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API; return what it answered, None for nothing there."""
        answer = await self._http.request(method, path, json=body)
        assert answer.status_code in (200, 204, 404), answer.text
        return answer.json() if answer.status_code == 200 else None

    async def say(self, type: str, **fields: Any) -> Any:
        """Send a socket command over the device's own connection; what is heard meanwhile is applied."""
        number = await self._raw.say(type, **fields)
        while (frame := await self._raw.hear()).get("id") != number or frame["type"] not in ("ok", "error"):
            await self._apply(frame)
        assert frame["type"] == "ok", frame
        return frame["result"]

    async def snapshot(self) -> None:
        """Fetch everything."""
        self.conversations = {each["id"]: each for each in (await self.ask("GET", "sync?since=0"))["conversations"]}
        self.logs = {id: await self._log(id) for id in self.conversations}

    async def catch_up(self) -> None:
        """Apply everything that was pushed until now: what was emitted before a question comes before its answer."""
        await self.say("ping")

    def state(self) -> dict[str, Any]:
        """Return what can be compared with another device's copy."""
        conversations = {id: {name: value for name, value in each.items() if name not in HINTS} for id, each in self.conversations.items()}
        return {"conversations": conversations, "logs": self.logs}

    async def _log(self, id: str) -> dict[int, dict[str, Any]]:
        page = await self.ask("GET", f"conversations/{id}/messages?after=0&limit=200")
        return {message["seq"]: message for message in page["messages"]}

    async def _apply(self, frame: dict[str, Any]) -> None:
        self.heard.append(frame["type"])
        if frame["type"] == "chat.message":
            await self._entry(frame["message"])
        elif frame["type"] == "chat.cursor":
            self._cursor(frame)
        elif frame["type"] == "chat.changed":
            await self._changed(frame["conversation"])
        elif frame["type"] == "accounts.changed":
            about = [(id, (each["peer"] or {}).get("id")) for id, each in self.conversations.items()]
            for id in [id for id, peer in about if peer and frame["account"] in (peer, self.account)]:
                await self._changed(id)
        elif frame["type"] == "contacts.changed":
            await self._relations()

    async def _relations(self) -> None:
        people = {contact["id"]: contact for contact in (await self.ask("GET", "contacts"))["contacts"]}
        for conversation in self.conversations.values():
            if (conversation["peer"] or {}).get("id") in people:
                contact = people[conversation["peer"]["id"]]
                conversation["peer"] = {name: value for name, value in contact.items() if name != "since"}

    async def _entry(self, message: dict[str, Any]) -> None:
        id, seq = message["conversation"], message["seq"]
        if id not in self.conversations:
            await self._changed(id)
            return
        conversation, log = self.conversations[id], self.logs[id]
        if seq <= conversation["last_seq"]:
            return
        assert seq == conversation["last_seq"] + 1, "a gap"
        log[seq] = message
        if message["card"]["type"] == "chat.recall" and message["ref"] in log:
            log[message["ref"]] = await self.ask("GET", f"conversations/{id}/messages/{message['ref']}")
        conversation |= {"last": message, "last_seq": seq, "counted": message["counted"]}
        self._count(conversation)

    def _cursor(self, frame: dict[str, Any]) -> None:
        conversation = self.conversations[frame["conversation"]]
        side = "" if frame["account"] == self.account else "peer_"
        if side and conversation["kind"] != "direct":
            return
        for name in ("delivered", "read"):
            conversation[f"{side}{name}_seq"] = max(conversation[f"{side}{name}_seq"], frame[name])
        if not side and frame["read"]:
            conversation["marked_unread"] = False
            self._count(conversation)

    async def _changed(self, id: str) -> None:
        whole = await self.ask("GET", f"conversations/{id}")
        if whole is None:
            self.conversations.pop(id, None)
            self.logs.pop(id, None)
            return
        for name in ("members", "join_requests"):
            del whole[name]
        self.conversations[id] = whole
        self.logs[id] = {seq: message for seq, message in (await self._log(id)).items() if seq <= whole["last_seq"]}

    def _count(self, conversation: Conversation) -> None:
        """Derive what is unread: a difference of two running numbers, and none behind my own last word (a recall is no word)."""
        log, last = self.logs[conversation["id"]], conversation["last"]
        at = log.get(conversation["read_seq"], {}).get("counted", 0)
        conversation["unread"] = 0 if last["sender"] == self.account and last["ref"] is None else last["counted"] - at
        calls = [entry for seq, entry in log.items() if seq > conversation["read_seq"] and self._calls_me(entry)]
        conversation["mentions"] = len(calls)

    def _calls_me(self, entry: dict[str, Any]) -> bool:
        called = {mention["account"] for mention in entry["card"].get("mentions", [])}
        return entry["sender"] != self.account and bool(called & {self.account, "all"})


async def assert_syncs(place: Place, *devices: Device) -> None:
    """Old snapshot + what was emitted = fresh snapshot, for each of these devices."""
    for device in devices:
        await device.catch_up()
        fresh = await Device.of(place, device.account)
        try:
            deadline = asyncio.get_running_loop().time() + 5
            while CLUSTER and device.state() != fresh.state() and asyncio.get_running_loop().time() < deadline:
                await device.catch_up()  # what another node tells comes over the bus, not before an answer
            assert device.state() == fresh.state(), f"after {device.heard}"
        finally:
            await fresh.close()
