// Every call of co-wechat-api that an official account or a mini-app makes; what came back goes to standard output as JSON.
const fs = require("fs");
const http = require("http");
const https = require("https");
const os = require("os");
const path = require("path");

const paths = [];
for (const scheme of [http, https]) {
  const request = scheme.request;
  scheme.request = function (...given) {
    const wanted = given[0];
    paths.push(String(wanted.path || wanted.pathname || wanted).split("?")[0].replace(/^https?:\/\/[^/]+/, ""));
    return request.apply(this, given);
  };
}

const API = require("co-wechat-api");

const G = JSON.parse(fs.readFileSync(0, "utf8"));
const proofs = [];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "sdk-"));
const file = (data, name) => {
  const where = path.join(folder, name);
  fs.writeFileSync(where, Buffer.from(G.files[data], "hex"));
  return where;
};

async function prove(call, work) {
  paths.length = 0;
  const proof = { call };
  let answer;
  try {
    answer = await work();
    proof.answer = Buffer.isBuffer(answer) ? { bytes: answer.length } : answer;
  } catch (failure) {
    proof.failed = `${failure.name} ${failure.code}: ${failure.message}`.slice(0, 500);
  }
  proof.paths = paths.filter((each) => each !== "/cgi-bin/token" || call === "getAccessToken");
  proofs.push(proof);
  return answer || {};
}

// What is not here has to end with the library's own error.
const refused = (call, work) =>
  prove(call, async () => {
    try {
      return Promise.reject(new Error(`answered ${JSON.stringify(await work())}`));
    } catch (failure) {
      if (failure.name !== "WeChatAPIError") throw failure;
      return { refused: [failure.code, failure.message] };
    }
  });

function made(appid, secret) {
  const api = new API(appid, secret);
  if (G.base) {
    for (const [name, value] of Object.entries(api)) {
      if (name.endsWith("refix")) api[name] = value.replace(/^https?:\/\/[^/]+/, G.base);
    }
  }
  return api;
}

