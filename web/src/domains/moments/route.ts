// A page of moments comes with their words.
import type { Component } from "svelte";
import { withWords } from "../../kit/i18n.svelte";
import type { Loader } from "../../kit/route";

export const route =
  (load: () => Promise<{ default: unknown }>): Loader =>
  async () =>
    (await withWords(load, "moments")).default as Component;
