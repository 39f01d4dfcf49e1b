"""What companies write, for the walks: drafts, an article, a broadcast, a coupon; and what a stranger tries with their ids."""

from collections.abc import Mapping

from tests.scenarios.trying import Try
from warung import official
from warung.kit.db import Tx
from warung.kit.ids import AccountId
from warung.official import delivering, publishing
from warung.official.numbers import number

NOWHERE = "0" * 20
of_programs: dict[str, object] = {  # what only a program's token opens, by route
    "GET /broadcasts": None,
    "POST /broadcasts": {"to": {"kind": "all"}, "content": {"kind": "text", "text": "x"}, "nonce": "asing-siar-2"},
    "GET /broadcasts/{broadcast}": None,
    "POST /broadcasts/{broadcast}/cancel": None,
    "GET /templates": None,
    "POST /templates/{template}/messages": {"to": "x", "data": {}, "nonce": "asing-pola-1"},
    "POST /materials": None,
    "POST /drafts": {"items": [{"title": "x", "content": "x"}]},
    "POST /drafts/{draft}/publish": None,
    "POST /codes": {"scene": "x"},
}


def fill(tx: Tx, by: AccountId, shop: AccountId, openid: str, word: str) -> dict[str, str]:
    """Let an account write; whatever only its staff or its followers may know has the word in it."""
    writing = official.Writing(title=word[:60], content=f"<p>{word}</p>", comments=True)
    draft = official.add_draft(tx, official=shop, items=[writing])
    preview = official.preview_draft(tx, official=shop, openid=openid, media_id=draft.media_id)
    other = official.add_draft(tx, official=shop, items=[writing])
    article = official.make_public(tx, official=shop, media_id=other.media_id, number=number(tx))
    publishing.set_open(tx, official=shop, id=article.id, open=False)
    comment = official.comment(tx, by=by, article=article, item=0, words=word)
    sent = official.broadcast(tx, official=shop, to=official.All(), card=official.Words(words=word))
    delivering.deliver(tx, delivering.Deliver(sent.id))
    coupon = official.make_coupon(tx, official=shop, draft=official.CouponDraft(title=word[:60]))
    given = official.give_coupon(tx, official=shop, id=coupon.id, openid=openid)
    template = official.define_template(tx, official=shop, title=word[:30], content=f"{word}: {{{{isi.DATA}}}}")
    return {
        "draft": draft.media_id,
        "preview": preview,
        "article": article.id,
        "comment": str(comment),
        "broadcast": sent.id,
        "coupon": coupon.id,
        "template": template.id,
        "given": given.code,
    }


def tries(have: Mapping[str, str]) -> dict[str, list[Try]]:
    """Return what to try with each route, given another's ids. The code of a coupon opens by being known, and is not among them."""
    return _of_readers(have) | _of_editors(have) | _of_senders(have)


def _of_readers(have: Mapping[str, str]) -> dict[str, list[Try]]:
    here, page = f"/officials/{have.get('official', NOWHERE)}", f"/articles/{have.get('article', NOWHERE)}/0"
    comment = f"{page}/comments/{have.get('comment', '1')}"
    return {
        "GET /officials/{id}/published": [Try(f"{here}/published")],
        "GET /articles/{article}/{idx}": [Try(page)],
        "POST /articles/{article}/{idx}/receive": [
            Try(f"{page}/receive", {"conversation": have.get("official_conversation", NOWHERE), "seq": seq}) for seq in (1, 2, 3)
        ],
        "GET /previews/{preview}/{idx}": [Try(f"/previews/{have.get('preview', 'x')}/0")],
        "POST /articles/{article}/{idx}/read": [Try(f"{page}/read", {"from": "friend"})],
        "POST /articles/{article}/{idx}/share": [
            Try(f"{page}/share", {"to": have.get("official_conversation", NOWHERE), "nonce": "asing-bagi-1"})
        ],
        "POST /articles/{article}/{idx}/favourite": [Try(f"{page}/favourite", {"on": True})],
        "GET /articles/{article}/{idx}/comments": [Try(f"{page}/comments")],
        "POST /articles/{article}/{idx}/comments": [Try(f"{page}/comments", {"text": "x"})],
        "DELETE /articles/{article}/{idx}/comments/{comment}": [Try(comment)],
        "PUT /articles/{article}/{idx}/comments/{comment}/like": [Try(f"{comment}/like", {"on": True})],
        "PUT /articles/{article}/{idx}/comments/{comment}/chosen": [Try(f"{comment}/chosen", {"on": True})],
        "PUT /articles/{article}/{idx}/comments/{comment}/answer": [Try(f"{comment}/answer", {"text": "x"})],
        "GET /broadcasts/{broadcast}": [Try(f"/broadcasts/{have.get('broadcast', NOWHERE)}")],
        "POST /officials/{id}/opened": [Try(f"{here}/opened", {"seq": 1})],
        "GET /officials/opt-ins": [Try("/officials/opt-ins")],
        "PUT /officials/{id}/opt-ins/{template}": [Try(f"{here}/opt-ins/{have.get('template', 'x')}", {"on": True})],
        "POST /officials/scan": [Try("/officials/scan", {"ticket": have.get("draft", "x")})],
        "GET /coupons": [Try("/coupons")],
        "GET /coupons/{code}": [Try(f"/coupons/{have.get('coupon', NOWHERE)}")],
        "POST /coupons/{coupon}/take": [Try(f"/coupons/{have.get('coupon', NOWHERE)}/take")],
    }


