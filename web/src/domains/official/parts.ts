/** Where the parts of official accounts are: each comes with its words, and those that are used together are loaded together. */

import type { Component } from "svelte";
import { withWords } from "../../kit/i18n.svelte";

// the words of pictures and voices come along: an account's are drawn as everybody's
const cards = () => withWords(() => withWords(() => import("./cards"), "media"), "official");
const pages = () => withWords(() => withWords(() => import("./pages"), "nouns"), "official");
const running = () => withWords(() => withWords(() => import("./running/Run.svelte"), "official"), "running");
const operator = () => withWords(() => withWords(() => import("./running/OperatorOfficials.svelte"), "official"), "running");

type Of<F extends () => Promise<object>> = keyof Awaited<ReturnType<F>>;
export type PartName = Of<typeof cards> | Of<typeof pages> | "Run" | "Verify";

const loading = new Map<() => Promise<object>, Promise<Record<string, Component>>>();

/** Load a group once; a failure is tried again. */
function group(load: () => Promise<object>): Promise<Record<string, Component>> {
  let known = loading.get(load);
  if (!known) {
    known = load() as Promise<Record<string, Component>>;
    loading.set(load, known);
    known.catch(() => loading.delete(load));
  }
  return known;
}

const CARDS = /Card$|^Bar$|^Why$/;

/** Load a component. */
export async function part(name: PartName): Promise<Component> {
  if (name === "Run" || name === "Verify") return (await group(name === "Run" ? running : operator))["default"] as Component;
  return (await group(CARDS.test(name) ? cards : pages))[name] as Component;
}
