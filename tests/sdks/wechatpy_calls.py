"""Every call of wechatpy to an official account and a mini-app, in an order in which they make sense."""

import hashlib
import hmac
import io
import json
import time
from datetime import date, timedelta
from typing import Any

from proof import begin, end, prove
from wechatpy import WeChatClient
from wechatpy.oauth import WeChatOAuth

G = begin()
client = WeChatClient(G["appid"], G["secret"])
budi, siti = G["openid"], G["other"]


def named(data: str, name: str) -> Any:
    """A file of the test's, under a name."""
    made = io.BytesIO(bytes.fromhex(G["files"][data]))
    made.name = name
    return made


def basics() -> None:
    """Tokens, addresses, quotas."""
    prove("WeChatClient.fetch_access_token", client.fetch_access_token)
    stable = {"grant_type": "client_credential", "appid": G["appid"], "secret": G["secret"]}
    prove("client.post('stable_token')", lambda: client.post("stable_token", data=stable))
    prove("client.misc.get_wechat_ips", client.misc.get_wechat_ips)
    prove("client.get('get_api_domain_ip')", lambda: client.get("get_api_domain_ip"))
    prove("client.post('callback/check')", lambda: client.post("callback/check", data={"action": "all", "check_operator": "DEFAULT"}))
    prove("client.post('clear_quota')", lambda: client.post("clear_quota", data={"appid": G["appid"]}))
    prove("client.post('clear_quota/v2')", lambda: client.post("clear_quota/v2", params={"appid": G["appid"], "appsecret": G["secret"]}))
    prove("client.post('openapi/quota/get')", lambda: client.post("openapi/quota/get", data={"cgi_path": "/cgi-bin/menu/get"}))
    prove("client.misc.short_url", lambda: client.misc.short_url("https://kedai.example/panjang"))
    key = prove("client.post('shorten/gen')", lambda: client.post("shorten/gen", data={"long_data": "kopi tubruk 😀"}))
    prove("client.post('shorten/fetch')", lambda: client.post("shorten/fetch", data={"short_key": key["short_key"]}))
    prove("client.jsapi.get_ticket", client.jsapi.get_ticket)


def menus() -> None:
    """Menus."""
    below = [{"type": "view", "name": "Situs", "url": "https://kedai.example/"}]
    buttons = [{"type": "click", "name": "Hari ini", "key": "TODAY"}, {"name": "Lagi", "sub_button": below}]
    prove("client.menu.get (none)", client.menu.get)
    prove("client.menu.create", lambda: client.menu.create({"button": buttons}))
    prove("client.menu.get", client.menu.get)
    prove("client.menu.get_menu_info", client.menu.get_menu_info)
    rule = {"language": "id"}
    made = prove("client.menu.add_conditional", lambda: client.menu.add_conditional({"button": buttons, "matchrule": rule}))
    prove("client.menu.try_match", lambda: client.menu.try_match(budi))
    prove("client.menu.del_conditional", lambda: client.menu.del_conditional(made["menuid"]))
    prove("client.menu.delete", client.menu.delete)
    prove("client.message.get_autoreply_info", client.message.get_autoreply_info)


