/**
 * The client's side of a page that is open in a frame: it answers what the page's bridge asks, with screens of the client's own.
 *
 * A page may ask for nothing but its network before the server has verified what it says of itself (`preVerifyJSAPI`). What it is sits in
 * the browser's word for where a message comes from, not in what the message says.
 */

import { ApiError } from "../../kit/api";
import * as api from "./api";
import type { AskedTransfer, PageCall } from "../wechatpay/api";
import type { OfficialPage } from "./wire";

/** What a page wants shared. */
export interface Shared {
  title: string;
  desc: string;
  link: string;
}

/** A screen of the client that a page asked for. It is answered by what the person does. */
export type Wish =
  | { kind: "images"; most: number }
  | { kind: "scan" }
  | { kind: "location" }
  | { kind: "place"; latitude: number; longitude: number; name: string; address: string }
  | { kind: "pay"; order: PageCall }
  | { kind: "transfer"; asked: AskedTransfer }
  | { kind: "share"; what: Shared; timeline: boolean };

export interface Around {
  /** Show a screen. Resolves with what came of it, or null when the person would not. Of money that cannot move: why. */
  ask: (wish: Wish) => Promise<unknown>;
  /** the page has said who it is, and it was so */
  known: (official: OfficialPage) => void;
  close: () => void;
  menu: (shown: boolean) => void;
  open: (path: string) => void;
}

interface Asked {
  id?: number;
  name: string;
  args: Record<string, unknown>;
  url: string;
  title: string;
  picture?: Blob | null;
  on?: string;
}
type Result = Record<string, unknown>;
type Handler = (asked: Asked) => Promise<Result> | Result;

/** What every page may call once it is verified. */
const OFFERED = [
  "checkJsApi", "getBrandWCPayRequest", "imagePreview", "chooseImage", "uploadImage", "downloadImage", "getLocalImgData", "geoLocation",
  "openLocation", "getNetworkType", "scanQRCode", "closeWindow", "hideOptionMenu", "showOptionMenu", "hideMenuItems", "showMenuItems",
  "hideAllNonBaseMenuItem", "showAllNonBaseMenuItem", "updateAppMessageShareData", "updateTimelineShareData", "menu:share:appmessage",
  "menu:share:timeline", "sendAppMessage", "shareTimeline", "requestMerchantTransfer",
]; // prettier-ignore
/** What needs no verification: hand-written pages close themselves, pay and give money without a configuration; a payment has its own
    signature, and money that waits its own secret. */
const FREE = new Set([
  "preVerifyJSAPI", "checkJsApi", "getNetworkType", "closeWindow", "hideOptionMenu", "showOptionMenu", "getBrandWCPayRequest",
  "requestMerchantTransfer", "hideToolbar", "showToolbar",
]); // prettier-ignore
const REFUSED: Record<string, string> = {
  invalid_signature: "invalid signature",
  invalid_url_domain: "invalid url domain",
  invalid_appid: "invalid appid",
};

/** A page that is open. Make a new one for every document that says hello: what one page may, the next one may not. */
export class Host {
  /** what the page said it would like to be shared as */
  share: { friends?: Shared; timeline?: Shared } = {};
  readonly #port: MessagePort;
  readonly #origin: string;
  readonly #around: Around;
  readonly #events = new Set<string>();
  #appid = "";
  #verified = false;
  /** the page's answer to the person's wish to share, awaited */
  #sharing: ((what: Shared | null) => void) | null = null;

  /** `origin` is where the browser says that the page is. */
  constructor(port: MessagePort, origin: string, around: Around) {
    this.#port = port;
    this.#origin = origin;
    this.#around = around;
    port.onmessage = (event: MessageEvent<Asked>) => void this.#heard(event.data);
  }

  end(): void {
    this.#port.close();
  }

