/** What the engine asks of the server. Named one by one, so that the rest of the API is loaded with the pages that need it. */

import { contacts, conversation, edit, getMe, message, messages, person, react, refs, send, sync } from "./api";

export const REMOTE = { contacts, conversation, edit, getMe, message, messages, person, react, refs, send, sync };