def people() -> None:
    """Followers, tags, groups."""
    prove("client.user.get", lambda: client.user.get(budi))
    prove("client.user.get_batch", lambda: client.user.get_batch([budi, siti]))
    prove("client.user.get_followers", client.user.get_followers)
    prove("client.user.iter_followers", lambda: list(client.user.iter_followers()))
    prove("client.user.update_remark", lambda: client.user.update_remark(budi, "langganan 😀"))
    prove("client.user.change_openid", lambda: client.user.change_openid(G["appid"], [budi]))
    tag = prove("client.tag.create", lambda: client.tag.create("setia"))["id"]
    prove("client.tag.get", client.tag.get)
    prove("client.tag.update", lambda: client.tag.update(tag, "setia sekali"))
    prove("client.tag.tag_user", lambda: client.tag.tag_user(tag, [budi]))
    prove("client.tag.get_user_tag", lambda: client.tag.get_user_tag(budi))
    prove("client.tag.get_tag_users", lambda: client.tag.get_tag_users(tag))
    prove("client.tag.iter_tag_users", lambda: list(client.tag.iter_tag_users(tag)))
    prove("client.tag.untag_user", lambda: client.tag.untag_user(tag, [budi]))
    prove("client.tag.delete", lambda: client.tag.delete(tag))
    prove("client.tag.batch_black_list", lambda: client.tag.batch_black_list([siti]))
    prove("client.tag.get_black_list", client.tag.get_black_list)
    prove("client.tag.batch_unblack_list", lambda: client.tag.batch_unblack_list([siti]))
    group = prove("client.group.create", lambda: client.group.create("pelanggan"))["group"]["id"]
    prove("client.group.get", client.group.get)
    prove("client.group.update", lambda: client.group.update(group, "pelanggan lama"))
    prove("client.group.move_user", lambda: client.group.move_user(budi, group))
    prove("client.group.move_user (several)", lambda: client.group.move_user([budi, siti], group))
    prove("client.user.get_group_id", lambda: client.user.get_group_id(budi))
    prove("client.group.delete", lambda: client.group.delete(group))


def keeping() -> dict[str, str]:
    """Media, material, articles; return the media ids that others need."""
    image = prove("client.media.upload (image)", lambda: client.media.upload("image", named("jpeg", "foto.jpg")))["media_id"]
    prove("client.media.download", lambda: client.media.download(image))
    prove("client.get('media/get/jssdk')", lambda: client.get("media/get/jssdk", params={"media_id": image}))
    prove("client.media.upload_image", lambda: client.media.upload_image(named("jpeg", "isi.jpg")))
    thumb = prove("client.material.add (thumb)", lambda: client.material.add("thumb", named("jpeg", "sampul.jpg")))["media_id"]
    voice = prove("client.media.upload (voice)", lambda: client.media.upload("voice", named("mp3", "suara.mp3")))["media_id"]
    film = prove("client.material.add (video)", lambda: client.material.add("video", named("mp4", "film.mp4"), "Kopi", "Cara"))["media_id"]
    prove("client.material.get (video)", lambda: client.material.get(film))
    mass_film = prove("client.media.upload_video", lambda: client.media.upload_video(film, "Kopi", "Cara"))["media_id"]
    article = {"title": "Menu baru", "author": "Joko", "digest": "Singkat", "content": "<p>Halo 😀</p>", "thumb_media_id": thumb}
    prove("client.media.upload_articles", lambda: client.media.upload_articles([article]))
    news = prove("client.material.add_articles", lambda: client.material.add_articles([article | {"need_open_comment": 1}]))["media_id"]
    prove("client.material.update_article", lambda: client.material.update_article(news, 0, article))
    prove("client.material.get (news)", lambda: client.material.get(news))
    prove("client.material.get (image)", lambda: client.material.get(thumb))
    prove("client.material.batchget", lambda: client.material.batchget("image"))
    prove("client.material.batchget (news)", lambda: client.material.batchget("news"))
    prove("client.material.get_count", client.material.get_count)
    extra = prove("client.material.add (image)", lambda: client.material.add("image", named("jpeg", "lain.jpg")))["media_id"]
    prove("client.material.delete", lambda: client.material.delete(extra))
    written = {"articles": [article | {"need_open_comment": 1}]}
    draft = prove("client.post('draft/add')", lambda: client.post("draft/add", data=written))["media_id"]
    prove("client.post('draft/get')", lambda: client.post("draft/get", data={"media_id": draft}))
    changed = {"media_id": draft, "index": 0, "articles": article | {"title": "Menu lama", "need_open_comment": 1}}
    prove("client.post('draft/update')", lambda: client.post("draft/update", data=changed))
    prove("client.get('draft/count')", lambda: client.get("draft/count"))
    prove("client.post('draft/batchget')", lambda: client.post("draft/batchget", data={"offset": 0, "count": 20, "no_content": 1}))
    gone = client.post("draft/add", data={"articles": [article]})["media_id"]
    prove("client.post('draft/delete')", lambda: client.post("draft/delete", data={"media_id": gone}))
    return {"image": image, "thumb": thumb, "voice": voice, "film": mass_film, "news": news, "draft": draft}


