/** What is new in moments: notices by number, and a dot when somebody shows something. The same on all my devices. */

import { get } from "../../kit/api";
import { hear } from "../../kit/heard";

class News {
  unseen = $state(0);
  fresh = $state(false);

  constructor() {
    hear("hello", () => this.ask());
    hear("moments.noticed", () => this.ask());
    hear("moments.fresh", () => void (this.fresh = true));
    hear("opened", () => void ([this.unseen, this.fresh] = [0, false]));
  }

  ask(): void {
    void get<{ unseen: number; fresh: string | null }>("/moments/news")
      .then(({ unseen, fresh }) => void ([this.unseen, this.fresh] = [unseen, fresh !== null]))
      .catch(() => undefined);
  }
}

export const news = new News();
