"""What a device knows: a client's memory as small as it can be. It learns by frames, or by a sync when it was away."""

import copy
from typing import Any

import msgspec

from tests.chat.scene import Scene
from warung.chat import reading
from warung.chat.model import NotAMember
from warung.kit.ids import AccountId, ConversationId

Json = dict[str, Any]
DETAILS = ("members", "join_requests")
COUNTING = ("chat.text", "chat.picture", "chat.recalled", "chat.expired", "chat.forwarded", "chat.location", "chat.contact")
TOMBS = {"chat.recall": ("chat.recalled", "preview.recalled"), "chat.expiry": ("chat.expired", "preview.expired")}


def plain(value: Any) -> Any:
    """A struct as a client decodes it."""
    return msgspec.json.decode(msgspec.json.encode(value))


class Device:
    """One person's conversations, what is in them, and who."""

    def __init__(self, scene: Scene, me: AccountId) -> None:
        self.scene = scene
        self.me = me
        self.lists: dict[str, Json] = {}
        self.logs: dict[str, dict[int, Json]] = {}
        self.details: dict[str, Json] = {}
        self.since = 0

    async def start(self) -> None:
        """Learn everything from nothing."""
        await self.catch_up()

    def known(self) -> Json:
        """Everything this device knows, to be compared. When a conversation changed is for the server's own bookkeeping."""
        lists = {id: {name: value for name, value in each.items() if name != "changed_at"} for id, each in self.lists.items()}
        return {"lists": lists, "logs": self.logs, "details": self.details}

    async def catch_up(self) -> None:
        """Ask what changed since the last time, then for the messages behind those that are here."""
        answer = await self.scene.synced(self.me, self.since)
        self.since = answer.now
        for gone in answer.gone:
            self._forget(gone)
        for snapshot in answer.conversations:
            await self._adopt(plain(snapshot))
        if answer.contacts_changed:
            await self._meet()

    async def hear(self, frame: Json) -> None:
        """Take one frame."""
        match frame["type"]:
            case "chat.message" if frame["message"]["conversation"] in self.lists:
                self._append(copy.deepcopy(frame["message"]))
            case "chat.message" | "chat.changed":
                await self._fetch(frame["conversation"] if "conversation" in frame else frame["message"]["conversation"])
            case "chat.cursor":
                self._move(frame)
            case "contacts.changed" | "accounts.changed":
                await self._meet()

    def _append(self, message: Json) -> None:
        mine = self.lists[message["conversation"]]
        if message["seq"] <= mine["last_seq"]:
            return
        assert message["seq"] == mine["last_seq"] + 1, "a gap between frames"
        mine |= {"last": copy.deepcopy(message)}
        self._take(message)
        mine |= {"last_seq": message["seq"], "counted": message["counted"]}
        self._derive(mine)

    def _take(self, message: Json) -> None:
        """Keep an entry, and fold it into the one that it is about. An edit's words live in the message that they changed."""
        log = self.logs.setdefault(message["conversation"], {})
        log[message["seq"]] = message
        about, card = log.get(message["ref"]), message["card"]
        if card["type"] == "chat.edit":
            words = card.get("text")
            message |= {"card": {"type": "chat.edit"}, "preview": None}
            if about is not None and words and (about["card"]["type"] == "chat.text" and about["card"].get("edited", 0) < message["seq"]):
                called = {"mentions": card["mentions"]} if "mentions" in card else {}
                about["card"] = {"type": "chat.text", "text": words} | called | {"edited": message["seq"]}
        elif about is not None and card["type"] in TOMBS:
            tomb, preview = TOMBS[card["type"]]
            by = {"by": message["sender"]} if message["sender"] else {}
            about |= {"card": {"type": tomb} | by, "preview": {"key": preview, "args": {}}}
            about.pop("reactions", None)
        elif about is not None and card["type"] == "chat.reaction":
            self._react(about, message["sender"], card["emoji"], message["seq"])

    def _react(self, about: Json, account: str, emoji: str, seq: int) -> None:
        """The entry with the highest number is what holds for an account, in whatever order they come."""
        standing = about.setdefault("reactions", {})
        if standing.get(account, ("", 0))[1] < seq and about["card"]["type"] not in ("chat.recalled", "chat.expired"):
            standing[account] = (emoji, seq)

    def _move(self, frame: Json) -> None:
        mine = self.lists[frame["conversation"]]
        if frame["account"] == self.me:
            for cursor in ("delivered", "read"):
                mine[f"{cursor}_seq"] = max(mine[f"{cursor}_seq"], frame[cursor])
            mine["marked_unread"] = mine["marked_unread"] and not frame["read"]
            self._derive(mine)
        elif mine["kind"] == "direct":
            for cursor in ("delivered", "read"):
                mine[f"peer_{cursor}_seq"] = max(mine[f"peer_{cursor}_seq"], frame[cursor])

    def _derive(self, mine: Json) -> None:
        """Unread is a difference of two numbers; who was called is in the texts."""
        log, first, read = self.logs[mine["id"]], mine["first_seq"], mine["read_seq"]
        before = log[first]["counted"] - (log[first]["card"]["type"] in COUNTING)
        ends_with_mine = mine["last"]["sender"] == self.me and mine["last"]["ref"] is None
        mine["unread"] = 0 if ends_with_mine else mine["counted"] - (log[read]["counted"] if read >= first else before)
        mine["mentions"] = sum(self._calls_me(each) for seq, each in log.items() if seq > read)

    def _calls_me(self, message: Json) -> bool:
        called = {mention["account"] for mention in message["card"].get("mentions", ())}
        return message["sender"] != self.me and bool(called & {self.me, "all"})

    async def _fetch(self, id: str) -> None:
        try:
            snapshot = plain(await self.scene.seen(self.me, ConversationId(id)))
        except NotAMember:
            self._forget(id)
        else:
            await self._adopt(snapshot)

    async def _adopt(self, snapshot: Json) -> None:
        """Take a snapshot, the messages that are missing before it, and the members."""
        id = snapshot["id"]
        self.lists[id] = snapshot
        kept = {seq: message for seq, message in self.logs.get(id, {}).items() if seq >= snapshot["first_seq"]}
        self.logs[id] = kept
        page = await self.scene.page(self.me, ConversationId(id), after=max(kept, default=0))
        for message in plain(page.messages):
            self._take(message)
        for message in plain((await self.scene.ask(reading.refs, by=self.me, id=ConversationId(id), after=0, before=1 << 40)).messages):
            self._take(message)
        for mark in page.marks:
            for reacted in mark.reactions:
                if mark.seq in self.logs[id]:
                    self._react(self.logs[id][mark.seq], *msgspec.structs.astuple(reacted))
        await self._look_at(id)

    async def _meet(self) -> None:
        """People look different, or are something else to us."""
        for id, mine in self.lists.items():
            await self._look_at(id)
            if mine["peer"] is not None:
                mine["peer"] = next(each["account"] for each in self.details[id]["members"] if each["account"]["id"] == mine["peer"]["id"])

    async def _look_at(self, id: str) -> None:
        whole = plain(await self.scene.whole(self.me, ConversationId(id)))
        self.details[id] = {name: whole[name] for name in DETAILS}

    def _forget(self, id: str) -> None:
        for memory in (self.lists, self.logs, self.details):
            memory.pop(id, None)