def publishing(kept: dict[str, str]) -> None:
    """Publish a draft, wait until it is done, and what belongs to it."""
    begun = prove("client.post('freepublish/submit')", lambda: client.post("freepublish/submit", data={"media_id": kept["draft"]}))
    deadline = time.time() + 20
    done = prove("client.post('freepublish/get')", lambda: client.post("freepublish/get", data={"publish_id": begun["publish_id"]}))
    while done["publish_status"] == 1 and time.time() < deadline:
        time.sleep(0.1)
        done = client.post("freepublish/get", data={"publish_id": begun["publish_id"]})
    article, number = done["article_id"], begun["msg_data_id"]
    prove("client.post('freepublish/getarticle')", lambda: client.post("freepublish/getarticle", data={"article_id": article}))
    prove("client.post('freepublish/batchget')", lambda: client.post("freepublish/batchget", data={"offset": 0, "count": 10}))
    m = client.material
    prove("client.material.open_comment", lambda: m.open_comment(number, 0))
    said = {"openid": budi, "event": "comment", "article_id": article, "index": 0, "content": "Enak 😀"}
    client.post("https://api.weixin.qq.com/sandbox/event", data=said)
    comment = prove("client.material.list_comment", lambda: m.list_comment(number, 0, 0, 49, 0))["comment"][0]["user_comment_id"]
    prove("client.material.markelect_comment", lambda: m.markelect_comment(number, 0, comment))
    prove("client.material.unmarkelect_comment", lambda: m.unmarkelect_comment(number, 0, comment))
    prove("client.material.add_reply_comment", lambda: m.add_reply_comment(number, 0, comment, "Terima kasih"))
    prove("client.material.delete_reply_comment", lambda: m.delete_reply_comment(number, 0, comment))
    prove("client.material.delete_comment", lambda: m.delete_comment(number, 0, comment))
    prove("client.material.close_comment", lambda: m.close_comment(number, 0))
    prove("client.post('freepublish/delete')", lambda: client.post("freepublish/delete", data={"article_id": article, "index": 0}))


def messages(kept: dict[str, str]) -> None:
    """Messages to one and to many."""
    say = client.message
    prove("client.message.send_text", lambda: say.send_text(budi, "Halo 😀"))
    prove("client.message.send_image", lambda: say.send_image(budi, kept["image"]))
    prove("client.message.send_voice", lambda: say.send_voice(budi, kept["voice"]))
    prove("client.message.send_video", lambda: say.send_video(budi, kept["film"], "Kopi", "Cara"))
    song = ("https://kedai.example/lagu.mp3", "https://kedai.example/lagu.mp3", kept["thumb"])
    prove("client.message.send_music", lambda: say.send_music(budi, *song, "Lagu", "Kopi"))
    article = {"title": "Baru", "description": "d", "url": "https://kedai.example/a", "image": "https://kedai.example/a.jpg"}
    prove("client.message.send_articles", lambda: say.send_articles(budi, [article]))
    prove("client.message.send_articles (mpnews)", lambda: say.send_articles(budi, kept["news"]))
    choices = {"head_content": "Puas?", "list": [{"id": "1", "content": "Ya"}, {"id": "2", "content": "Tidak"}], "tail_content": "."}
    prove("client.message.send_msg_menu", lambda: say.send_msg_menu(budi, choices))
    page = {"title": "Pesan", "appid": G["mini"]["appid"], "pagepath": "index", "thumb_media_id": kept["thumb"]}
    prove("client.message.send_mini_program_page", lambda: say.send_mini_program_page(budi, page))
    typing = {"touser": budi, "command": "Typing"}
    prove("client.post('message/custom/typing')", lambda: client.post("message/custom/typing", data=typing))
    prove("client.message.send_mass_text (preview)", lambda: say.send_mass_text(budi, "Halo", preview=True))
    sent = prove("client.message.send_mass_text", lambda: say.send_mass_text([budi, siti], "Halo semua"))
    prove("client.message.send_mass_article", lambda: say.send_mass_article(None, kept["news"], is_to_all=True, client_msg_id="m1"))
    prove("client.message.get_mass", lambda: say.get_mass(sent["msg_id"]))
    prove("client.message.delete_mass", lambda: say.delete_mass(sent["msg_id"]))
    prove("client.post('message/mass/speed/set')", lambda: client.post("message/mass/speed/set", data={"speed": 2}))
    prove("client.post('message/mass/speed/get')", lambda: client.post("message/mass/speed/get", data={}))


