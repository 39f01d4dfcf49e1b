/** What I decided for my list on any device: folders and hours of quiet. Kept here so that the list opens with them. */

import * as api from "../../kit/api";
import type { Meta } from "../../kit/db";
import { hear, type Opened } from "../../kit/heard";
import type { Conversation, Folder, Preferences, Quiet, Sync } from "../../kit/wire";

const NONE: Preferences = { folders: [], quiet: { on: false, starts_min: 22 * 60, ends_min: 6 * 60, offset_min: 0, mentions: false }, at: 0 };

class Own {
  preferences = $state.raw<Preferences>(NONE);
  /** the folder that the list shows; empty for all */
  folder = $state("");

  #note: (kept: Partial<Meta>) => void = () => undefined;

  constructor() {
    hear<Opened>("opened", ({ meta, note }) => {
      this.#note = note;
      this.preferences = meta.preferences ?? NONE;
      this.folder = "";
    });
    hear<{ type: "chat.preferences"; preferences: Preferences }>("chat.preferences", ({ preferences }) => this.#take(preferences));
    hear<{ type: "synced"; answer: Sync }>("synced", ({ answer }) => {
      if (answer.preferences) this.#take(answer.preferences);
    });
  }

  /** Decide something else. Throws `ApiError`. */
  async decide(changes: { folders?: Folder[]; quiet?: Quiet }): Promise<void> {
    this.#take(await api.decide(changes));
  }

  #take(preferences: Preferences): void {
    this.preferences = preferences;
    this.#note({ preferences });
  }
}

export const own = new Own();

/** Does a conversation belong to a folder? */
export function within(folder: Folder | undefined, one: Conversation): boolean {
  if (!folder) return true;
  if (folder.unread && !one.unread && !one.marked_unread) return false;
  if (!folder.conversations.length && !folder.kinds.length) return true;
  return folder.conversations.includes(one.id) || folder.kinds.includes(one.kind);
}
