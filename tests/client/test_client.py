"""The public client: it signs up, asks, sends once, hears everything, and comes back when it was cut off."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.importers.bringing import exported, said
from tests.served import Served, ServeWorld, until
from warung import accounts
from warung.client import Client, Ended, Message, OfficialAccount, Refused, Unreachable, api, official
from warung.kit.errors import Unavailable

PASSWORD = "kopi pahit tanpa gula"


async def hear(messages: AsyncIterator[Message], count: int) -> list[Message]:
    """Return the next messages; fail when they do not come."""
    async with asyncio.timeout(10):
        return [await anext(messages) for _ in range(count)]


async def test_two_people_sign_up_become_contacts_and_talk(serve_a_world: ServeWorld) -> None:
    served: Served = await serve_a_world(sections={accounts.Settings: accounts.Settings(registration="open")})
    signed_up = await Client.sign_up(served.url, handle="budi", name="Budi", password=PASSWORD)
    await Client.sign_up(served.url, handle="siti", name="Siti", password=PASSWORD)
    async with signed_up as budi, await Client.sign_in(served.url, handle="siti", password=PASSWORD) as siti:
        assert await budi.ask_contact((await budi.find(handle="siti")).id, "Ini Budi") is None
        (request,) = (await siti.contacts()).incoming
        assert (request.sender.name, request.greeting) == ("Budi", "Ini Budi")
        here = await siti.accept(request)
        sent = await budi.send(here, "Jadi besok?")
        *_, last = await hear(siti.messages(), sent.seq)
        assert (last.text, last.sender, last.seq) == ("Jadi besok?", budi.id, sent.seq)
        await siti.read(here, last.seq)
        (seen,) = await budi.conversations()
        assert (seen.peer_read_seq, seen.unread) == (sent.seq, 0)


async def test_a_refusal_has_its_code_on_every_way_in(served: Served) -> None:
    budi, siti, ayu = await served.cast.people("budi", "siti", "ayu")
    here = await served.cast.friends(budi, siti)
    async with await served.client(ayu) as me:
        with pytest.raises(Refused, match="not_a_member") as by_socket:
            await me.send(here, "Halo")
        with pytest.raises(Refused, match="not_a_member") as by_http:
            await me.history(here)
        assert by_socket.value.message == by_http.value.message
        assert (by_socket.value.status, by_http.value.status) == (0, 404)


async def test_what_was_sent_while_the_connection_was_lost_arrives_once(served: Served) -> None:
    budi, siti = await served.cast.people("budi", "siti")
    here = await served.cast.friends(budi, siti)
    async with await served.client(budi) as me:
        first = await me.send(here, "0")
        for n in range(1, 30):
            sending = asyncio.create_task(me.send(here, str(n)))
            await asyncio.sleep(0)
            if n % 3 == 0:
                me.disconnect()
            assert (await sending).seq == first.seq + n
        page = await me.history(here, after=0, limit=100)
        assert [message.text for message in page.messages[first.seq - 1 :]] == [str(n) for n in range(30)]


async def test_messages_have_no_gap_over_lost_connections_and_a_slow_reader(served: Served) -> None:
    budi, siti, ayu = await served.cast.people("budi", "siti", "ayu")
    await served.cast.friends(budi, siti, ayu)
    club = await served.cast.group(budi, siti, ayu)
    async with await served.client(budi) as writer, await served.client(siti) as reader:
        sent = 0
        for n in range(8):
            await asyncio.gather(*(writer.send(club, f"{n}.{m}") for m in range(40)))
            sent += 40
            reader.disconnect()
        new = await writer.group("arisan", [siti, ayu])
        await writer.send(new.id, "di sini juga")
        heard = await hear(reader.messages(), sent + 2)
        in_club = [message.seq for message in heard if message.conversation == club]
        assert in_club == list(range(in_club[0], in_club[0] + sent))
        assert [message.seq for message in heard if message.conversation == new.id] == [1, 2]


async def test_a_client_goes_on_where_its_last_run_stopped(served: Served) -> None:
    budi, siti = await served.cast.people("budi", "siti")
    here = await served.cast.friends(budi, siti)
    seqs = [(await served.cast.says(budi, here, text)).seq for text in ("satu", "dua", "tiga")]
    async with Client(served.url, token=await served.token(siti), after={here: seqs[0]}) as me:
        assert [message.text for message in await hear(me.messages(), 2)] == ["dua", "tiga"]


async def test_a_client_waits_for_a_server_that_restarts(served: Served) -> None:
    budi, siti = await served.cast.people("budi", "siti")
    here = await served.cast.friends(budi, siti)
    async with await served.client(budi) as me:
        await me.send(here, "sebelum")
        await served.stop()
        await until(lambda: not me.connected)
        sending = asyncio.create_task(me.send(here, "sesudah"))
        await served.start()
        async with asyncio.timeout(10):
            sent = await sending
        assert sent.seq == 3


async def test_messages_go_on_when_the_database_was_away_for_longer_than_a_question_is_repeated(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    budi, siti = await served.cast.people("budi", "siti")
    here = await served.cast.friends(budi, siti)
    seqs = [(await served.cast.says(budi, here, text)).seq for text in ("satu", "dua")]
    refused = 0

    async def away(*_: object, **__: object) -> None:
        nonlocal refused
        refused += 1
        raise Unavailable

    async with Client(served.url, token=await served.token(siti), after={here: seqs[0]}) as me:
        with monkeypatch.context() as meanwhile:
            meanwhile.setattr(api, "pause_s", lambda failures: 0.0)
            meanwhile.setattr(served.world.db, "read", away)
            heard = asyncio.ensure_future(hear(me.messages(), 1))
            await until(lambda: refused > 2 * api.TRIES or heard.done())
        assert [message.text for message in await heard] == ["dua"]


async def test_a_program_waits_for_a_database_that_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    refusals = [
        Refused("unavailable", "Later.", status=503),
        Refused("unavailable", "Later.", status=503),
        Refused("not_a_program", "No.", status=403),
    ]

    async def get(*_: object, **__: object) -> None:
        raise refusals.pop(0)

    monkeypatch.setattr(official, "pause_s", lambda failures: 0.0)
    account = OfficialAccount("http://localhost:1", token="a token", after=0)
    monkeypatch.setattr(account._api, "get", get)
    async with account:
        with pytest.raises(Refused, match="not_a_program"):
            await anext(account.events())
    assert refusals == []


async def test_a_signed_out_session_ends_the_client_for_good(served: Served) -> None:
    async with await served.client(await served.cast.person("budi")) as me:
        waiting = asyncio.ensure_future(anext(me.messages()))
        await served.world.db.write(lambda tx: accounts.disable(tx, handle="budi"))
        with pytest.raises(Ended) as ended:
            await waiting
        assert ended.value.code == 4401
        with pytest.raises(Ended):
            await me.send("anywhere", "Halo")
    with pytest.raises(Ended):
        async with Client(served.url, token="not a token"):
            pass


async def test_hints_tell_who_types_and_who_has_read(served: Served) -> None:
    budi, siti = await served.cast.people("budi", "siti")
    here = await served.cast.friends(budi, siti)
    async with await served.client(budi) as me, await served.client(siti) as other:
        events = me.events()
        other.typing(here)
        await other.read(here, 1)
        async with asyncio.timeout(10):
            heard = [await anext(events) for _ in range(2)]
        assert {event.type for event in heard} == {"chat.typing", "chat.cursor"}
        assert all(event.fields["account"] == siti for event in heard)


async def test_groups_are_run_by_verbs(served: Served) -> None:
    budi, siti, ayu = await served.cast.people("budi", "siti", "ayu")
    await served.cast.friends(budi, siti)
    await served.cast.friends(budi, ayu)
    async with await served.client(budi) as me, await served.client(ayu) as guest:
        club = await me.group("kopi club", [siti])
        assert (await me.change_group(club.id, name="kopi tubruk")).name == "kopi tubruk"
        link = await me.make_link(club.id)
        assert await guest.join(link.token) == club.id
        assert (await me.set_rights(club.id, ayu, role="admin")).member_count == 3
        await me.hand_over(club.id, ayu)
        await guest.remove(club.id, siti)
        assert {member.account.id for member in (await guest.conversation(club.id)).members} == {budi, ayu}
        assert (await guest.keep(club.id, pinned=True)).pinned
        sent = await me.send(club.id, "ups")
        await me.recall(club.id, sent.seq)
        page = await guest.history(club.id, around=sent.seq, limit=10)
        assert {message.seq: message.card["type"] for message in page.messages}[sent.seq] == "chat.recalled"


async def test_a_history_is_read_before_it_is_imported(served: Served, tmp_path: Path) -> None:
    export = tmp_path / "WhatsApp Chat with kopi club.txt"
    export.write_bytes(exported(said(40)))
    async with await served.client(await served.cast.person("budi")) as me:
        read = await me.read_import(export, time_zone="Asia/Jakarta")
        assert (read.state, read.conversation) == ("read", None)
        brought = await me.run_import(read.id)
        for _ in range(400):
            if brought.state != "running":
                break
            await asyncio.sleep(0.05)
            brought = await me.look_at_import(read.id)
        assert (brought.state, brought.failure) == ("done", None)
        assert brought.conversation is not None
        page = await me.history(brought.conversation, limit=100)
        assert [message.text for message in page.messages if message.author][-1] == "Pesan nomor 39"
        await me.drop_import(read.id)


async def test_nobody_there_is_said_so(served: Served) -> None:
    await served.stop()
    with pytest.raises(Unreachable):
        await Client.sign_in(served.url, handle="budi", password=PASSWORD)