def templates() -> None:
    """Notifications."""
    t = client.template
    prove("client.template.set_industry", lambda: t.set_industry(1, 10))
    prove("client.template.get_industry", t.get_industry)
    made = prove("client.template.get", lambda: t.get(G["template_short"]))
    prove("client.template.get_all_private_template", t.get_all_private_template)
    client.post("https://api.weixin.qq.com/sandbox/event", data={"openid": budi, "event": "agree", "template_id": made})
    data = {name: {"value": "7", "color": "#173177"} for name in G["template_places"]}
    prove("client.message.send_template", lambda: client.message.send_template(budi, made, data, "https://kedai.example/"))
    asked = f"?action=get_confirm&appid={G['appid']}&scene=7&template_id={made}&redirect_url=https%3A%2F%2Fkedai.example%2F"
    prove("client._http.get('mp/subscribemsg')", lambda: opened("https://mp.weixin.qq.com/mp/subscribemsg" + asked))
    client.post("https://api.weixin.qq.com/sandbox/event", data={"openid": budi, "event": "agree", "template_id": made, "scene": 7})
    prove("client.message.send_subscribe_template", lambda: client.message.send_subscribe_template(budi, made, 7, "Kopi", data))
    uniform = {"touser": budi, "mp_template_msg": {"appid": G["appid"], "template_id": made, "url": "https://kedai.example/", "data": data}}
    prove("client.post('message/wxopen/template/uniform_send')", lambda: client.post("message/wxopen/template/uniform_send", data=uniform))
    base = "https://api.weixin.qq.com/wxaapi/newtmpl/"
    prove("client.get('wxaapi/newtmpl/getcategory')", lambda: client.get(base + "getcategory"))
    titles = {"ids": "", "start": 0, "limit": 5}
    prove("client.get('wxaapi/newtmpl/getpubtemplatetitles')", lambda: client.get(base + "getpubtemplatetitles", params=titles))
    tid = G["subscription"]["tid"]
    prove("client.get('wxaapi/newtmpl/getpubtemplatekeywords')", lambda: client.get(base + "getpubtemplatekeywords", params={"tid": tid}))
    wanted = {"tid": tid, "kidList": G["subscription"]["kids"], "sceneDesc": "pesanan"}
    own = prove("client.post('wxaapi/newtmpl/addtemplate')", lambda: client.post(base + "addtemplate", data=wanted))["priTmplId"]
    prove("client.get('wxaapi/newtmpl/gettemplate')", lambda: client.get(base + "gettemplate"))
    values = {name: {"value": value} for name, value in G["subscription"]["values"].items()}
    for _ in range(2):
        client.post("https://api.weixin.qq.com/sandbox/event", data={"openid": budi, "event": "agree", "template_id": own})
    prove("client.message.send_subscribe_message", lambda: client.message.send_subscribe_message(budi, own, values))
    prove("client.wxa.send_subscribe_message", lambda: client.wxa.send_subscribe_message(budi, own, values))
    prove("client.post('wxaapi/newtmpl/deltemplate')", lambda: client.post(base + "deltemplate", data={"priTmplId": own}))
    prove("client.template.del_private_template", lambda: t.del_private_template(made))