  /** The person wants to share: what the page says to it, or null when it says nothing. */
  async sharing(timeline: boolean): Promise<Shared | null> {
    const event = timeline ? "menu:share:timeline" : "menu:share:appmessage";
    if (!this.#events.has(event)) return (timeline ? this.share.timeline : this.share.friends) ?? null;
    const answer = new Promise<Shared | null>((resolve) => {
      this.#sharing = resolve;
      setTimeout(() => resolve(null), 2_000);
    });
    this.#port.postMessage({ event, args: { scene: "friend" } });
    return answer;
  }

  async #heard(asked: Asked): Promise<void> {
    if (asked.on) return void this.#events.add(asked.on);
    const { id, name } = asked;
    if (typeof id !== "number" || typeof name !== "string") return;
    let result: Result;
    try {
      const handler = this.#handlers[name];
      if (!handler) result = { err_msg: `${name}:function not exist` };
      else if (!this.#verified && !FREE.has(name)) result = { err_msg: `${name}:permission denied` };
      else result = await handler({ ...asked, args: asked.args ?? {} });
    } catch (thrown) {
      const why = thrown instanceof ApiError ? thrown.message || thrown.code : "";
      const said = name === "getBrandWCPayRequest" ? "get_brand_wcpay_request" : name;
      result = { err_msg: `${said}:fail`, err_desc: why };
    }
    this.#port.postMessage({ id, result });
  }

  readonly #handlers: Record<string, Handler> = {
    preVerifyJSAPI: (asked) => this.#verify(asked),
    checkJsApi: ({ args }) => {
      const wanted = (args["jsApiList"] as string[] | undefined) ?? [];
      return { err_msg: "checkJsApi:ok", checkResult: Object.fromEntries(wanted.map((name) => [name, OFFERED.includes(name)])) };
    },
    getNetworkType: () => {
      const type = (navigator as { connection?: { effectiveType?: string } }).connection?.effectiveType ?? "wifi";
      return { err_msg: `network_type:${navigator.onLine ? (type === "wifi" || type === "4g" ? "wifi" : "wwan") : "fail"}`, ...(/^[23]g$/.test(type) ? { subtype: type } : {}) };
    },
    closeWindow: () => {
      this.#around.close();
      return { err_msg: "closeWindow:ok" };
    },
    hideOptionMenu: () => this.#menu("hideOptionMenu", false),
    showOptionMenu: () => this.#menu("showOptionMenu", true),
    hideAllNonBaseMenuItem: () => this.#menu("hideAllNonBaseMenuItem", false),
    showAllNonBaseMenuItem: () => this.#menu("showAllNonBaseMenuItem", true),
    hideMenuItems: () => ({ err_msg: "hideMenuItems:ok" }),
    showMenuItems: () => ({ err_msg: "showMenuItems:ok" }),
    hideToolbar: () => ({ err_msg: "hideToolbar:ok" }),
    showToolbar: () => ({ err_msg: "showToolbar:ok" }),
    updateAppMessageShareData: (asked) => {
      this.share.friends = shared(asked);
      return { err_msg: "updateAppMessageShareData:ok" };
    },
    updateTimelineShareData: (asked) => {
      this.share.timeline = shared(asked);
      return { err_msg: "updateTimelineShareData:ok" };
    },
    sendAppMessage: (asked) => this.#share(asked, false),
    shareTimeline: (asked) => this.#share(asked, true),
    chooseImage: async ({ args }) => {
      const most = Math.min(9, Math.max(1, Number(args["count"]) || 9));
      const blobs = await this.#around.ask({ kind: "images", most });
      return blobs ? { err_msg: "chooseImage:ok", blobs, sourceType: "album" } : { err_msg: "chooseImage:cancel" };
    },
    uploadImage: async ({ picture }) => {
      if (!(picture instanceof Blob)) return { err_msg: "uploadImage:fail no such picture" };
      const { media_id } = await api.pageUpload(this.#appid, picture);
      return { err_msg: "uploadImage:ok", serverId: media_id };
    },
    downloadImage: async ({ args }) => {
      const { blob } = await api.pageDownload(this.#appid, String(args["serverId"] ?? ""));
      const answer = await fetch(`/api/media/${encodeURIComponent(blob)}/full`);
      if (!answer.ok) return { err_msg: "downloadImage:fail" };
      return { err_msg: "downloadImage:ok", blob: await answer.blob() };
    },
    geoLocation: async () => {
      const at = (await this.#around.ask({ kind: "location" })) as GeolocationCoordinates | null;
      if (!at) return { err_msg: "geoLocation:cancel" };
      const { latitude, longitude, accuracy, speed } = at;
      return { err_msg: "geoLocation:ok", latitude, longitude, accuracy, speed: speed ?? 0 };
    },
    openLocation: async ({ args }) => {
      const [latitude, longitude] = [Number(args["latitude"]), Number(args["longitude"])];
      if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return { err_msg: "openLocation:fail" };
      await this.#around.ask({ kind: "place", latitude, longitude, name: String(args["name"] ?? ""), address: String(args["address"] ?? "") });
      return { err_msg: "openLocation:ok" };
    },
    scanQRCode: async ({ args }) => {
      const text = (await this.#around.ask({ kind: "scan" })) as string | null;
      if (text === null) return { err_msg: "scanQRCode:cancel" };
      if (Number(args["needResult"]) === 1) {
        const iphone = /iphone|ipad/i.test(navigator.userAgent);
        return { err_msg: "scanQRCode:ok", resultStr: iphone ? JSON.stringify({ scan_code: { scan_result: text } }) : text };
      }
      this.#around.open(text);
      return { err_msg: "scanQRCode:ok" };
    },
    getBrandWCPayRequest: ({ args }) => this.#pay(args),
    requestMerchantTransfer: ({ args }) => this.#take(args),
  };

  #menu(name: string, shown: boolean): Result {
    this.#around.menu(shown);
    return { err_msg: `${name}:ok` };
  }

  async #verify({ args, url }: Asked): Promise<Result> {
    const page = new URL(url);
    // a page speaks for the place where the browser sees it, and for no other
    if (this.#origin !== "null" && page.origin !== this.#origin) return { err_msg: "preVerifyJSAPI:invalid url domain" };
    const appid = String(args["verifyAppId"] ?? args["appId"] ?? "");
    try {
      const { official } = await api.verifyPage({
        appid,
        url,
        timestamp: String(args["verifyTimestamp"] ?? ""),
        nonce: String(args["verifyNonceStr"] ?? ""),
        signature: String(args["verifySignature"] ?? ""),
        apis: (args["verifyJsApiList"] as string[] | undefined) ?? [],
      });
      this.#appid = appid;
      this.#verified = true;
      this.#around.known(official);
      return { err_msg: "preVerifyJSAPI:ok" };
    } catch (thrown) {
      const code = thrown instanceof ApiError ? thrown.code : "";
      return { err_msg: `preVerifyJSAPI:fail,${REFUSED[code] ?? code}` };
    }
  }

  async #share(asked: Asked, timeline: boolean): Promise<Result> {
    const name = timeline ? "shareTimeline" : "sendAppMessage";
    const what = shared(asked);
    // an answer to the person's own wish goes where that wish is; a page by itself only asks
    if (this.#sharing) {
      this.#sharing(what);
      this.#sharing = null;
    }
    const done = await this.#around.ask({ kind: "share", what, timeline });
    return { err_msg: done ? `${name}:ok` : `${name}:cancel` };
  }

  async #pay(args: Record<string, unknown>): Promise<Result> {
    const said = (key: string): string => String(args[key] ?? "");
    const order = {
      appId: said("appId"),
      timeStamp: said("timeStamp") || said("timestamp"),
      nonceStr: said("nonceStr"),
      package: said("package"),
      signType: said("signType") || "MD5",
      paySign: said("paySign"),
    };
    return this.#moved("get_brand_wcpay_request", { kind: "pay", order });
  }

  #take(args: Record<string, unknown>): Promise<Result> {
    const said = (key: string): string => String(args[key] ?? "");
    const asked = { mchId: said("mchId"), appId: said("appId"), package: said("package") };
    return this.#moved("requestMerchantTransfer", { kind: "transfer", asked });
  }

  /** Let the person move money or not, and say it as the page expects to hear it. */
  async #moved(said: string, wish: Wish): Promise<Result> {
    const done = await this.#around.ask(wish);
    if (typeof done === "string") return { err_msg: `${said}:fail`, err_desc: done };
    return { err_msg: done ? `${said}:ok` : `${said}:cancel` };
  }
}

function shared({ args, title, url }: Asked): Shared {
  const said = (key: string): string => (typeof args[key] === "string" ? (args[key] as string) : "");
  const link = /^https?:\/\//.test(said("link")) ? said("link") : url;
  return { title: (said("title") || title).slice(0, 120), desc: said("desc").slice(0, 240), link };
}