async function main() {
  const api = made(G.appid, G.secret);
  const [budi, siti] = [G.openid, G.other];
  await prove("getAccessToken", () => api.getAccessToken());
  await prove("getIp", () => api.getIp());
  const menu = { button: [{ type: "click", name: "Hari ini", key: "TODAY" }] };
  await prove("createMenu", () => api.createMenu(menu));
  await prove("getMenu", () => api.getMenu());
  await prove("getMenuConfig", () => api.getMenuConfig());
  const own = await prove("addConditionalMenu", () => api.addConditionalMenu({ ...menu, matchrule: { language: "id" } }));
  await prove("tryConditionalMenu", () => api.tryConditionalMenu(budi));
  await prove("delConditionalMenu", () => api.delConditionalMenu(own.menuid));
  await prove("removeMenu", () => api.removeMenu());
  await prove("getUser", () => api.getUser({ openid: budi, lang: "en" }));
  await prove("batchGetUsers", () => api.batchGetUsers([budi, siti]));
  await prove("getFollowers", () => api.getFollowers());
  await prove("updateRemark", () => api.updateRemark(budi, "langganan 😀"));
  const tag = (await prove("createTags", () => api.createTags("node"))).tag.id;
  await prove("getTags", () => api.getTags());
  await prove("updateTag", () => api.updateTag(tag, "node lagi"));
  await prove("batchTagging", () => api.batchTagging([budi], tag));
  await prove("getIdList", () => api.getIdList(budi));
  await prove("getUsersFromTag", () => api.getUsersFromTag(tag, ""));
  await prove("batchUnTagging", () => api.batchUnTagging([budi], tag));
  await prove("deleteTag", () => api.deleteTag(tag));
  const group = (await prove("createGroup", () => api.createGroup("grup"))).group.id;
  await prove("getGroups", () => api.getGroups());
  await prove("updateGroup", () => api.updateGroup(group, "grup lama"));
  await prove("moveUserToGroup", () => api.moveUserToGroup(budi, group));
  await prove("moveUsersToGroup", () => api.moveUsersToGroup([budi, siti], group));
  await prove("getWhichGroup", () => api.getWhichGroup(budi));
  await prove("removeGroup", () => api.removeGroup(group));
  const image = await prove("uploadMedia", () => api.uploadMedia(file("jpeg", "foto.jpg"), "image"));
  await prove("getMedia", () => api.getMedia(image.media_id));
  await prove("uploadImage", () => api.uploadImage(file("jpeg", "isi.jpg")));
  const kept = await prove("uploadMaterial", () => api.uploadMaterial(file("jpeg", "sampul.jpg"), "image"));
  await prove("getMaterial", () => api.getMaterial(kept.media_id));
  await prove("getMaterials", () => api.getMaterials("image", 0, 20));
  await prove("getMaterialCount", () => api.getMaterialCount());
  const article = { title: "Dari node", author: "Joko", digest: "d", content: "<p>Halo</p>", thumb_media_id: kept.media_id };
  const news = await prove("uploadNewsMaterial", () => api.uploadNewsMaterial({ articles: [article] }));
  await prove("updateNewsMaterial", () => api.updateNewsMaterial({ media_id: news.media_id, index: 0, articles: article }));
  await prove("removeMaterial", () => api.removeMaterial(news.media_id));
  await prove("uploadNews", () => api.uploadNews({ articles: [article] }));
  await prove("sendText", () => api.sendText(budi, "Halo dari node 😀"));
  await prove("sendImage", () => api.sendImage(budi, image.media_id));
  await prove("sendNews", () => api.sendNews(budi, [{ title: "t", description: "d", url: "https://kedai.example/", picurl: "" }]));
  await prove("getAutoreply", () => api.getAutoreply());
  const limit = await prove("createLimitQRCode", () => api.createLimitQRCode("meja-8"));
  await prove("createTmpQRCode", () => api.createTmpQRCode(10000, 1800));
  proofs.push({ call: "showQRCodeURL", answer: api.showQRCodeURL(limit.ticket), paths: [] });
  await prove("shorturl", () => api.shorturl("https://kedai.example/panjang"));
  await prove("getTicket", () => api.getTicket("jsapi"));
  await prove("getJsConfig", () => api.getJsConfig({ debug: false, jsApiList: ["scanQRCode"], url: "https://kedai.example/" }));
  const kf = `tini@${G.gh}`;
  if (!G.base) {
    // These addresses, those of the analytics and of what is not here are none of the prefixes.
    await prove("addKfAccount", () => api.addKfAccount(kf, "Tini"));
    await prove("updateKfAccount", () => api.updateKfAccount(kf, "Tini K"));
    await prove("setKfAccountAvatar", () => api.setKfAccountAvatar(kf, file("jpeg", "wajah.jpg")));
    await prove("deleteKfAccount", () => api.deleteKfAccount(kf));
    await prove("getUserSummary", () => api.getUserSummary(G.day, G.day));
    await refused("createCard", () => api.createCard({ card_type: "CASH" }));
    await refused("getColors", () => api.getColors());
    await refused("createGoods", () => api.createGoods({ product_base: {} }));
    await refused("applyBeacons", () => api.applyBeacons({ quantity: 1, apply_reason: "meja" }));
    await refused("authorizeDevices", () => api.authorizeDevices([{ id: "1" }], 1));
    await refused("getDeviceStatus", () => api.getDeviceStatus("1"));
    await refused("getPois", () => api.getPois(0, 20));
    await refused("semantic", () => api.semantic(budi, { query: "kopi", category: "restaurant", city: "Bandung" }));
  }
  await prove("getCustomServiceList", () => api.getCustomServiceList());
  await prove("getOnlineCustomServiceList", () => api.getOnlineCustomServiceList());
  await prove("getIndustry", () => api.getIndustry());
  await prove("getAllPrivateTemplate", () => api.getAllPrivateTemplate());
  const mini = made(G.mini.appid, G.mini.secret);
  await prove("code2Session", () => mini.code2Session(G.mini.code));
  await prove("getWXACode", () => mini.getWXACode("index"));
  await prove("getWXACodeUnlimit", () => mini.getWXACodeUnlimit("a=1", "index"));
  await prove("createWXAQRCode", () => mini.createWXAQRCode("index"));
}

main().then(() => {
  fs.rmSync(folder, { recursive: true });
  process.stdout.write(JSON.stringify(proofs));
});
