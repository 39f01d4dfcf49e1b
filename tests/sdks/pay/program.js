// A program with wechatpay-axios-plugin and wechatpay-node-v3 as their package registry has them. It reads what it needs as JSON from
// standard input and answers a line of JSON: what each call was answered.
const { readFileSync } = require("fs");
const { createHash } = require("crypto");
const called = new Set();
for (const scheme of [require("http"), require("https")]) {
  const request = scheme.request;
  scheme.request = function (...given) {
    called.add(`${given[0].method} ${String(given[0].path || given[0].pathname).split("?")[0]}`);
    return request.apply(this, given);
  };
}
const { Wechatpay, Rsa, Aes, Formatter, Multipart } = require("wechatpay-axios-plugin");
const { default: axios } = require("axios");
const WxPay = require("wechatpay-node-v3");

const given = JSON.parse(readFileSync(0, "utf8"));
const told = {};
// numbers are used once for all times: what is run again has another mark
const marked = (number) => given.mark + number;
const REAL = "https://api.mch.weixin.qq.com";

async function note(name, call) {
  try {
    const answer = await call;
    const data = answer.data ?? answer;
    told[name] = [answer.status ?? 200, Buffer.isBuffer(data) ? `${data.length} bytes` : data];
  } catch (wrong) {
    // what the SDK itself refuses (a wrong signature, a result that is no success) came with 200: it counts as 0
    const status = String(wrong.code).startsWith("EV") ? 0 : (wrong.response?.status ?? 0);
    told[name] = [status, wrong.response?.data ?? String(wrong), wrong.code ?? null];
  }
  return told[name][1];
}

const certs = { ...given.certificates, [given.public_key_id]: given.public_key };
const base = { mchid: given.mchid, serial: given.serial, privateKey: given.private_key, certs, secret: given.key_v2, baseURL: given.url };

