// The start of the client: theme and language first, then what this device holds, then the network.
import { mount } from "svelte";
import { plugIn } from "./domains/chat/plugs";
import { store } from "./domains/chat/store.svelte";
import { client } from "./kit/api";
import { language, preferredLanguage, speak } from "./kit/i18n.svelte";
import { startRouter } from "./kit/router.svelte";
import { startTheme } from "./kit/theme";
import { registerWorker } from "./kit/worker";
import "./look/index.css";
import App from "./routes/App.svelte";
import { DOMAINS } from "./routes/domains";

plugIn(DOMAINS);
startTheme();
startRouter();
client.language = language;
await speak(preferredLanguage());
void store.start();
void registerWorker((update) => (store.update = update));
mount(App, { target: document.getElementById("app") as HTMLElement });
