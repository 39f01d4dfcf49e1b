"""Articles: written by the staff, cleaned, published by a job, read at a page that stays, commented on; materials are the account's own."""

import json
from typing import Any

import msgspec
import pytest

from tests.media.making import quarters, saved
from tests.official.conftest import ON_SQLITE, Stall
from tests.scenarios.walking import device
from tests.served import Served
from tests.worlds import Hand, OpenWorld
from warung import chat, media, official
from warung.app import World
from warung.chat.forwarding import NotForwardable, forward
from warung.kit.clock import DAY, HOUR
from warung.kit.errors import Refusal
from warung.kit.text import TextMissing
from warung.official import commenting, passing, publishing, store_materials
from warung.official.days import day_of
from warung.official.model import Settings
from warung.official.model_articles import AlreadyPublishing, ArticleLinkNotPossible, NoSuchPreview, TooManyComments, TooManyPreviews
from warung.official.writing import read_preview

pytestmark = pytest.mark.anyio


async def picture(stall: Stall, toko: official.Official, **more: Any) -> official.Material:
    """A picture among an account's materials."""
    world, data = stall.world, saved(quarters(64, 48))
    workshops = world.workshops
    return await official.bring(
        stall.db, world.blobs, workshops.pictures, workshops.players, official=toko.id, kind="image", data=data, **more
    )


async def published(stall: Stall, toko: official.Official, *items: official.Writing) -> official.Article:
    """An article that is public."""
    draft = await stall.do(official.add_draft, official=toko.id, items=items)
    begun = await stall.do(official.publish, official=toko.id, media_id=draft.media_id)
    await stall.world.settle()
    done = await stall.ask(official.publishing_of, official=toko.id, id=begun.id)
    assert done.status == "done"
    return await stall.ask(official.article, official=toko.id, id=done.article)


def writing(title: str = "Kopi baru", content: str = "<p>Dari Toraja</p>", **more: Any) -> official.Writing:
    """An item."""
    return official.Writing(title=title, content=content, **more)