def desk() -> None:
    """The desk."""
    c, kf = client.customservice, f"dewi@{G['gh']}"
    prove("client.customservice.add_account", lambda: c.add_account(kf, "Dewi", "rahasia"))
    prove("client.customservice.update_account", lambda: c.update_account(kf, "Dewi K", "rahasia"))
    base = "https://api.weixin.qq.com/customservice/"
    invited = {"kf_account": kf, "invite_wx": G["staff"]}
    prove("client.post('kfaccount/inviteworker')", lambda: client.post(base + "kfaccount/inviteworker", data=invited))
    prove("client.customservice.upload_headimg", lambda: c.upload_headimg(kf, named("jpeg", "wajah.jpg")))
    prove("client.customservice.get_accounts", c.get_accounts)
    prove("client.get('customservice/getkflist')", lambda: client.get(base + "getkflist"))
    prove("client.customservice.get_online_accounts", c.get_online_accounts)
    prove("client.get('customservice/getonlinekflist')", lambda: client.get(base + "getonlinekflist"))
    seat = G["seat"]
    prove("client.customservice.create_session", lambda: c.create_session(budi, seat))
    prove("client.customservice.get_session", lambda: c.get_session(budi))
    prove("client.customservice.get_session_list", lambda: c.get_session_list(seat))
    prove("client.customservice.get_wait_case", c.get_wait_case)
    prove("client.customservice.close_session", lambda: c.close_session(budi, seat))
    now = int(time.time())
    prove("client.customservice.get_records", lambda: c.get_records(now - 3600, now + 60))
    prove("client.customservice.delete_account", lambda: c.delete_account(kf))


def codes_and_figures() -> None:
    """QR codes and analytics."""
    wanted = {"expire_seconds": 1800, "action_name": "QR_SCENE", "action_info": {"scene": {"scene_id": 123}}}
    made = prove("client.qrcode.create", lambda: client.qrcode.create(wanted))
    prove("client.qrcode.show", lambda: client.qrcode.show(made))
    day = date.today() - timedelta(days=2)
    for name in [name for name in dir(client.datacube) if name.startswith("get_")]:
        prove(f"client.datacube.{name}", lambda name=name: getattr(client.datacube, name)(day, day))


def opened(url: str, status: int = 401) -> Any:
    """What a browser gets at an address where a program sends people: a page; 401 asks whoever is not signed in to do so."""
    page = client._http.get(url.partition("#")[0], timeout=30)
    assert (page.status_code, page.headers["content-type"][:9]) == (status, "text/html"), page.text
    return page


def web() -> None:
    """Signing in to a site."""
    oauth = WeChatOAuth(G["appid"], G["secret"], "https://kedai.example/masuk", "snsapi_userinfo", "7")
    prove("WeChatOAuth.authorize_url", lambda: opened(oauth.authorize_url))
    prove("WeChatOAuth.qrconnect_url", lambda: opened(oauth.qrconnect_url, 200))
    prove("WeChatOAuth.fetch_access_token", lambda: oauth.fetch_access_token(G["web_code"]))
    prove("WeChatOAuth.get_user_info", oauth.get_user_info)
    prove("WeChatOAuth.check_access_token", lambda: {"good": oauth.check_access_token()})
    prove("WeChatOAuth.refresh_access_token", lambda: oauth.refresh_access_token(oauth.refresh_token))


def mini() -> None:
    """The server of a mini-app."""
    own = WeChatClient(G["mini"]["appid"], G["mini"]["secret"])
    session = prove("client.wxa.code_to_session", lambda: own.wxa.code_to_session(G["mini"]["code"]))
    prove("client.wxa.create_qrcode", lambda: own.wxa.create_qrcode("index", 430))
    prove("client.wxa.get_wxa_code", lambda: own.wxa.get_wxa_code("index"))
    prove("client.wxa.get_wxa_code_unlimited", lambda: own.wxa.get_wxa_code_unlimited("a=1", page="index"))
    prove("client.wxa.check_text_security", lambda: own.wxa.check_text_security("kopi enak"))
    prove("client.wxa.check_image_security", lambda: own.wxa.check_image_security(named("jpeg", "foto.jpg")))
    jump = {"jump_wxa": {"path": "index", "query": "a=1"}}
    for name, asks, field in (("generatescheme", "queryscheme", "scheme"), ("generate_urllink", "query_urllink", "url_link")):
        made = prove(f"client.post('wxa/{name}')", lambda name=name: own.post(f"https://api.weixin.qq.com/wxa/{name}", data=jump))
        link = {field: made.get("openlink") or made["url_link"]}
        prove(f"client.post('wxa/{asks}')", lambda asks=asks, link=link: own.post(f"https://api.weixin.qq.com/wxa/{asks}", data=link))
    short = {"page_url": "index?a=1"}
    prove("client.post('wxa/genwxashortlink')", lambda: own.post("https://api.weixin.qq.com/wxa/genwxashortlink", data=short))
    risk = {"appid": G["mini"]["appid"], "openid": session["openid"], "scene": 0}
    prove("client.post('wxa/getuserriskrank')", lambda: own.post("https://api.weixin.qq.com/wxa/getuserriskrank", data=risk))
    prove("client.message.send_text (mini-app)", lambda: own.message.send_text(session["openid"], "Pesananmu siap"))
    bought(own, session["openid"])
    signed(own, session)


