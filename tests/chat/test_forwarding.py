"""Forwarding: messages go on, with or without a name; what the server writes cannot be sent by a client."""

from collections.abc import Sequence

import msgspec

from tests.cast import send_raw
from tests.chat.scene import Scene, card
from warung import chat, contacts, media
from warung.chat.forwarding import ForwardTooLarge, NotForwardable, NothingToForward, forward
from warung.chat.model import BadNonce, Mention, NoSuchMessage, NotAMember
from warung.chat.small_cards import NotToBeShared, share_contact
from warung.kit.card import BrokenCard, NotSendable
from warung.kit.ids import AccountId, ConversationId


async def onward(
    scene: Scene, by: AccountId, here: ConversationId, seqs: Sequence[int], *to: ConversationId, merged: bool = False, origin: bool = True
) -> list[chat.Message]:
    return await scene.do(
        forward, by=by, conversation=here, seqs=seqs, to=to, merged=merged, origin=origin, nonce=f"terus-{len(scene.pushed):06}"
    )


async def test_a_message_goes_on_with_the_name_of_who_wrote_it_and_calls_nobody(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    here = await scene.friends(siti, ayu)
    words = chat.Text(text_="@Ayu resep", mentioned=(Mention(ayu, 0, 4),))
    said = await scene.do(chat.send, by=budi, to=club, card=words, nonce=scene.nonce())
    (gone,) = await onward(scene, siti, club, [said.seq], here)
    assert (gone.conversation, gone.sender) == (here, siti)
    assert card(gone) == {
        "type": "chat.forwarded",
        "name": "Budi",
        "card": {"type": "chat.text", "text": "@Ayu resep"},
        "words": "@Ayu resep",
    }
    assert ((await scene.seen(ayu, here)).mentions, (await scene.seen(ayu, here)).unread) == (0, 1)
    assert await scene.found(ayu, "resep", conversation=here) == [(here, gone.seq)]
    (again,) = await onward(scene, ayu, here, [gone.seq], club)
    assert card(again) == card(gone)  # who wrote it first stays named


async def test_without_its_origin_it_is_a_message_of_ones_own(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    here = await scene.friends(budi, siti)
    said = await scene.says(budi, club, "resep")
    (gone,) = await onward(scene, siti, club, [said.seq], here, origin=False)
    assert (gone.sender, card(gone)) == (siti, {"type": "chat.text", "text": "resep"})


async def test_many_become_one_card_in_their_order(scene: Scene) -> None:
    club, (budi, siti, ayu) = await scene.club("budi", "siti", "ayu")
    here = await scene.friends(siti, ayu)
    seqs = [(await scene.says(who, club, text)).seq for who, text in ((budi, "satu"), (siti, "dua"), (budi, "tiga"))]
    (gone,) = await onward(scene, siti, club, seqs[::-1], here, merged=True)
    made = card(gone)
    assert (made["type"], made["title"]) == ("chat.history", "Budi, Siti")
    assert [(each["name"], each["card"]["text"]) for each in made["said"]] == [("Budi", "satu"), ("Siti", "dua"), ("Budi", "tiga")]
    assert await scene.found(ayu, "tiga", conversation=here) == [(here, gone.seq)]


async def test_what_only_the_server_writes_is_not_forwarded(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    here = await scene.friends(budi, siti)
    made = await scene.do(chat.put, by=budi, to=club, card=chat.Notice(key="imported"), nonce="kabar-0001")
    named = {"by": siti, "conversation": club, "to": [here], "merged": False, "origin": True, "nonce": "terus-0001"}
    for seq in (1, made.seq):
        await scene.refused(NotForwardable, forward, seqs=[seq], **named)


async def test_a_file_goes_along_and_is_let_go_with_the_last_message_that_carries_it(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    rina = await scene.person("rina")
    blob = await media.store_file(scene.db, scene.world.blobs, by=budi, data=b"resep", name="resep.txt")
    raw = msgspec.json.encode({"type": "media.file", "blob": blob.id, "name": blob.name, "mime": blob.mime, "size": blob.size})
    said = await scene.db.write(lambda tx: send_raw(tx, budi, club, raw, "berkas-0001"))
    here = await scene.friends(siti, rina)
    viewers = dict(chat.DOMAIN.viewers)

    async def sees() -> bool:
        return await scene.ask(media.may_see, by=rina, blob=blob.id, viewers=viewers)

    assert not await sees()
    gone = [(await onward(scene, siti, club, [said.seq], here, origin=origin))[0] for origin in (True, False)]
    many = (await onward(scene, siti, club, [said.seq], here, merged=True))[0]
    assert [card(each)["type"] for each in (*gone, many)] == ["chat.forwarded", "media.file", "chat.history"]
    assert await sees()
    for each in (*gone, many):
        assert await sees()
        await scene.do(chat.recall, by=siti, conversation=here, seq=each.seq)
    assert not await sees()


async def test_a_retry_forwards_nothing_twice(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    here = await scene.friends(budi, siti)
    seqs = [(await scene.says(budi, club, text)).seq for text in ("satu", "dua")]
    named = {"by": siti, "conversation": club, "seqs": seqs, "to": [here, club], "merged": False, "origin": True, "nonce": "terus-0001"}
    first = await scene.do(forward, **named)
    again = await scene.do(forward, **named)
    assert [(each.conversation, each.seq) for each in again] == [(each.conversation, each.seq) for each in first]
    assert len(first) == 4


async def test_nothing_is_forwarded_from_or_to_where_one_is_not(scene: Scene) -> None:
    club, (budi, siti) = await scene.club("budi", "siti")
    here, ayu = await scene.friends(budi, siti), await scene.person("ayu")
    said = await scene.says(budi, club, "resep")

    async def refused(why: type, **named: object) -> None:
        base = {"by": siti, "conversation": club, "seqs": [said.seq], "to": [here], "merged": False, "origin": True, "nonce": "terus-0001"}
        await scene.refused(why, forward, **(base | named))

    await refused(NotAMember, by=ayu)
    await refused(NotAMember, to=[ConversationId("tidak ada")])
    await refused(NoSuchMessage, seqs=[said.seq, 99])
    await refused(NotForwardable, seqs=[1])
    await refused(NothingToForward, seqs=[])
    await refused(NothingToForward, to=[])
    await refused(ForwardTooLarge, seqs=list(range(101)))
    await refused(BadNonce, nonce="x")
    await scene.part(budi, siti)
    await refused(contacts.NotAContact)
    assert (await scene.seen(siti, here)).last_seq == 1
    await scene.do(chat.recall, by=budi, conversation=club, seq=said.seq)
    await refused(NotForwardable, to=[club])


async def test_a_client_cannot_say_what_others_said_or_whose_card_it_is(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    forged = (
        b'{"type":"chat.forwarded","name":"Budi","card":{"type":"chat.text","text":"x"}}',
        b'{"type":"chat.history","title":"Budi","said":[]}',
        b'{"type":"chat.contact","account":"x","handle":"x","name":"Budi"}',
        b'{"type":"chat.reaction","emoji":"x"}',
        b'{"type":"chat.edit","text":"x"}',
        b'{"type":"chat.expiry"}',
    )
    for at, raw in enumerate(forged):
        await scene.refused(NotSendable, lambda tx, raw, at: send_raw(tx, siti, here, raw, f"palsu-{at:05}"), raw=raw, at=at)
    edited = b'{"type":"chat.text","text":"x","edited":3}'
    await scene.refused(BrokenCard, lambda tx: send_raw(tx, siti, here, edited, "palsu-10000"))


async def test_a_contact_card_shows_what_a_stranger_may_see(scene: Scene) -> None:
    budi, siti, ayu = await scene.people("budi", "siti", "ayu")
    here = await scene.friends(budi, siti)
    await scene.refused(contacts.PersonNotFound, share_contact, by=budi, to=here, account=ayu, nonce="kontak-0001")
    await scene.friends(budi, ayu)
    made = await scene.do(share_contact, by=budi, to=here, account=ayu, nonce="kontak-0001")
    assert card(made) == {"type": "chat.contact", "account": ayu, "handle": "ayu", "name": "Ayu"}
    again = await scene.do(share_contact, by=budi, to=here, account=ayu, nonce="kontak-0001")
    assert again.seq == made.seq
    assert NotToBeShared.status == 403


async def test_a_place_is_on_the_globe(scene: Scene) -> None:
    budi, siti = await scene.people("budi", "siti")
    here = await scene.friends(budi, siti)
    sent = await scene.do(
        chat.send, by=budi, to=here, card=chat.Location(latitude=-6.2, longitude=106.8, name="Warung Sari"), nonce=scene.nonce()
    )
    assert await scene.found(siti, "Sari") == [(here, sent.seq)]
    for latitude, longitude in ((91, 0), (0, 181), (-90.1, 0)):
        raw = msgspec.json.encode(chat.Location(latitude=latitude, longitude=longitude))
        await scene.refused(BrokenCard, lambda tx, raw: send_raw(tx, siti, here, raw, "tempat-0001"), raw=raw)