// by the base URL option; version 3: everything that a provider does, and what wechatpayv3 has no method for
async function newer() {
  const pay = new Wechatpay({ ...base });
  const payer = { sp_openid: given.openid };
  const who = { sp_appid: given.appid, sp_mchid: given.mchid, sub_mchid: given.sub_mchid };
  const order = (n, more) => ({ ...who, description: "Soto 汤", out_trade_no: n, notify_url: given.notify_url, amount: { total: 70, currency: "CNY" }, ...more });
  const scene_info = { payer_client_ip: "127.0.0.1", h5_info: { type: "Wap" } };
  const path = pay.v3.pay.partner.transactions;
  await note("partner jsapi", path.jsapi.post(order(marked("axjsapi01"), { payer })));
  await note("partner app", path.app.post(order(marked("axapp01"), {})));
  await note("partner native", path.native.post(order(marked("axnative01"), {})));
  await note("partner h5", path.h5.post(order(marked("axh501"), { scene_info })));
  const shown = await note("partner codepay", path.codepay.post(order(marked("axcode01"), { payer: { auth_code: given.codes.shift() }, scene_info: { id: "1" } })));
  const named = { params: { sp_mchid: given.mchid, sub_mchid: given.sub_mchid }, transaction_id: shown.transaction_id };
  await note("partner query by id", path.id._transaction_id_.get(named));
  await note("partner reverse", pay.chain("v3/pay/partner/transactions/out-trade-no/{out_trade_no}/reverse").post(who, { out_trade_no: marked("axcode01") }));
  const params = { sp_mchid: given.mchid, sub_mchid: given.sub_mchid };
  await note("partner query", path.outTradeNo._out_trade_no_.get({ params, out_trade_no: marked("axjsapi01") }));
  await note("partner close", path.outTradeNo._out_trade_no_.close.post(params, { out_trade_no: marked("axapp01") }));
  const own = { appid: given.appid, mchid: given.mchid, description: "Kopi", notify_url: given.notify_url, amount: { total: 70 }, payer: { openid: given.openid } };
  await note("jsapi", pay.v3.pay.transactions.jsapi.post({ ...own, out_trade_no: marked("axown01") }));
  const paid = await note("sandbox pay", pay.chain(`v3/sandbox/orders/${marked("axown01")}/pay`).post({ openid: given.openid }));
  await note("query by id", pay.v3.pay.transactions.id._id_.get({ params: { mchid: given.mchid }, id: paid.transaction_id }));
  const part = (n) => ({ mchid: given.mchid, attach: "x", amount: { total_amount: 5, currency: "CNY" }, out_trade_no: marked(`axpart0${n}`), description: "x" });
  const whole = { combine_appid: given.appid, combine_mchid: given.mchid, combine_out_trade_no: marked("axwhole01"), sub_orders: [part(0), part(1)], notify_url: given.notify_url };
  await note("combined", pay.v3.combineTransactions.native.post(whole));
  await note("sandbox pay combined", pay.chain(`v3/sandbox/combine-orders/${marked("axwhole01")}/pay`).post({ openid: given.openid }));
  await note("sandbox fund", pay.chain("v3/sandbox/fund").post({ appid: given.appid, amount: 500 }));
  await note("certificates", pay.v3.certificates.get({ headers: { "Wechatpay-Serial": given.public_key_id } }));
  await note("wrong", pay.v3.pay.transactions.jsapi.post({ ...own, out_trade_no: "x" }));
  const bill = await note("trade bill", pay.v3.bill.tradebill.get({ params: { bill_date: given.day, bill_type: "ALL" } }));
  await note("trade bill file", pay.chain("v3/billdownload/file").get({ baseURL: given.url, params: { token: new URL(bill.download_url).searchParams.get("token") } }));
  const partner = { "Wechatpay-Serial": given.public_key_id };
  const hidden = Rsa.encrypt("budi", given.public_key);
  const transfer = { appid: given.appid, out_bill_no: marked("axt1"), transfer_scene_id: "1000", openid: given.openid, transfer_amount: 5, transfer_remark: "x", user_name: hidden };
  await note("transfer", pay.chain("v3/fund-app/mch-transfer/transfer-bills").post(transfer, { headers: partner }));
  await note("batch detail", pay.chain("v3/transfer/batches/batch-id/x/details/detail-id/y").get());
  const picture = readFileSync(given.picture);
  const meta = { filename: "toko.png", sha256: createHash("sha256").update(picture).digest("hex") };
  const form = new Multipart();
  form.append("meta", JSON.stringify(meta), "", "application/json");
  form.append("file", picture, "toko.png", "image/png");
  await note("picture", pay.v3.merchant.media.upload.post(form, { meta, headers: form.getHeaders?.() ?? {} }));
}

