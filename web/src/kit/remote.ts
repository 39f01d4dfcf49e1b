/** What the engine asks of the server. Named one by one, so that the rest of the API is loaded with the pages that need it. */

import { contacts, conversation, getMe, message, messages, person, refs, send, sync } from "./api";

export const REMOTE = { contacts, conversation, getMe, message, messages, person, refs, send, sync };
