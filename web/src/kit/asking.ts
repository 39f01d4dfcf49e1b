/** Questions of which one at a time is enough: who asks while an answer is on its way gets the next one, since that one may be old. */

export class Asking<Answer> {
  readonly #ask: (id: string) => Promise<Answer>;
  readonly #running = new Map<string, Promise<Answer>>();
  readonly #next = new Map<string, Promise<Answer>>();

  constructor(ask: (id: string) => Promise<Answer>) {
    this.#ask = ask;
  }

  /** Return an answer that was asked for after this call. */
  ask(id: string): Promise<Answer> {
    const running = this.#running.get(id);
    if (!running) return this.#start(id);
    let next = this.#next.get(id);
    if (!next) {
      const again = (): Promise<Answer> => {
        this.#next.delete(id);
        return this.#start(id);
      };
      this.#next.set(id, (next = running.then(again, again)));
    }
    return next;
  }

  #start(id: string): Promise<Answer> {
    const answer = this.#ask(id).finally(() => {
      if (this.#running.get(id) === answer) this.#running.delete(id);
    });
    this.#running.set(id, answer);
    return answer;
  }
}
