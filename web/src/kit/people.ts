/** Everybody this device has met: kept, and asked for when a name is missing. */

import type * as api from "./api";
import type { Keeper } from "./keeper";
import type { AccountId, Person } from "./wire";

export class People {
  readonly all: Map<AccountId, Person>;
  readonly #keeper: Keeper;
  readonly #remote: Pick<typeof api, "person">;
  readonly #changed: (people: readonly Person[]) => void;
  readonly #asked = new Set<AccountId>();

  constructor(kept: readonly Person[], keeper: Keeper, remote: Pick<typeof api, "person">, changed: (people: readonly Person[]) => void) {
    this.all = new Map(kept.map((person) => [person.id, person]));
    this.#keeper = keeper;
    this.#remote = remote;
    this.#changed = changed;
  }

  /** Take people as an answer of the server shows them. */
  meet(people: readonly Person[]): void {
    const changed = people.filter((person) => JSON.stringify(this.all.get(person.id)) !== JSON.stringify(person));
    for (const person of changed) {
      this.all.set(person.id, person);
      this.#keeper.meet(person);
    }
    if (changed.length) this.#changed(changed);
  }

  /** Ask for somebody who is not known, once per page. */
  wonder(account: AccountId): void {
    if (this.all.has(account) || this.#asked.has(account)) return;
    this.#asked.add(account);
    void this.refresh(account).catch(() => undefined);
  }

  async refresh(account: AccountId): Promise<void> {
    this.meet([await this.#remote.person(account)]);
  }
}
