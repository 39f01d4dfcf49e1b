/** The little that is kept outside the account's own database: whose it is, and what the server said about itself. */

import type { AccountId, Server } from "../../kit/wire";

export interface Pocket {
  account(): AccountId | null;
  keepAccount(account: AccountId): void;
  server(): Server | null;
  keepServer(server: Server): void;
  /** Signed out: forget whose it is, here and in the other tabs. */
  forget(): void;
  onSignedOutElsewhere(listener: () => void): void;
}

const ACCOUNT = "warung.account";
/** The pictures that the service worker keeps. */
const PICTURES = "pictures";
const SERVER = "warung.server";

/** Private windows may refuse storage: then nothing is kept. */
function reach<T>(work: (storage: Storage) => T, otherwise: T): T {
  try {
    return work(localStorage);
  } catch {
    return otherwise;
  }
}

/** The page's own pocket. */
export function pocket(): Pocket {
  const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("warung-session");
  return {
    account: () => reach((storage) => storage.getItem(ACCOUNT), null),
    keepAccount: (account) => reach((storage) => storage.setItem(ACCOUNT, account), undefined),
    server: () => reach((storage) => JSON.parse(storage.getItem(SERVER) ?? "null") as Server | null, null),
    keepServer: (server) => reach((storage) => storage.setItem(SERVER, JSON.stringify(server)), undefined),
    forget: () => {
      reach((storage) => storage.removeItem(ACCOUNT), undefined);
      channel?.postMessage("signed_out");
      void globalThis.caches?.delete(PICTURES).catch(() => undefined);
    },
    onSignedOutElsewhere: (listener) => {
      if (channel) channel.onmessage = listener;
    },
  };
}