// version 2, signed by MD5 and by HMAC-SHA256; answers are checked by the SDK
async function older() {
  const pay = new Wechatpay({ ...base });
  const who = { appid: given.appid, mch_id: given.mchid };
  const order = (n, more) => ({ ...who, body: "Kopi", out_trade_no: n, total_fee: 100, openid: given.openid, spbill_create_ip: "127.0.0.1", notify_url: given.notify_url, trade_type: "JSAPI", ...more });
  await note("v2 unifiedorder", pay.v2.pay.unifiedorder.post(order(marked("axv201"), { sign_type: "HMAC-SHA256" })));
  await note("v2 closeorder", pay.v2.pay.closeorder.post({ ...who, out_trade_no: marked("axv201") }));
  await note("v2 unifiedorder", pay.v2.pay.unifiedorder.post(order(marked("axv202"), { trade_type: "NATIVE", product_id: "1" })));
  await note("v2 micropay", pay.v2.pay.micropay.post({ ...who, body: "Kopi", out_trade_no: marked("axv203"), total_fee: 100, spbill_create_ip: "127.0.0.1", auth_code: given.codes.shift() }));
  await note("v2 orderquery", pay.v2.pay.orderquery.post({ ...who, out_trade_no: marked("axv203") }));
  await note("v2 refund", pay.v2.secapi.pay.refund.post({ ...who, out_trade_no: marked("axv203"), out_refund_no: marked("axr1"), total_fee: 100, refund_fee: 40 }));
  await note("v2 refundquery", pay.v2.pay.refundquery.post({ ...who, out_trade_no: marked("axv203") }));
  await note("v2 reverse", pay.v2.secapi.pay.reverse.post({ ...who, out_trade_no: marked("axv203") }));
  await note("v2 downloadbill", pay.v2.pay.downloadbill.post({ ...who, bill_date: given.day.replaceAll("-", ""), bill_type: "ALL" }, { transformResponse: [] }));
  await note("v2 downloadfundflow", pay.v2.pay.downloadfundflow.post({ ...who, bill_date: given.day.replaceAll("-", ""), account_type: "Basic" }, { transformResponse: [] }));
  const gift = (n, more) => ({ mch_billno: n, mch_id: given.mchid, wxappid: given.appid, send_name: "Toko", re_openid: given.openid, total_amount: 300, total_num: 1, wishing: "Selamat", client_ip: "127.0.0.1", act_name: "Lebaran", remark: "x", ...more });
  await note("v2 sendredpack", pay.v2.mmpaymkttransfers.sendredpack.post(gift(marked("axhb1"))));
  await note("v2 sendgroupredpack", pay.v2.mmpaymkttransfers.sendgroupredpack.post(gift(marked("axhb2"), { total_num: 3, amt_type: "ALL_RAND" })));
  await note("v2 sendminiprogramhb", pay.v2.mmpaymkttransfers.sendminiprogramhb.post(gift(marked("axhb3"), { notify_way: "MINI_PROGRAM_JSAPI" })));
  await note("v2 gethbinfo", pay.v2.mmpaymkttransfers.gethbinfo.post({ mch_billno: marked("axhb1"), mch_id: given.mchid, appid: given.appid, bill_type: "MCHT" }));
  await note("v2 transfers", pay.v2.mmpaymkttransfers.promotion.transfers.post({ mch_appid: given.appid, mchid: given.mchid, partner_trade_no: marked("axp1"), openid: given.openid, check_name: "FORCE_CHECK", re_user_name: "budi", amount: 50, desc: "hadiah", spbill_create_ip: "127.0.0.1" }));
  await note("v2 gettransferinfo", pay.v2.mmpaymkttransfers.gettransferinfo.post({ ...who, partner_trade_no: marked("axp1") }));
  const key = await note("v2 getsignkey", pay.chain("v2/sandboxnew/pay/getsignkey").post({ mch_id: given.mchid }));
  const box = new Wechatpay({ ...base, secret: key.sandbox_signkey });
  await note("v2 sandbox unifiedorder", box.chain("v2/sandboxnew/pay/unifiedorder").post(order(marked("axs01"))));
  await note("v2 sandbox orderquery", box.chain("v2/sandboxnew/pay/orderquery").post({ ...who, out_trade_no: marked("axs01") }));
  await note("v2 unsigned", new Wechatpay({ ...base, secret: "x".repeat(32) }).v2.pay.orderquery.post({ ...who, out_trade_no: marked("axv203") }));
}

// the SDK signs for WeChat's own host, so the transport changes the host at the last moment, as its option createHttp offers
const there = (url) => url.replace(REAL, given.url);
const transport = {
  get: async (url, headers) => out(await axios.get(there(url), { headers, validateStatus: () => true, responseType: url.includes("billdownload") ? "arraybuffer" : "json" })),
  post: async (url, params, headers) => out(await axios.post(there(url), params, { headers: { "Content-Type": "application/json", ...headers }, validateStatus: () => true })),
  upload: async () => ({ status: 0 }),
};
const out = (answer) => ({ status: answer.status, data: answer.data });

