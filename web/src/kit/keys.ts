// What can be said: the keys of the English messages, file by file. A domain that has words of its own adds its file here.
import type first from "../../messages/en.json";
import type pages from "../../messages/en.pages.json";
import type pay from "../../messages/en.pay.json";
import type push from "../../messages/en.push.json";

export type Key = keyof typeof first | keyof typeof pages | keyof typeof pay | keyof typeof push;
import type nouns from "../../messages/en.nouns.json";
import type polls from "../../messages/en.polls.json";
import type push from "../../messages/en.push.json";

export type Key = keyof typeof first | keyof typeof pages | keyof typeof nouns | keyof typeof polls | keyof typeof push;