async def test_a_draft_becomes_public_by_a_job_and_is_told(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    draft = await stall.do(official.add_draft, official=toko.id, items=[writing(), writing("Dua", "<script>1</script><b>dua</b>")])
    assert draft.items[0].digest == "Dari Toraja"
    assert draft.items[1].content == "<b>dua</b>"
    changed = await stall.do(official.change_draft, official=toko.id, media_id=draft.media_id, items=[writing("Tiga")], index=1)
    assert [item.title for item in changed.items] == ["Kopi baru", "Tiga"]
    begun = await stall.do(official.publish, official=toko.id, media_id=draft.media_id)
    for verb in (official.publish, official.delete_draft):
        await stall.refused(AlreadyPublishing, verb, official=toko.id, media_id=draft.media_id)
    await stall.world.settle()
    done = await stall.ask(official.publishing_of, official=toko.id, id=begun.id)
    (told,) = [each for each in await stall.log(toko) if each["type"] == "publish.finished"]
    assert (told["publishing"], told["status"], told["article"], told["items"]) == (str(begun.id), "done", done.article, 2)
    assert await stall.ask(official.count_drafts, official=toko.id) == 0
    page = await stall.ask(official.read_article, by=budi, id=done.article, item=1)
    assert (page.title, page.official_name, page.following) == ("Tiga", "Toko tokosari", False)
    assert [each.title for each in page.siblings] == ["Kopi baru", "Tiga"]


@ON_SQLITE
async def test_what_no_article_can_be_is_refused(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko, other = await stall.toko(sari), await stall.toko(sari, "warungsari")
    theirs = await picture(stall, other)
    wrong: list[tuple[type[Refusal], list[official.Writing]]] = [
        (official.ItemsWanted, []),
        (official.ItemsWanted, [writing()] * 9),
        (official.ArticleTitleNotPossible, [writing(" ")]),
        (official.ArticleTitleNotPossible, [writing("x" * 65)]),
        (official.DigestTooLong, [writing(digest="x" * 121)]),
        (official.AuthorTooLong, [writing(author="x" * 65)]),
        (official.ContentMissing, [writing(content="<script>1</script>")]),
        (official.ContentTooLong, [writing(content="x" * 200_001)]),
        (ArticleLinkNotPossible, [writing(source_url="javascript:alert(1)")]),
        (official.NoSuchMaterial, [writing(cover="x" * 43)]),
        (official.NoSuchMaterial, [writing(cover=theirs.media_id)]),
    ]
    for refusal, items in wrong:
        await stall.refused(refusal, official.add_draft, official=toko.id, items=items)
    draft = await stall.do(official.add_draft, official=toko.id, items=[writing()])
    await stall.refused(official.NoSuchDraft, official.publish, official=other.id, media_id=draft.media_id)
    await stall.refused(official.NoSuchItem, official.change_draft, official=toko.id, media_id=draft.media_id, items=[writing()], index=1)
    foreign = await stall.do(official.add_draft, official=toko.id, items=[writing(content=f'x<img src="/api/media/{theirs.blob}/full">')])
    assert foreign.items[0].content == "x"


async def test_pictures_are_seen_by_who_may_read_and_gone_with_the_article(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    kept = await picture(stall, toko)
    content = f'<p>x<img data-src="https://mp.example/{kept.media_id}/0"></p>'
    article = await published(stall, toko, writing(content=content, cover=kept.media_id))
    assert f'src="/api/media/{kept.blob}/full"' in article.items[0].content
    viewers = {name: see for domain in [official.DOMAIN] for name, see in domain.viewers}

    async def sees(who: Any) -> bool:
        return await stall.ask(media.may_see, by=who, blob=kept.blob, viewers=viewers)

    assert await sees(budi)
    await stall.do(publishing.set_open, official=toko.id, id=article.id, open=False)
    await stall.refused(official.NoSuchArticle, official.read_article, by=budi, id=article.id, item=0)
    assert not await sees(budi)
    await stall.fan(budi, toko)
    assert await sees(budi)
    await stall.do(official.delete_material, official=toko.id, media_id=kept.media_id)
    assert await sees(budi)  # what was published stays
    await stall.do(official.delete_article, official=toko.id, id=article.id)
    assert not await sees(budi)
    await stall.refused(official.NoSuchArticle, official.read_article, by=budi, id=article.id, item=0)


async def test_a_draft_whose_picture_is_gone_stays_a_draft(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari)
    kept = await picture(stall, toko)
    draft = await stall.do(official.add_draft, official=toko.id, items=[writing(), writing(cover=kept.media_id)])
    await stall.do(official.delete_material, official=toko.id, media_id=kept.media_id)
    begun = await stall.do(official.publish, official=toko.id, media_id=draft.media_id)
    await stall.world.settle()
    done = await stall.ask(official.publishing_of, official=toko.id, id=begun.id)
    assert (done.status, done.failed, done.article) == ("failed", (2,), None)
    assert await stall.ask(official.count_drafts, official=toko.id) == 1


async def test_readers_write_the_account_chooses_and_answers(stall: Stall) -> None:
    sari, budi, ayu = await stall.people("sari", "budi", "ayu")
    toko = await stall.toko(sari)
    article = await published(stall, toko, writing(comments=True, followers_only=True), writing("Dua"))
    said: dict[str, Any] = {"article": article, "item": 0, "words": "Enak!"}
    await stall.refused(official.CommentsClosed, official.comment, by=budi, **said)
    await stall.fan(budi, toko)
    await stall.refused(official.CommentsClosed, official.comment, by=budi, **said | {"item": 1})
    await stall.refused(TextMissing, official.comment, by=budi, **said | {"words": " "})
    id = await stall.do(official.comment, by=budi, **said)

    async def seen(who: Any) -> list[tuple[str, bool, str | None, int]]:
        found = await stall.ask(commenting.shown, by=who, article=article, item=0)
        return [(each.text, each.mine, each.answer, each.likes) for each in found]

    assert (await seen(budi), await seen(ayu), len(await seen(sari))) == ([("Enak!", True, None, 0)], [], 1)
    await stall.refused(official.NoSuchArticleComment, commenting.like, by=ayu, article=article, item=0, id=id, liked=True)
    await stall.do(official.elect, official=toko.id, id=id, elected=True)
    for _ in range(2):
        await stall.do(commenting.like, by=ayu, article=article, item=0, id=id, liked=True)
    await stall.do(official.reply_comment, official=toko.id, id=id, words="Terima kasih")
    assert await seen(ayu) == [("Enak!", False, "Terima kasih", 1)]
    listed = await stall.ask(official.comments, official=toko.id, number=article.number, item=0, kind="elected")
    assert (listed.total, len(listed.comments[0].openid)) == (1, 28)
    await stall.refused(official.NoSuchArticleComment, commenting.take_comment_back, by=ayu, id=id)
    await stall.do(commenting.take_comment_back, by=budi, id=id)
    assert await seen(ayu) == []


async def test_reads_shares_and_favourites_are_counted_and_a_share_is_a_card(stall: Stall) -> None:
    sari, budi, ayu = await stall.people("sari", "budi", "ayu")
    talk = await stall.friends(budi, ayu)
    toko = await stall.toko(sari)
    article = await published(stall, toko, writing(digest="Ringkas"))
    for who in (budi, budi, ayu):
        await stall.do(publishing.acted, by=who, id=article.id, item=0, what="read", scene="friend")
    nonce = stall.nonce()
    share = {"by": budi, "to": talk, "id": article.id, "item": 0, "nonce": nonce}
    shared = await stall.do(official.share_article, **share)
    assert (await stall.do(official.share_article, **share)).seq == shared.seq
    card = json.loads(bytes(shared.card))
    assert (card["type"], card["article"], card["title"], card["digest"]) == ("official.article", article.id, "Kopi baru", "Ringkas")
    for wanted in (True, True, False, True):
        await stall.do(publishing.favour, by=ayu, id=article.id, item=0, favourite=wanted)
    day = day_of(stall.hand(), Settings().day_offset_min)
    found = await stall.ask(official.statistics, official=toko.id, since=day, until=day)
    assert [(each.reads, each.readers, each.shares, each.favourites) for each in found.days] == [(3, 2, 1, 1)]
    assert [(each.from_, each.reads) for each in found.read_from] == [("friend", 3)]
    assert [(each.article, each.idx, each.reads, each.shares) for each in found.articles] == [(article.id, 0, 3, 1)]
    assert budi not in msgspec.json.encode(found).decode()


async def test_temporary_materials_go_after_three_days(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko = await stall.toko(sari)
    kept = await picture(stall, toko, permanent=False)
    assert await stall.ask(official.material, official=toko.id, media_id=kept.media_id) == kept
    stall.hand.forward(3 * DAY + HOUR)
    await stall.refused(official.NoSuchMaterial, official.material, official=toko.id, media_id=kept.media_id)
    await stall.world.settle()
    assert await stall.ask(store_materials.one, media_id=kept.media_id) is None


@ON_SQLITE
async def test_bytes_that_are_no_material_are_refused(stall: Stall) -> None:
    (sari,) = await stall.people("sari")
    toko, world = await stall.toko(sari), stall.world
    tools = (stall.db, world.blobs, world.workshops.pictures, world.workshops.players)
    wrong: list[tuple[type[Refusal], str, bytes]] = [
        (official.MaterialKindUnknown, "news", b"x"),
        (official.MaterialEmpty, "image", b""),
        (official.MaterialTooLarge, "thumb", b"x" * (2 << 20 | 1)),
        (media.NotAPicture, "image", b"<svg onload=alert(1)>"),
    ]
    for refusal, kind, data in wrong:
        with pytest.raises(refusal):
            await official.bring(*tools, official=toko.id, kind=kind, data=data)


async def test_a_preview_is_read_by_whom_it_was_sent_to_as_it_was_then_while_it_is_a_draft(stall: Stall) -> None:
    sari, budi, ayu = await stall.people("sari", "budi", "ayu")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    await stall.fan(ayu, toko)
    kept = await picture(stall, toko)
    draft = await stall.do(official.add_draft, official=toko.id, items=[writing(cover=kept.media_id), writing("Dua")])
    await stall.refused(NoSuchPreview, read_preview, by=budi, id=draft.media_id, item=1)
    shown = await stall.do(official.preview_draft, official=toko.id, openid=fan.openid, media_id=draft.media_id)
    asked: dict[str, Any] = {"id": shown, "item": 1}
    assert fan.conversation is not None
    card = json.loads(bytes((await stall.page(budi, fan.conversation)).messages[-1].card))
    assert [each.get("article") for each in card["items"]] == [None, None]
    assert [each["preview"] for each in card["items"]] == [f"{shown}/0", f"{shown}/1"]
    assert card["why"] == "preview"
    await stall.do(official.change_draft, official=toko.id, media_id=draft.media_id, items=[writing("Satu lagi"), writing("Dua lagi")])
    await stall.do(official.delete_material, official=toko.id, media_id=kept.media_id)
    again = await stall.do(official.preview_draft, official=toko.id, openid=fan.openid, media_id=draft.media_id)
    for reader in (budi, sari):
        assert (await stall.ask(read_preview, by=reader, **asked))[1].title == "Dua"
        assert (await stall.ask(read_preview, by=reader, **asked | {"id": again}))[1].title == "Dua lagi"
    viewers = dict(official.DOMAIN.viewers)
    blob = draft.items[0].cover.blob if draft.items[0].cover else None
    assert [await stall.ask(media.may_see, by=who, blob=blob, viewers=viewers) for who in (budi, sari, ayu)] == [True, True, False]
    await stall.refused(NoSuchPreview, read_preview, by=ayu, **asked)
    for item in (2, -1):
        await stall.refused(NoSuchPreview, read_preview, by=budi, id=shown, item=item)
    await stall.refused(NoSuchPreview, read_preview, by=budi, id="x" * 43, item=0)
    friends = await stall.friends(budi, ayu)
    how: dict[str, Any] = {"merged": False, "origin": False, "nonce": stall.nonce()[:30]}
    seqs = [(await stall.page(budi, fan.conversation)).messages[-1].seq]
    await stall.refused(NotForwardable, forward, by=budi, conversation=fan.conversation, seqs=seqs, to=[friends], **how)
    await stall.do(official.publish, official=toko.id, media_id=draft.media_id)
    await stall.world.settle()
    for reader in (budi, sari):
        await stall.refused(NoSuchPreview, read_preview, by=reader, **asked)
    assert not await stall.ask(media.may_see, by=budi, blob=blob, viewers=viewers)


async def test_who_gets_an_article_for_followers_passed_on_reads_it_through_the_message(stall: Stall) -> None:
    sari, budi, ayu, joko = await stall.people("sari", "budi", "ayu", "joko")
    here, there = await stall.friends(budi, ayu), await stall.friends(ayu, joko)
    toko = await stall.toko(sari)
    await stall.fan(budi, toko)
    kept = await picture(stall, toko)
    article = await published(stall, toko, writing(cover=kept.media_id, content=f'<img src="/api/media/{kept.blob}/full">', comments=True))
    await stall.do(publishing.set_open, official=toko.id, id=article.id, open=False)
    named: dict[str, Any] = {"id": article.id, "item": 0}
    sent = await stall.do(official.share_article, by=budi, to=here, nonce=stall.nonce(), **named)
    await stall.refused(official.NoSuchArticle, official.read_article, by=ayu, **named)
    for wrong in ({"conversation": there, "seq": sent.seq}, {"conversation": here, "seq": sent.seq + 1}, {"conversation": "x", "seq": 1}):
        await stall.refused(official.NoSuchArticle, passing.receive, by=ayu, **named, **wrong)
    await stall.refused(official.NoSuchArticle, passing.receive, by=ayu, id=article.id, item=1, conversation=here, seq=sent.seq)
    for other in (joko, sari):  # it was not passed on to them
        await stall.refused(official.NoSuchArticle, passing.receive, by=other, **named, conversation=here, seq=sent.seq)
    for _ in range(2):
        await stall.do(passing.receive, by=ayu, **named, conversation=here, seq=sent.seq)
    assert (await stall.ask(official.read_article, by=ayu, **named)).title == "Kopi baru"
    viewers = dict(official.DOMAIN.viewers)
    assert [await stall.ask(media.may_see, by=who, blob=kept.blob, viewers=viewers) for who in (ayu, joko)] == [True, False]
    await stall.do(official.comment, by=ayu, article=article, item=0, words="Enak")
    how: dict[str, Any] = {"conversation": here, "seqs": [sent.seq], "to": [there], "origin": True}
    for merged in (False, True):  # what one got, one passes on; the card stands inside another then
        (on,) = await stall.do(forward, by=ayu, merged=merged, nonce=stall.nonce()[:30], **how)
        await stall.do(passing.receive, by=joko, **named, conversation=there, seq=on.seq)
        assert (await stall.ask(official.read_article, by=joko, **named)).title == "Kopi baru"
    await stall.do(chat.recall, by=budi, conversation=here, seq=sent.seq)
    await stall.refused(official.NoSuchArticle, official.read_article, by=ayu, **named)
    assert not await stall.ask(media.may_see, by=ayu, blob=kept.blob, viewers=viewers)
    await stall.refused(official.NoSuchArticle, passing.receive, by=ayu, **named, conversation=here, seq=sent.seq)
    await stall.do(official.delete_article, official=toko.id, id=article.id)
    await stall.refused(official.NoSuchArticle, official.read_article, by=joko, **named)


@ON_SQLITE
async def test_previews_and_comments_are_so_many_a_day(open_a_world: OpenWorld, hand: Hand, database: str) -> None:
    world: World = await open_a_world(database, sections={Settings: Settings(previews_per_day=1, comments_per_day=1)})
    stall = Stall(world, hand)
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    fan = await stall.fan(budi, toko)
    draft = await stall.do(official.add_draft, official=toko.id, items=[writing()])
    shown = {"official": toko.id, "openid": fan.openid, "media_id": draft.media_id}
    await stall.do(official.preview_draft, **shown)
    await stall.refused(TooManyPreviews, official.preview_draft, **shown)
    article = await published(stall, toko, writing(comments=True))
    await stall.do(official.comment, by=budi, article=article, item=0, words="satu")
    await stall.refused(TooManyComments, official.comment, by=budi, article=article, item=0, words="dua")


@ON_SQLITE
async def test_an_editor_writes_and_a_reader_reads_over_http(world: World, hand: Hand) -> None:
    stall, served = Stall(world, hand), Served(world)
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    editor, reader = device(served, await served.token(sari)), device(served, await served.token(budi))
    here = f"/officials/{toko.id}"
    kept = (await editor.post(f"{here}/materials", params={"kind": "image", "name": "kopi.png"}, content=saved(quarters(64, 48)))).json()
    item = {"title": "Kopi", "content": f'<p>x<img src="{kept["url"]}"></p>', "thumb_media_id": kept["media_id"], "comments": "open"}
    draft = (await editor.post(f"{here}/drafts", json={"items": [item]})).json()
    assert draft["items"][0]["cover"] == kept["blob"]
    opened = (await editor.get(f"{here}/drafts/{draft['id']}")).json()
    assert (await editor.put(f"{here}/drafts/{draft['id']}", json={"items": opened["items"]})).json()["items"] == opened["items"]
    refused = await editor.post(f"{here}/drafts/{draft['id']}/preview", json={"handle": "budi"})
    assert refused.json()["error"]["code"] == "no_such_follower"
    assert (await editor.post(f"{here}/drafts/{draft['id']}/publish")).status_code == 202
    await world.settle()
    (line,) = (await reader.get(f"{here}/published")).json()["articles"]
    page = f"/articles/{line['id']}/{line['idx']}"
    read = (await reader.get(page)).json()
    assert (read["title"], read["comments"], read["official"]["official"]["id"]) == ("Kopi", "open", toko.id)
    assert (await reader.post(f"{page}/read", json={"from": "profile"})).status_code == 204
    assert (await reader.post(f"{page}/favourite")).status_code == 204
    assert (await reader.post(f"{page}/comments", json={"text": "Enak"})).json()["mine"]
    assert (await reader.get(f"{page}/comments")).json()["can"]
    (mine,) = (await editor.get(f"{here}/articles")).json()["articles"]
    assert (mine["items"][0]["reads"], mine["items"][0]["comments"]) == (1, 1)
    assert (await reader.get(f"/api/media/{kept['blob']}/full".removeprefix("/api"))).status_code == 302
    assert (await reader.post(f"{here}/drafts", json={"items": [item]})).status_code == 404


async def test_a_button_and_a_rule_answer_with_an_article_or_a_picture(stall: Stall) -> None:
    sari, budi = await stall.people("sari", "budi")
    toko = await stall.toko(sari)
    article, kept = await published(stall, toko, writing()), await picture(stall, toko)
    answers = (official.AutoAnswer(article=article.id), official.AutoAnswer(media_id=kept.media_id))
    rule = official.Rule("menu", (official.Keyword("menu"),), answers, every=True)
    await stall.do(official.set_replies, official=toko.id, replies=official.Replies(rules=(rule,)))
    broken = official.Rule("x", (official.Keyword("x"),), (official.AutoAnswer(media_id="x" * 43),))
    await stall.refused(official.NotAnAnswer, official.set_replies, official=toko.id, replies=official.Replies(rules=(broken,)))
    fan = await stall.fan(budi, toko)
    await stall.tells(fan, "menu")
    assert fan.conversation is not None
    found = [json.loads(bytes(each.card)) for each in (await stall.page(budi, fan.conversation)).messages]
    assert [each["type"] for each in found] == ["chat.text", "official.news", "official.picture"]
    assert found[1]["items"][0]["article"] == f"{article.id}/0"
