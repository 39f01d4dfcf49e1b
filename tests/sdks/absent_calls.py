"""Every call that is not here, by wechatpy: by its own method where it has one. Each has to end with the library's own error."""

from collections.abc import Callable
from typing import Any

from proof import begin, end, refused
from wechatpy import WeChatClient
from wechatpy.exceptions import WeChatClientException

G = begin()
client = WeChatClient(G["appid"], G["secret"])
own = WeChatClient(G["mini"]["appid"], G["mini"]["secret"])
wxa, cloud = own.wxa, own.cloud
NAMED: dict[str, tuple[str, Callable[[], Any]]] = {
    "/wxa/media_check_async": ("wxa.check_media_async", lambda: wxa.check_media_async("https://kedai.example/a.jpg", 2)),
    "/wxa/commit": ("wxa.commit", lambda: wxa.commit("1", "{}", "1.0", "pertama")),
    "/wxa/submit_audit": ("wxa.submit_audit", lambda: wxa.submit_audit({"item_list": []})),
    "/wxa/get_auditstatus": ("wxa.get_audit_status", lambda: wxa.get_audit_status(1)),
    "/wxa/get_latest_auditstatus": ("wxa.get_latest_audit_status", wxa.get_latest_audit_status),
    "/wxa/release": ("wxa.release", wxa.release),
    "/wxa/get_qrcode": ("wxa.get_qrcode", wxa.get_qrcode),
    "/wxa/revertcoderelease": ("wxa.revert_code_release", wxa.revert_code_release),
    "/wxa/undocodeaudit": ("wxa.undo_code_audit", wxa.undo_code_audit),
    "/wxa/change_visitstatus": ("wxa.change_visit_status", wxa.change_visit_status),
    "/wxa/bind_tester": ("wxa.bind_tester", lambda: wxa.bind_tester("budi")),
    "/wxa/modify_domain": ("wxa.modify_domain", lambda: wxa.modify_domain("get")),
    "/wxa/get_category": ("wxa.get_category", wxa.get_category),
    "/wxa/get_page": ("wxa.get_page", wxa.get_page),
    "/tcb/invokecloudfunction": ("cloud.invoke_cloud_function", lambda: cloud.invoke_cloud_function("e", "f", {"a": 1})),
    "/tcb/databaseadd": ("cloud.db_add", lambda: cloud.db_add("e", "q")),
    "/tcb/databasequery": ("cloud.db_query", lambda: cloud.db_query("e", "q")),
    "/tcb/databaseupdate": ("cloud.db_update", lambda: cloud.db_update("e", "q")),
    "/tcb/databasedelete": ("cloud.db_delete", lambda: cloud.db_delete("e", "q")),
    "/tcb/databasecount": ("cloud.db_count", lambda: cloud.db_count("e", "q")),
    "/tcb/databaseaggregate": ("cloud.db_aggregate", lambda: cloud.db_aggregate("e", "q")),
    "/tcb/uploadfile": ("cloud.upload_file", lambda: cloud.upload_file("e", __file__)),
    "/tcb/batchdownloadfile": ("cloud.download_files", lambda: cloud.download_files("e", [])),
    "/card/create": ("card.create", lambda: client.card.create({"card_type": "CASH"})),
    "/card/getcolors": ("card.get_colors", client.card.get_colors),
    "/card/invoice/seturl": ("invoice.get_url", client.invoice.get_url),
    "/merchant/create": ("merchant.create", lambda: client.merchant.create({"product_base": {}})),
    "/merchant/express/getall": ("merchant.get_all_express", client.merchant.get_all_express),
    "/shakearound/device/applyid": ("shakearound.apply_device_id", lambda: client.shakearound.apply_device_id(1, "meja")),
    "/device/authorize_device": ("device.authorize", lambda: client.device.authorize([{"id": "1"}])),
    "/device/get_stat": ("device.get_stat", lambda: client.device.get_stat("1")),
    "/bizwifi/shop/list": ("wifi.list_shops", client.wifi.list_shops),
    "/cgi-bin/poi/getpoilist": ("poi.list", client.poi.list),
    "/semantic/semproxy/search": ("semantic.search", lambda: client.semantic.search("kopi", "restaurant", city="Bandung")),
    "/scan/merchantinfo/get": ("scan.get_merchant_info", client.scan.get_merchant_info),
    "/marketing/user_actions/add": ("marketing.add_user_actions", client.marketing.add_user_actions),
}


def plain(method: str, path: str) -> tuple[str, Callable[[], Any]]:
    """The library's own way to call what it has no method for."""
    who = own if path.startswith(("/wxa/", "/tcb/", "/xpay/", "/datacube/", "/cgi-bin/midas/")) else client
    call, url = (who.get if method == "GET" else who.post), f"https://api.weixin.qq.com{path}"
    return f"{method.lower()}('{path[1:]}')", lambda: call(url, **({} if method == "GET" else {"data": {"begin_date": "20261120"}}))


for method, path, _ in G["absent"]:
    call, work = NAMED.get(path) or plain(method, path)
    refused(f"client.{call}", work, WeChatClientException)
end()