def _of_editors(have: Mapping[str, str]) -> dict[str, list[Try]]:
    here = f"/officials/{have.get('official', NOWHERE)}"
    draft, article = f"{here}/drafts/{have.get('draft', 'x')}", f"{here}/articles/{have.get('article', 'x')}"
    items = {"items": [{"title": "direbut", "content": "<p>x</p>"}]}
    return {
        "GET /officials/{id}/materials": [Try(f"{here}/materials")],
        "POST /officials/{id}/materials": [Try(f"{here}/materials", {})],
        "DELETE /officials/{id}/materials/{media_id}": [Try(f"{here}/materials/{have.get('draft', 'x')}")],
        "GET /officials/{id}/drafts": [Try(f"{here}/drafts")],
        "POST /officials/{id}/drafts": [Try(f"{here}/drafts", items)],
        "GET /officials/{id}/drafts/{draft}": [Try(draft)],
        "PUT /officials/{id}/drafts/{draft}": [Try(draft, items)],
        "POST /officials/{id}/drafts/{draft}/preview": [Try(f"{draft}/preview", {"handle": have.get("official_name", "x")})],
        "POST /officials/{id}/drafts/{draft}/publish": [Try(f"{draft}/publish")],
        "DELETE /officials/{id}/drafts/{draft}": [Try(draft)],
        "GET /officials/{id}/articles": [Try(f"{here}/articles")],
        "PUT /officials/{id}/articles/{article}/open": [Try(f"{article}/open", {"on": True})],
        "DELETE /officials/{id}/articles/{article}": [Try(article)],
        "GET /officials/{id}/statistics": [Try(f"{here}/statistics", params={"days": "30", "to": "2026-11-30"})],
    }


def _of_senders(have: Mapping[str, str]) -> dict[str, list[Try]]:
    here, openid = f"/officials/{have.get('official', NOWHERE)}", have.get("openid", "o" * 28)
    sent, coupon = f"{here}/broadcasts/{have.get('broadcast', NOWHERE)}", f"{here}/coupons/{have.get('coupon', NOWHERE)}"
    order = {"to": {"kind": "all"}, "content": {"kind": "text", "text": "x"}, "nonce": "asing-siar-1"}
    return {
        "GET /officials/{id}/broadcasts": [Try(f"{here}/broadcasts")],
        "POST /officials/{id}/broadcasts": [Try(f"{here}/broadcasts", order)],
        "GET /officials/{id}/broadcasts/{broadcast}": [Try(sent)],
        "POST /officials/{id}/broadcasts/{broadcast}/cancel": [Try(f"{sent}/cancel")],
        "DELETE /officials/{id}/broadcasts/{broadcast}": [Try(sent)],
        "GET /officials/{id}/templates": [Try(f"{here}/templates")],
        "POST /officials/{id}/templates": [Try(f"{here}/templates", {"title": "x", "content": "{{x.DATA}}"})],
        "DELETE /officials/{id}/templates/{template}": [Try(f"{here}/templates/{have.get('template', 'x')}")],
        "GET /officials/{id}/codes": [Try(f"{here}/codes")],
        "POST /officials/{id}/codes": [Try(f"{here}/codes", {"scene": "x"})],
        "GET /officials/{id}/coupons": [Try(f"{here}/coupons")],
        "POST /officials/{id}/coupons": [Try(f"{here}/coupons", {"title": "x"})],
        "POST /officials/{id}/coupons/{coupon}/close": [Try(f"{coupon}/close")],
        "POST /officials/{id}/coupons/{coupon}/give": [Try(f"{coupon}/give", {"openid": openid})],
        "POST /officials/{id}/coupons/redeem": [Try(f"{here}/coupons/redeem", {"code": "1"})],
    }
