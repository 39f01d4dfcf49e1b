// What the socket tells beyond the log reaches those who listen, and nobody else.
import { expect, test } from "vitest";
import { hear, tell } from "../src/kit/heard";

test("a listener hears the events of its type until it stops", () => {
  const heard: string[] = [];
  const stop = hear<{ type: "polls.changed"; id: string }>("polls.changed", (event) => heard.push(event.id));
  tell({ type: "polls.changed", id: "a" } as { type: string });
  tell({ type: "pay.changed" });
  stop();
  tell({ type: "polls.changed", id: "b" } as { type: string });
  expect(heard).toEqual(["a"]);
});
