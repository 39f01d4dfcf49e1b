"""Calls of WeRoBot's client."""

from proof import begin, end, prove
from werobot.client import Client

G = begin()
client = Client({"APP_ID": G["appid"], "APP_SECRET": G["secret"]})
budi = G["openid"]
prove("Client.grant_token", client.grant_token)
prove("Client.get_ip_list", client.get_ip_list)
prove("Client.create_menu", lambda: client.create_menu({"button": [{"type": "click", "name": "Hari ini", "key": "TODAY"}]}))
prove("Client.get_menu", client.get_menu)
prove("Client.get_custom_menu_config", client.get_custom_menu_config)
prove("Client.delete_menu", client.delete_menu)
prove("Client.get_followers", client.get_followers)
prove("Client.get_user_info", lambda: client.get_user_info(budi))
prove("Client.remark_user", lambda: client.remark_user(budi, "langganan"))
tag = prove("Client.create_tag", lambda: client.create_tag("robot"))["tag"]["id"]
prove("Client.tag_users", lambda: client.tag_users(tag, [budi]))
prove("Client.get_users_by_tag", lambda: client.get_users_by_tag(tag))
prove("Client.delete_tag", lambda: client.delete_tag(tag))
prove("Client.send_text_message", lambda: client.send_text_message(budi, "Halo dari robot 😀"))
wanted = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": "meja-7"}}}
ticket = prove("Client.create_qrcode", lambda: client.create_qrcode(wanted))["ticket"]
prove("Client.show_qrcode", lambda: client.show_qrcode(ticket))
end()
