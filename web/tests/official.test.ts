import { afterEach, expect, test } from "vitest";
import { listRows } from "../src/domains/chat/list";
import type { FoldPlug, KindPlug } from "../src/domains/chat/plugs";
import { Host, type Wish } from "../src/domains/official/host";
import { linked } from "../src/domains/official/linked";
import { client } from "../src/kit/api";
import type { Conversation } from "../src/kit/wire";

const ours = client.fetch;
afterEach(() => void (client.fetch = ours));

const talk = (id: string, kind: string, pinned = false): Conversation => ({ id, kind, pinned }) as Conversation;
const fold: FoldPlug = { label: "nav.chats", icon: "article", to: "/there", holds: ({ id }) => id.startsWith("s") };
const kinds = new Map<string, KindPlug>([["official", { info: () => "/", fold }]]);

test("conversations that are folded share the row of the first of them", () => {
  const shown = [talk("a", "direct"), talk("s1", "official"), talk("x", "official"), talk("s2", "official"), talk("b", "group")];
  const rows = listRows(shown, kinds);
  expect(rows.map(({ one, inside }) => [one.id, inside.map(({ id }) => id)])).toEqual([
    ["a", []],
    ["s1", ["s1", "s2"]],
    ["x", []],
    ["b", []],
  ]);
});

test("what is pinned keeps a row of its own", () => {
  const rows = listRows([talk("s1", "official", true), talk("s2", "official")], kinds);
  expect(rows.map(({ one, fold }) => [one.id, !!fold])).toEqual([
    ["s1", false],
    ["s2", true],
  ]);
});

test("links of an account have words of their own, and nothing else is markup", () => {
  expect(linked('Lihat <a href="https://a.example/x">harga</a> <b>kami</b>: https://b.example.')).toEqual([
    { text: "Lihat " },
    { text: "harga", to: "https://a.example/x" },
    { text: " <b>kami</b>: " },
    { text: "https://b.example", to: "https://b.example" },
    { text: "." },
  ]);
});

/** A page that is open at an origin, and what the person was asked. */
function page(origin: string, answer: unknown = null) {
  const { port1, port2 } = new MessageChannel();
  const wishes: Wish[] = [];
  const known: string[] = [];
  const host = new Host(port1, origin, {
    ask: (wish) => {
      wishes.push(wish);
      return Promise.resolve(answer);
    },
    known: ({ name }) => void known.push(name),
    close: () => undefined,
    menu: () => undefined,
    open: () => undefined,
  });
  let last = 0;
  const invoke = (name: string, args: Record<string, unknown> = {}, url = `${origin}/page`): Promise<Record<string, unknown>> =>
    new Promise((resolve) => {
      const id = ++last;
      port2.addEventListener("message", ({ data }: MessageEvent<{ id: number; result: Record<string, unknown> }>) => {
        if (data.id === id) resolve(data.result);
      });
      port2.start();
      port2.postMessage({ id, name, args, url, title: "Harga" });
    });
  const close = (): void => {
    host.end();
    port2.close();
  };
  return { invoke, wishes, known, close };
}

const SAID = { official: { official: { id: "o", name: "Toko Sari" }, following: false }, apis: [] };
const CLAIM = { verifyAppId: "wx1", verifyTimestamp: "1", verifyNonceStr: "n", verifySignature: "s", verifyJsApiList: [] };

test("a page may ask for nothing before it is verified, and then the person is asked", async () => {
  const asked: string[] = [];
  client.fetch = ((url: string) => {
    asked.push(url);
    return Promise.resolve(new Response(JSON.stringify(SAID)));
  }) as typeof fetch;
  const here = page("https://toko.example", { latitude: -6.2, longitude: 106.8, accuracy: 5, speed: null });
  expect(await here.invoke("geoLocation")).toEqual({ err_msg: "geoLocation:permission denied" });
  expect(here.wishes).toEqual([]);
  expect(await here.invoke("preVerifyJSAPI", CLAIM)).toEqual({ err_msg: "preVerifyJSAPI:ok" });
  expect([asked, here.known]).toEqual([["/api/pages/verify"], ["Toko Sari"]]);
  expect(await here.invoke("geoLocation")).toMatchObject({ err_msg: "geoLocation:ok", latitude: -6.2, longitude: 106.8 });
  expect(here.wishes).toEqual([{ kind: "location" }]);
  here.close();
});

test("a page speaks for the place where the browser sees it, and for no other", async () => {
  client.fetch = (() => {
    throw new Error("the server must not be asked");
  }) as typeof fetch;
  const here = page("https://evil.example");
  expect(await here.invoke("preVerifyJSAPI", CLAIM, "https://toko.example/page")).toEqual({ err_msg: "preVerifyJSAPI:invalid url domain" });
  expect(await here.invoke("chooseImage")).toEqual({ err_msg: "chooseImage:permission denied" });
  here.close();
});

test("a wrong signature is told in the page's words, and what is not offered does not exist", async () => {
  const refusal = { error: { code: "invalid_signature", message: "", details: {} } };
  client.fetch = (() => Promise.resolve(new Response(JSON.stringify(refusal), { status: 400 }))) as typeof fetch;
  const here = page("https://toko.example");
  expect(await here.invoke("preVerifyJSAPI", CLAIM)).toEqual({ err_msg: "preVerifyJSAPI:fail,invalid signature" });
  expect(await here.invoke("openBluetooth")).toEqual({ err_msg: "openBluetooth:function not exist" });
  here.close();
});