async function node() {
  const pay = new WxPay({ appid: given.appid, mchid: given.mchid, publicKey: Buffer.from(given.certificate), privateKey: Buffer.from(given.private_key), key: given.key_v3 });
  if (given.url !== REAL) pay.createHttp(transport);
  const order = (n, more) => ({ description: "Teh", out_trade_no: n, notify_url: given.notify_url, amount: { total: 90 }, ...more });
  const scene_info = { payer_client_ip: "127.0.0.1", h5_info: { type: "Wap", app_name: "x" } };
  told["node serial"] = pay.getSN();
  told["node certificates"] = (await pay.get_certificates(given.key_v3)).length;
  await note("node jsapi", pay.transactions_jsapi(order(marked("nojsapi01"), { payer: { openid: given.openid } })));
  await note("node app", pay.transactions_app(order(marked("noapp01"), {})));
  await note("node native", pay.transactions_native(order(marked("nonative01"), {})));
  await note("node h5", pay.transactions_h5(order(marked("noh501"), { scene_info })));
  await note("node close", pay.close(marked("noapp01")));
  await note("node query", pay.query({ out_trade_no: marked("nojsapi01") }));
  const parts = (n) => [0, 1].map((at) => ({ mchid: given.mchid, attach: "x", amount: { total_amount: 5, currency: "CNY" }, out_trade_no: `${n}${at}`, description: "x" }));
  const whole = (n, more) => ({ combine_out_trade_no: `${n}w`, combine_mchid: given.mchid, sub_orders: parts(n), scene_info, notify_url: given.notify_url, ...more });
  await note("node combined jsapi", pay.combine_transactions_jsapi(whole(marked("nocj01"), { combine_payer_info: { openid: given.openid } })));
  await note("node combined app", pay.combine_transactions_app(whole(marked("noca01"))));
  await note("node combined native", pay.combine_transactions_native(whole(marked("nocn01"))));
  await note("node combined h5", pay.combine_transactions_h5(whole(marked("noch01"))));
  await note("node combined query", pay.combine_query(marked("nocj01w")));
  await note("node combined close", pay.combine_close(marked("noca01w"), parts(marked("noca01")).map(({ mchid, out_trade_no }) => ({ mchid, out_trade_no }))));
  const bill = await note("node trade bill", pay.tradebill({ bill_date: given.day, bill_type: "ALL" }));
  await note("node flow bill", pay.fundflowbill({ bill_date: given.day, account_type: "BASIC" }));
  await note("node bill file", pay.downloadBill(bill.download_url.replace(given.url, REAL)));
  await note("node refund", pay.refunds({ out_trade_no: marked("axown01"), out_refund_no: marked("nor1"), amount: { refund: 10, total: 70, currency: "CNY" } }));
  await note("node refund query", pay.find_refunds(marked("nor1")));
  const detail = [{ out_detail_no: "d1", transfer_amount: 10, transfer_remark: "x", openid: given.openid, user_name: pay.publicEncrypt("budi", Buffer.from(Object.values(given.certificates)[0])) }];
  const batch = await note("node batch", pay.batches_transfer({ appid: given.appid, out_batch_no: marked("nob1"), batch_name: "x", batch_remark: "x", total_amount: 10, total_num: 1, transfer_detail_list: detail, wx_serial_no: Object.keys(given.certificates)[0] }));
  await note("node batch query", pay.query_batches_transfer_list_wx({ batch_id: batch.batch_id, need_query_detail: true, offset: 0, limit: 20, detail_status: "ALL" }));
  await note("node batch query by number", pay.query_batches_transfer_list({ out_batch_no: marked("nob1"), need_query_detail: true, offset: 0, limit: 20, detail_status: "ALL" }));
}

// a notice of version 3, as both SDKs read it
async function heard() {
  const [headers, body] = given.heard[0];
  const of = (name) => headers[Object.keys(headers).find((each) => each.toLowerCase() === name)];
  const message = Formatter.response(of("wechatpay-timestamp"), of("wechatpay-nonce"), body);
  const right = Rsa.verify(message, of("wechatpay-signature"), certs[of("wechatpay-serial")]);
  const changed = Rsa.verify(message.replace("SUCCESS", "FAILURE"), of("wechatpay-signature"), certs[of("wechatpay-serial")]);
  const { ciphertext, nonce, associated_data } = JSON.parse(body).resource;
  told.notice = [right, changed, JSON.parse(Aes.AesGcm.decrypt(ciphertext, given.key_v3, nonce, associated_data))];
  const pay = new WxPay({ appid: given.appid, mchid: given.mchid, publicKey: Buffer.from(given.certificate), privateKey: Buffer.from(given.private_key), key: given.key_v3 });
  told.node = pay.decipher_gcm(ciphertext, associated_data, nonce, given.key_v3);
}

const parts = given.parts.map((name) => ({ newer, older, node, heard })[name]);
(async () => {
  for (const part of parts) await part();
  console.log(JSON.stringify({ ...told, called: [...called].sort() }));
})();
