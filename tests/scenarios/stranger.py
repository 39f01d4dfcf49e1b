"""Everything somebody can try who wants to know, or to bother, a person who has not accepted them: a table over all routes and commands.

A route or command that is missing here fails the test: whoever adds one says what a stranger would try with it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from tests.scenarios import circle, companies
from tests.scenarios.money import Money, with_money
from tests.scenarios.trying import Try
from warung.kit.ids import AccountId, ConversationId

TEXT = {"type": "chat.text", "text": "Halo, kenalan dong"}
LAST = ("DELETE /sessions", "POST /sign-out")  # these end the walk


class Loot(msgspec.Struct, frozen=True):
    """What the stranger knows of the other, by whatever leak: every id, but no secret that opens a door by being known."""

    account: AccountId
    handle: str
    conversations: Sequence[ConversationId]
    requests: Sequence[str]
    session: str
    invite: str
    device_link: str
    report: str
    blob: str
    upload: str
    import_: str
    scheduled: str
    money: Money
    poll: str
    own_group: ConversationId  # the stranger's own, to which the other might be pulled
    circle: Mapping[str, str] = {}  # ids of what is of stickers and moments, by what it is


def tries(loot: Loot) -> dict[str, list[Try]]:
    """Return what to try with each route, by method and path as the routes name them."""
    found: dict[str, list[Try]] = {}
    for part in (_with_people, _with_accounts, _with_conversations, _with_messages, _with_the_rest, _with_push):
        found |= part(loot)
    found |= {route: [Try(*each) for each in attempts] for route, attempts in with_money(loot.account, loot.money).items()}
    found |= circle.tries({"who": loot.account, **loot.circle})
    found |= companies.tries({"who": loot.account, **loot.circle})
    return {route: found[route] for route in found if route not in LAST} | {route: found[route] for route in LAST}


def _with_people(loot: Loot) -> dict[str, list[Try]]:
    who = loot.account
    ask = {"to": who, "greeting": "Halo"}
    return {
        "GET /people/{account}": [Try(f"/people/{who}")],
        "GET /contacts": [Try("/contacts")],
        "PUT /blocks/{account}": [Try(f"/blocks/{who}")],
        "DELETE /blocks/{account}": [Try(f"/blocks/{who}")],
        "PATCH /contacts/{account}": [Try(f"/contacts/{who}", {"remark": "punyaku", "tags": ["x"]})],
        "DELETE /contacts/{account}": [Try(f"/contacts/{who}")],
        "GET /people": [Try("/people", params={"handle": loot.handle}), Try("/people", params={"code": who})],
        "POST /contacts/requests": [
            Try("/contacts/requests", ask | {"via": "group"}),
            Try("/contacts/requests", ask | {"via": "code", "code": loot.handle}),
            Try("/contacts/requests", ask | {"via": "handle"}),
            Try("/contacts/requests", ask | {"via": "handle", "greeting": "Halo lagi"}),
        ],
        "POST /contacts/requests/{id}/accept": [Try(f"/contacts/requests/{id}/accept") for id in loot.requests],
        "POST /contacts/requests/{id}/decline": [Try(f"/contacts/requests/{id}/decline") for id in loot.requests],
        "DELETE /contacts/requests/{id}": [Try(f"/contacts/requests/{id}") for id in loot.requests],
        "GET /my-code": [Try("/my-code")],
        "POST /my-code/reset": [Try("/my-code/reset")],
        "GET /qr": [Try("/qr", params={"text": loot.handle})],
        "POST /reports": [Try("/reports", {"about": "person", "account": who, "reason": "other", "text": ""})]
        + [Try("/reports", {"about": "group", "conversation": id, "reason": "other", "text": ""}) for id in loot.conversations]
        + [Try("/reports", {"about": "message", "conversation": id, "seq": 2, "reason": "other", "text": ""}) for id in loot.conversations],
        "GET /operator/reports": [Try("/operator/reports"), Try("/operator/reports", params={"closed": "true"})],
        "POST /operator/reports/{id}/close": [Try(f"/operator/reports/{loot.report}/close")],
    }


def _with_accounts(loot: Loot) -> dict[str, list[Try]]:
    handle, wrong = loot.handle, {"password": "bukan kata sandi", "device": "x"}
    answer = {"flow": "x" * 32, "credential": {"id": "x", "response": {}}}
    return {
        "POST /sign-up": [Try("/sign-up", {"handle": handle, "name": "Palsu"} | wrong)],
        "POST /sign-in": [Try("/sign-in", {"handle": handle} | wrong)],
        "POST /sign-in/demo": [Try("/sign-in/demo", {"handle": handle})],
        "POST /recover": [Try("/recover", {"handle": handle, "code": "1234-5678"} | wrong)],
        "POST /passkeys/options": [
            Try("/passkeys/options", {"purpose": "sign_in", "handle": handle}),
            Try("/passkeys/options", {"purpose": "sign_up", "handle": handle, "name": "Palsu"}),
            Try("/passkeys/options", {"purpose": "add"}),
        ],
        "POST /passkeys/sign-in": [Try("/passkeys/sign-in", answer | {"device": "x"})],
        "POST /passkeys": [Try("/passkeys", answer | {"name": "x"})],
        "GET /passkeys": [Try("/passkeys")],
        "DELETE /passkeys/{id}": [Try(f"/passkeys/{loot.account}")],
        "POST /device-links": [Try("/device-links", {"device": "x"})],
        "POST /device-links/{id}/claim": [Try(f"/device-links/{loot.device_link}/claim", {"secret": loot.device_link})],
        "GET /device-links/by/{name}": [Try(f"/device-links/by/{loot.device_link}")],
        "POST /device-links/{id}/approve": [Try(f"/device-links/{loot.device_link}/approve")],
        "POST /device-links/{id}/refuse": [Try(f"/device-links/{loot.device_link}/refuse")],
        "GET /sessions": [Try("/sessions")],
        "DELETE /sessions/{id}": [Try(f"/sessions/{loot.session}")],
        "GET /me": [Try("/me")],
        "PATCH /me": [Try("/me", {"status": "sudah kulihat"})],
        "PUT /me/avatar": [Try("/me/avatar", {"blob": loot.blob})],
        "DELETE /me/avatar": [Try("/me/avatar")],
        "POST /me/password": [Try("/me/password", {"old": "x", "new": "kopi tubruk manis"})],
        "POST /me/recovery-codes": [Try("/me/recovery-codes", {"password": "x"})],
        "GET /invites": [Try("/invites")],
        "POST /invites": [Try("/invites", {"uses": 1})] + [Try("/invites", {"uses": 1, "group": id}) for id in loot.conversations],
        "DELETE /invites/{id}": [Try(f"/invites/{loot.invite}")],
        "GET /invites/look/{token}": [Try(f"/invites/look/{loot.invite}")],
        "DELETE /sessions": [Try("/sessions")],
        "POST /sign-out": [Try("/sign-out")],
    }


def _with_push(loot: Loot) -> dict[str, list[Try]]:
    keys = {"p256dh": loot.account, "auth": loot.session}
    return {
        "GET /push": [Try("/push")],
        "PUT /push": [Try("/push", {"endpoint": "https://push.example/1", "keys": keys, "show": "all"})],
        "PATCH /push": [Try("/push", {"show": "all"})],
        "DELETE /push": [Try("/push")],
        "POST /push/test": [Try("/push/test")],
    }


def _with_conversations(loot: Loot) -> dict[str, list[Try]]:
    who, group = loot.account, loot.own_group

    def each(after: str, *bodies: Any) -> list[Try]:
        return [Try(f"/conversations/{id}{after}", body) for id in loot.conversations for body in bodies or (None,)]

    return {
        "POST /conversations": [
            Try("/conversations", {"kind": "direct", "with": who}),
            Try("/conversations", {"kind": "group", "name": "jebakan", "members": [who]}),
            Try("/conversations", {"kind": "self"}),
        ],
        "GET /conversations/{id}": each(""),
        "PATCH /conversations/{id}": each("", {"name": "direbut"}, {"approval": False}),
        "POST /conversations/{id}/members": [
            *each("/members", {"accounts": [who]}),
            Try(f"/conversations/{group}/members", {"accounts": [who]}),
        ],
        "DELETE /conversations/{id}/members/{account}": each(f"/members/{who}"),
        "PATCH /conversations/{id}/members/{account}": each(f"/members/{who}", {"role": "member"}, {"muted_for_s": 60}),
        "POST /conversations/{id}/owner": [*each("/owner", {"account": who}), Try(f"/conversations/{group}/owner", {"account": who})],
        "POST /conversations/{id}/link": each("/link", {}),
        "DELETE /conversations/{id}/link": each("/link"),
        "POST /conversations/{id}/join-requests/{request_id}": each(f"/join-requests/{who}", {"accept": True}),
        "GET /join/{token}": [Try(f"/join/{id}") for id in loot.conversations],
        "POST /join/{token}": [Try(f"/join/{id}") for id in loot.conversations],
        "GET /conversations/{id}/messages": each("/messages"),
        "POST /conversations/{id}/messages": each("/messages", {"nonce": "asing-0001", "card": TEXT}),
        "GET /conversations/{id}/messages/{seq}": each("/messages/1") + each("/messages/2"),
        "POST /conversations/{id}/messages/{seq}/recall": each("/messages/1/recall") + each("/messages/2/recall"),
        "POST /conversations/{id}/cursor": each("/cursor", {"delivered": 1, "read": 1}),
        "GET /conversations/{id}/receipts": each("/receipts"),
        "PATCH /conversations/{id}/mine": each("/mine", {"pinned": True, "marked_unread": True}),
        "POST /conversations/{id}/clear": each("/clear"),
    }


def _with_messages(loot: Loot) -> dict[str, list[Try]]:
    who, group = loot.account, loot.own_group

    def each(after: str, *bodies: Any) -> list[Try]:
        return [Try(f"/conversations/{id}{after}", body) for id in loot.conversations for body in bodies or (None,)]

    def stolen(**more: Any) -> list[Try]:  # out of the other's conversation into the stranger's, and the reverse
        body = {"seqs": [2], "nonce": "asing-0003"} | more
        return [
            *each("/forward", body | {"to": [group]}),
            *[Try(f"/conversations/{group}/forward", body | {"seqs": [1], "to": [id]}) for id in loot.conversations],
        ]

    words = {"text": "sudah kuganti"}
    later = {"card": TEXT, "send_at": 4_000_000_000_000}
    return {
        "PATCH /conversations/{id}/messages/{seq}": each("/messages/1", words) + each("/messages/2", words),
        "GET /conversations/{id}/messages/{seq}/versions": each("/messages/2/versions"),
        "PUT /conversations/{id}/messages/{seq}/reaction": each("/messages/2/reaction", {"emoji": "👍"}),
        "DELETE /conversations/{id}/messages/{seq}/reaction": each("/messages/2/reaction"),
        "GET /conversations/{id}/messages/{seq}/reactions": each("/messages/2/reactions"),
        "GET /conversations/{id}/refs": [
            Try(f"/conversations/{id}/refs", params={"after": "0", "before": "99"}) for id in loot.conversations
        ],
        "PUT /conversations/{id}/pins/{seq}": each("/pins/2"),
        "DELETE /conversations/{id}/pins/{seq}": each("/pins/2"),
        "PUT /conversations/{id}/timer": each("/timer", {"after_ms": 60_000}),
        "POST /conversations/{id}/forward": stolen() + stolen(merged=True) + stolen(origin=False),
        "POST /conversations/{id}/contact-cards": [
            *each("/contact-cards", {"account": who, "nonce": "asing-0004"}),
            Try(f"/conversations/{group}/contact-cards", {"account": who, "nonce": "asing-0005"}),
        ],
        "POST /conversations/{id}/polls": each("/polls", {"question": "Siapa?", "choices": ["a", "b"], "nonce": "asing-0006"}),
        "POST /conversations/{id}/lists": each("/lists", {"title": "Siapa?", "nonce": "asing-0007"}),
        "GET /polls/{id}": [Try(f"/polls/{loot.poll}")],
        "PUT /polls/{id}/vote": [Try(f"/polls/{loot.poll}/vote", {"choices": [0]})],
        "PUT /polls/{id}/entry": [Try(f"/polls/{loot.poll}/entry", {"plus": 1})],
        "DELETE /polls/{id}/entry": [Try(f"/polls/{loot.poll}/entry")],
        "POST /polls/{id}/close": [Try(f"/polls/{loot.poll}/close")],
        "PUT /favourites/{conversation}/{seq}": [Try(f"/favourites/{id}/2") for id in loot.conversations],
        "DELETE /favourites/{conversation}/{seq}": [Try(f"/favourites/{id}/2") for id in loot.conversations],
        "GET /favourites": [Try("/favourites")],
        "PUT /conversations/{id}/draft": each("/draft", {"text": "coretan"}),
        "GET /drafts": [Try("/drafts")],
        "POST /conversations/{id}/scheduled": each("/scheduled", later),
        "GET /scheduled": [Try("/scheduled")],
        "PATCH /scheduled/{id}": [Try(f"/scheduled/{loot.scheduled}", {"send_at": 4_000_000_000_000})],
        "POST /scheduled/{id}/send": [Try(f"/scheduled/{loot.scheduled}/send")],
        "DELETE /scheduled/{id}": [Try(f"/scheduled/{loot.scheduled}")],
        "GET /preferences": [Try("/preferences")],
        "PATCH /preferences": [Try("/preferences", {"quiet": {"on": True}})],
    }


def _with_the_rest(loot: Loot) -> dict[str, list[Try]]:
    return {
        "GET /server": [Try("/server")],
        "GET /sync": [Try("/sync"), Try("/sync", params={"since": "1"})],
        "GET /search": [Try("/search", params={"q": "rahasia"}), Try("/search", params={"sender": loot.account})]
        + [Try("/search", params={"q": "rahasia", "conversation": id}) for id in loot.conversations],
        "GET /media/{blob}/{size}": [Try(f"/media/{loot.blob}/{size}") for size in ("thumb", "full", "original", "video", "voice")],
        "POST /uploads": [Try("/uploads", {"purpose": "photo", "bytes": 10, "name": "../../etc/passwd"})],
        "GET /uploads/{id}": [Try(f"/uploads/{loot.upload}")],
        "PUT /uploads/{id}/{offset}": [Try(f"/uploads/{loot.upload}/0", "x"), Try(f"/uploads/{loot.upload}/3", "x")],
        "POST /uploads/{id}/finish": [Try(f"/uploads/{loot.upload}/finish")],
        "DELETE /uploads/{id}": [Try(f"/uploads/{loot.upload}")],
        "GET /media/heard": [Try("/media/heard")],
        "POST /media/heard": [Try("/media/heard", {"voices": [loot.blob]})],
        "GET /operator/media": [Try("/operator/media")],
        "GET /media/mine": [Try("/media/mine")],
        "PATCH /media/mine": [Try("/media/mine", {"keep_days": 3, "previews": True})],
        "PUT /operator/media/{account}": [Try(f"/operator/media/{loot.account}", {"quota_bytes": 1})],
        "POST /link-previews": [Try("/link-previews", {"url": "http://127.0.0.1/"})],
        "POST /imports": [Try("/imports", {}, {"source": "telegram", "name": loot.handle})],
        "GET /imports": [Try("/imports")],
        "GET /imports/{id}": [Try(f"/imports/{loot.import_}")],
        "POST /imports/{id}/read": [Try(f"/imports/{loot.import_}/read", {"time_zone": "Asia/Jakarta"})],
        "POST /imports/{id}/run": [Try(f"/imports/{loot.import_}/run", {"people": {"x": loot.account}})],
        "DELETE /imports/{id}": [Try(f"/imports/{loot.import_}")],
        "POST /imports/claims/{id}": [Try(f"/imports/claims/{loot.import_}", {"accept": True})],
        "GET /imports/claims": [Try("/imports/claims")],
    }


def _stolen(blob: str) -> list[dict[str, Any]]:
    """Return cards that would show oneself somebody else's picture, by sending it to one's own group."""
    shot = {"blob": blob, "width": 8, "height": 8}
    return [
        {"type": "media.photo", "photos": [shot | {"placeholder": None}]},
        {"type": "media.voice", "blob": blob, "duration_ms": 1000, "waveform": ""},
        {"type": "media.file", "blob": blob, "name": "", "mime": "image/webp", "size": 1},
    ]


def frames(loot: Loot) -> dict[str, list[dict[str, Any]]]:
    """Return what to send over a socket, by the command's type."""
    return {
        "ping": [{"type": "ping", "id": 1}],
        "chat.send": [
            {"type": "chat.send", "id": 2, "conversation": id, "nonce": "asing-0002", "card": TEXT, "reply": reply}
            for id in loot.conversations
            for reply in (None, 1)
        ]
        + [
            {"type": "chat.send", "id": 5, "conversation": loot.own_group, "nonce": f"asing-bl{at}", "card": card}
            for at, card in enumerate(_stolen(loot.blob))
        ],
        "chat.cursor": [
            {"type": "chat.cursor", "id": 3, "conversation": id, "delivered": seq, "read": seq}
            for id in loot.conversations
            for seq in (1, 2)
        ],
        "chat.typing": [{"type": "chat.typing", "id": 4, "conversation": id} for id in loot.conversations],
    }