def signed(own: WeChatClient, session: dict[str, str]) -> None:
    """What is signed with somebody's session key, and the number that they gave."""
    base = "https://api.weixin.qq.com/wxa/"
    number = {"code": G["phone_code"]}
    prove("client.post('wxa/business/getuserphonenumber')", lambda: own.post(base + "business/getuserphonenumber", data=number))

    def asked(body: bytes = b"") -> dict[str, str]:
        signature = hmac.new(session["session_key"].encode(), body, hashlib.sha256).hexdigest()
        return {"openid": session["openid"], "appid": G["mini"]["appid"], "signature": signature, "sig_method": "hmac_sha256"}

    values = json.dumps({"kv_list": [{"key": "score", "value": "7"}]}).encode()
    for name, body in (("set_user_storage", values), ("setuserinteractivedata", values), ("remove_user_storage", b'{"key": ["score"]}')):
        prove(f"client.post('wxa/{name}')", lambda name=name, body=body: own.post(base + name, params=asked(body), data=body))
    prove("client.get('wxa/checksession')", lambda: own.get(base + "checksession", params=asked()))
    prove("client.get('wxa/resetusersessionkey')", lambda: own.get(base + "resetusersessionkey", params=asked()))


def bought(own: WeChatClient, openid: str) -> None:
    """An order that somebody paid in the mini-app."""
    number = G["paid"]
    prove("client.wxa.get_paid_unionid", lambda: own.wxa.get_paid_unionid(openid, transaction_id=number))
    base = "https://api.weixin.qq.com/wxa/sec/order/"
    sent = {
        "order_key": {"order_number_type": 2, "transaction_id": number},
        "logistics_type": 1,
        "delivery_mode": 1,
        "shipping_list": [{"tracking_no": "SF1001", "express_company": "SF", "item_desc": "Kopi"}],
        "upload_time": "2026-11-26T10:00:00+08:00",
        "payer": {"openid": openid},
    }
    named = {"order_number_type": 1, "mchid": G["together"]["mchid"]}
    parts = [sent | {"order_key": named | {"out_trade_no": each}} for each in G["together"]["parts"]]
    together = {name: sent[name] for name in ("upload_time", "payer")} | {"sub_orders": parts}
    one = {"transaction_id": number}
    said = {
        "upload_shipping_info": sent,
        "upload_combined_shipping_info": together | {"order_key": named | {"out_trade_no": G["together"]["whole"]}},
        "get_order": one,
        "get_order_list": {},
        "notify_confirm_receive": one | {"received_time": 1795000000},
    }
    for name, body in said.items():
        prove(f"client.post('wxa/sec/order/{name}')", lambda name=name, body=body: own.post(base + name, data=body))


PARTS = {
    "basics": basics,
    "menus": menus,
    "people": people,
    "templates": templates,
    "desk": desk,
    "codes": codes_and_figures,
    "web": web,
    "mini": mini,
}
for name in G["parts"] or PARTS:
    if name in PARTS:
        PARTS[name]()
if not G["parts"] or "keeping" in G["parts"]:
    kept = keeping()
    messages(kept)
    publishing(kept)
end()
