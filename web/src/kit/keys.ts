// What can be said: the keys of the English messages, file by file. A domain that has words of its own adds its file here.
import type first from "../../messages/en.json";
import type account from "../../messages/en.account.json";
import type media from "../../messages/en.media.json";
import type moments from "../../messages/en.moments.json";
import type nouns from "../../messages/en.nouns.json";
import type official from "../../messages/en.official.json";
import type pages from "../../messages/en.pages.json";
import type pay from "../../messages/en.pay.json";
import type polls from "../../messages/en.polls.json";
import type push from "../../messages/en.push.json";
import type running from "../../messages/en.running.json";
import type stickers from "../../messages/en.stickers.json";
import type till from "../../messages/en.till.json";

type Shared = typeof first & typeof pages;
type OfDomains = typeof account & typeof nouns & typeof media & typeof pay & typeof stickers & typeof moments & typeof polls & typeof push & typeof official & typeof running & typeof till;
export type Key = keyof (Shared & OfDomains);
