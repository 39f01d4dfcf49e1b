/**
 * The HTTP side of the wire: one typed function per route under /api, and the errors they throw.
 *
 * Every function throws `ApiError` and nothing else. The server's refusals carry a sentence in the reader's language; three codes are
 * made here and carry none: `offline` (the server was not reached), `not_confirmed` (it was asked to change something and the answer
 * did not come: the outcome is unknown) and `aborted` (the caller's own signal).
 */

import type {
  AccountId,
  BlobId,
  Card,
  Claim,
  Contact,
  ContactRequest,
  Contacts,
  Conversation,
  ConversationDetails,
  ConversationId,
  DateOrder,
  DeviceClaim,
  DeviceLink,
  DeviceLinkLook,
  Folder,
  GroupLink,
  Import,
  Invite,
  InviteLook,
  JoinLook,
  Joined,
  KeptDraft,
  Me,
  Mention,
  Message,
  Millis,
  Mine,
  MyCode,
  Page,
  Passkey,
  PasskeyOptions,
  Person,
  Preferences,
  Privacy,
  Quiet,
  Receipt,
  Report,
  ReportRead,
  RequestVia,
  Role,
  SearchPage,
  Scheduled,
  Seq,
  Server,
  Session,
  Shelf,
  SignUp,
  SignedIn,
  SignedUp,
  Sync,
  WireError,
} from "./wire";
import { signOf } from "./signs";

/** A refusal of the server, or that it could not be asked. `status` is 0 when there was no answer. */
export class ApiError extends Error implements WireError {
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly status: number;

  constructor(error: WireError, status = 0) {
    super(error.message);
    this.name = "ApiError";
    this.code = error.code;
    this.details = error.details ?? {};
    this.status = status;
  }

  /** Seconds after which the server would hear the same again, when it said so. */
  get retryAfterS(): number | null {
    const seconds = this.details["retry_after_s"];
    return typeof seconds === "number" ? seconds : null;
  }
}

/** Make an error of this side: it has no sentence, the screens give it one in their language. */
export function localError(code: "offline" | "not_confirmed" | "aborted"): ApiError {
  return new ApiError({ code, message: "", details: {} });
}

/** Where the server is and how to speak to it. The store sets the language; tests and bearers set the rest. */
export const client = {
  base: "/api",
  /** For Accept-Language, where no account says it. */
  language: (): string => "",
  /** A bearer token instead of the cookie. */
  token: "",
  fetch: ((input, init) => globalThis.fetch(input, init)) as typeof fetch,
  /** Called when the server says that nobody is signed in here. */
  onSignedOut: (): void => undefined,
};

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Query = Record<string, string | number | undefined>;

interface Call {
  query?: Query;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: Blob;
  signal?: AbortSignal | undefined;
}

const PATIENCE_MS = 20_000;
const UPLOAD_PATIENCE_MS = 30 * 60_000;

export function address(path: string, query: Query = {}): string {
  const given = Object.entries(query).filter((pair): pair is [string, string | number] => pair[1] !== undefined);
  if (!given.length) return client.base + path;
  return `${client.base}${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}`;
}

function refusal(status: number, answer: unknown): ApiError {
  const error = (answer as { error?: Partial<WireError> } | null)?.error;
  // A proxy in between answers in its own words, or in none.
  const code = error?.code ?? (status >= 500 ? "unavailable" : "bad_request");
  return new ApiError({ code, message: error?.message ?? "", details: error?.details ?? {} }, status);
}

function headersOf(call: Call): Record<string, string> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const language = client.language();
  if (language) headers["Accept-Language"] = language;
  if (client.token) headers["Authorization"] = `Bearer ${client.token}`;
  if (call.raw) headers["Content-Type"] = call.raw.type || "application/octet-stream";
  else if (call.body !== undefined) headers["Content-Type"] = "application/json";
  return headers;
}

async function read<T>(answer: Response): Promise<T> {
  const text = await answer.text();
  let data: unknown = undefined;
  try {
    if (text) data = JSON.parse(text);
  } catch {
    throw refusal(answer.ok ? 502 : answer.status, null);
  }
  if (answer.ok) return data as T;
  const error = refusal(answer.status, data);
  if (error.code === "unauthenticated") client.onSignedOut();
  throw error;
}

/** Ask the server. For the routes of domains that plug in, which have their own functions beside their components. */
export async function request<T>(method: Method, path: string, call: Call = {}): Promise<T> {
  if (call.signal?.aborted) throw localError("aborted");
  const patience = new AbortController();
  const giveUp = (): void => patience.abort();
  const timer = setTimeout(giveUp, call.raw ? UPLOAD_PATIENCE_MS : PATIENCE_MS);
  call.signal?.addEventListener("abort", giveUp);
  const body = call.raw ?? (call.body === undefined ? null : JSON.stringify(call.body));
  try {
    const init: RequestInit = { method, headers: headersOf(call), body, signal: patience.signal, credentials: "same-origin" };
    return await read<T>(await client.fetch(address(path, call.query), init));
  } catch (failure) {
    if (failure instanceof ApiError) throw failure;
    if (call.signal?.aborted) throw localError("aborted");
    throw localError(patience.signal.aborted && method !== "GET" ? "not_confirmed" : "offline");
  } finally {
    clearTimeout(timer);
    call.signal?.removeEventListener("abort", giveUp);
  }
}

/** For the domains: the same wire, with its errors. */
export const get = <T>(path: string, query: Query = {}, signal?: AbortSignal): Promise<T> => request<T>("GET", path, { query, signal });
export const post = <T>(path: string, body: unknown = {}): Promise<T> => request<T>("POST", path, { body });
export const put = <T>(path: string, body: unknown = {}): Promise<T> => request<T>("PUT", path, { body });
/** A route of a domain that plugs in: it keeps its own shapes. */
export const call = <T>(method: Method, path: string, body?: unknown, query: Query = {}): Promise<T> =>
  request<T>(method, path, body === undefined ? { query } : { query, body });
const patch = <T>(path: string, body: unknown): Promise<T> => request<T>("PATCH", path, { body });
export const drop = <T = void>(path: string): Promise<T> => request<T>("DELETE", path);
const part = encodeURIComponent;
const at = (conversation: ConversationId, rest = ""): string => `/conversations/${part(conversation)}${rest}`;

// The server, signing up and in

export const getServer = (): Promise<Server> => get("/server");
export const signUp = (body: SignUp): Promise<SignedUp> => post("/sign-up", body);
export const signIn = (handle: string, password: string, device: string): Promise<SignedIn> =>
  post("/sign-in", { handle, password, device });
export const signInDemo = (handle: string): Promise<SignedIn> => post("/sign-in/demo", { handle });
export const recover = (handle: string, code: string, password: string, device: string): Promise<SignedIn> =>
  post("/recover", { handle, code, password, device });
export const signOut = (): Promise<void> => post("/sign-out");

export type PasskeyPurpose = "sign_up" | "add" | "sign_in";
export const passkeyOptions = (purpose: PasskeyPurpose, who: { handle?: string; name?: string } = {}): Promise<PasskeyOptions> =>
  post("/passkeys/options", { purpose, ...who });
export const passkeySignIn = (flow: string, credential: unknown, device: string): Promise<SignedIn> =>
  post("/passkeys/sign-in", { flow, credential, device });
export const addPasskey = (flow: string, credential: unknown, name: string): Promise<Passkey> =>
  post("/passkeys", { flow, credential, name });
export const passkeys = (): Promise<Passkey[]> => get("/passkeys");
export const deletePasskey = (id: string): Promise<void> => drop(`/passkeys/${part(id)}`);

/** On the new device, which is signed out: ask to be let in. Then `claimDeviceLink` every two seconds. */
export const askDeviceLink = (device: string): Promise<DeviceLink> => post("/device-links", { device });
export const claimDeviceLink = (id: string, secret: string): Promise<DeviceClaim> => post(`/device-links/${part(id)}/claim`, { secret });
/** On the device that is signed in: what asks to be let in, by the token in the link or by the code that was typed. */
export const findDeviceLink = (tokenOrCode: string): Promise<DeviceLinkLook> => get(`/device-links/by/${part(tokenOrCode)}`);
export const answerDeviceLink = (id: string, approve: boolean): Promise<void> =>
  post(`/device-links/${part(id)}/${approve ? "approve" : "refuse"}`);

export const sessions = (): Promise<Session[]> => get("/sessions");
export const endSession = (id: string): Promise<void> => drop(`/sessions/${part(id)}`);
export const endOtherSessions = (): Promise<void> => drop("/sessions");

// Me

export type MyChanges = { name?: string; status?: string | null; region?: string | null; language?: string; privacy?: Partial<Privacy> };
export const getMe = (): Promise<Me> => get("/me");
export const changeMe = (changes: MyChanges): Promise<Me> => patch("/me", changes);
export const setAvatar = (image: Blob): Promise<Me> => request("PUT", "/me/avatar", { raw: image });
export const removeAvatar = (): Promise<void> => drop("/me/avatar");
export const changePassword = (old: string, next: string): Promise<void> => post("/me/password", { old, new: next });
export const newRecoveryCodes = (password?: string): Promise<{ codes: string[] }> =>
  post("/me/recovery-codes", password === undefined ? {} : { password });

export const invites = (): Promise<Invite[]> => get("/invites");
export type NewInvite = { uses?: number; expires_in_s?: number; group?: ConversationId };
export const newInvite = (body: NewInvite = {}): Promise<Invite> => post("/invites", body);
export const revokeInvite = (id: string): Promise<void> => drop(`/invites/${part(id)}`);
export const lookAtInvite = (token: string): Promise<InviteLook> => get(`/invites/look/${part(token)}`);

// People and contacts

export const findByHandle = (handle: string): Promise<Person> => get("/people", { handle });
export const findByCode = (code: string): Promise<Person> => get("/people", { code });
export const person = (id: AccountId): Promise<Person> => get(`/people/${part(id)}`);
export const myCode = (): Promise<MyCode> => get("/my-code");
export const newMyCode = (): Promise<MyCode> => post("/my-code/reset");
/** The address of a QR code as an SVG image, for <img src>. At most 512 characters. */
export const qrUrl = (text: string): string => address("/qr", { text });

export const contacts = (): Promise<Contacts> => get("/contacts");
export type Asked = ContactRequest | { accepted: true; conversation: Conversation };
export const ask = (to: AccountId, greeting: string, via: RequestVia, code?: string): Promise<Asked> =>
  post("/contacts/requests", { to, greeting, via, ...(code === undefined ? {} : { code }) });
export const accept = (request: string): Promise<{ conversation: Conversation }> => post(`/contacts/requests/${part(request)}/accept`);
export const decline = (request: string): Promise<void> => post(`/contacts/requests/${part(request)}/decline`);
export const withdraw = (request: string): Promise<void> => drop(`/contacts/requests/${part(request)}`);
export const describe = (account: AccountId, changes: { remark?: string | null; tags?: string[] }): Promise<Contact> =>
  patch(`/contacts/${part(account)}`, changes);
export const removeContact = (account: AccountId): Promise<void> => drop(`/contacts/${part(account)}`);
export const block = (account: AccountId): Promise<void> => request("PUT", `/blocks/${part(account)}`);
export const unblock = (account: AccountId): Promise<void> => drop(`/blocks/${part(account)}`);
export const report = (body: Report): Promise<{ id: string }> => post("/reports", body);
/** The open reports, newest first, for operators. */
export const reports = (): Promise<{ reports: ReportRead[] }> => get("/operator/reports");
export const closeReport = (id: string): Promise<void> => post(`/operator/reports/${part(id)}/close`);

// Conversations and messages

/** What changed since a time the server gave before; 0 for everything. */
export const sync = (since: Millis): Promise<Sync> => get("/sync", { since });
export const startDirect = (account: AccountId): Promise<Conversation> => post("/conversations", { kind: "direct", with: account });
export const startGroup = (name: string, members: AccountId[]): Promise<Conversation> =>
  post("/conversations", { kind: "group", name, members });
export const startNotes = (): Promise<Conversation> => post("/conversations", { kind: "self" });
export const conversation = (id: ConversationId): Promise<ConversationDetails> => get(at(id));
export type GroupChanges = { name?: string; notice?: string | null; approval?: boolean; members_can_invite?: boolean };
export const changeGroup = (id: ConversationId, changes: GroupChanges): Promise<ConversationDetails> => patch(at(id), changes);
export const addMembers = (id: ConversationId, accounts: AccountId[]): Promise<ConversationDetails> => post(at(id, "/members"), { accounts });
/** Remove a member; removing oneself is leaving. */
export const removeMember = (id: ConversationId, account: AccountId): Promise<void> => drop(at(id, `/members/${part(account)}`));
export const changeMember = (id: ConversationId, account: AccountId, changes: { role?: Role; muted_for_s?: number }): Promise<ConversationDetails> =>
  patch(at(id, `/members/${part(account)}`), changes);
export const handOver = (id: ConversationId, account: AccountId): Promise<ConversationDetails> => post(at(id, "/owner"), { account });
export const newLink = (id: ConversationId, body: { expires_in_s?: number; uses?: number } = {}): Promise<GroupLink> =>
  post(at(id, "/link"), body);
export const endLink = (id: ConversationId): Promise<void> => drop(at(id, "/link"));
export const lookAtGroup = (token: string): Promise<JoinLook> => get(`/join/${part(token)}`);
export const join = (token: string): Promise<Joined> => post(`/join/${part(token)}`);
export const answerJoin = (id: ConversationId, request: string, yes: boolean): Promise<ConversationDetails> =>
  post(at(id, `/join-requests/${part(request)}`), { accept: yes });
export const setMine = (id: ConversationId, mine: Mine): Promise<Conversation> => patch(at(id, "/mine"), mine);
export const clearConversation = (id: ConversationId): Promise<void> => post(at(id, "/clear"));
export const receipts = (id: ConversationId): Promise<{ members: Receipt[] }> => get(at(id, "/receipts"));

/** Where a page of history lies: strictly before or after a seq, or on both sides of it. */
export type Where = { before: Seq } | { after: Seq } | { around: Seq };
export const messages = (id: ConversationId, where: Where, limit: number): Promise<Page> => get(at(id, "/messages"), { ...where, limit });
/** Entries between two seqs that say something about other entries. */
export const refs = (id: ConversationId, after: Seq, before: Seq): Promise<Page> => get(at(id, "/refs"), { after, before });
export const message = (id: ConversationId, seq: Seq): Promise<Message> => get(at(id, `/messages/${seq}`));
export type Intention = { nonce: string; card: Card; reply?: Seq | null };
export const send = (id: ConversationId, body: Intention): Promise<Message> => post(at(id, "/messages"), body);
export const recall = (id: ConversationId, seq: Seq): Promise<Message> => post(at(id, `/messages/${seq}/recall`));
export function react(id: ConversationId, seq: Seq, emoji: string): Promise<Message> {
  if (!emoji) return drop(at(id, `/messages/${seq}/reaction`));
  return signOf(emoji)?.react(id, seq, emoji) ?? request("PUT", at(id, `/messages/${seq}/reaction`), { body: { emoji } });
}
export const edit = (id: ConversationId, seq: Seq, text: string, mentions: Mention[]): Promise<{ entry: Message; message: Message }> =>
  patch(at(id, `/messages/${seq}`), { text, mentions });
export const versions = (id: ConversationId, seq: Seq): Promise<{ versions: { at: Millis; text: string }[] }> =>
  get(at(id, `/messages/${seq}/versions`));
export const pin = (id: ConversationId, seq: Seq, yes: boolean): Promise<Conversation> =>
  request(yes ? "PUT" : "DELETE", at(id, `/pins/${seq}`));
export const setTimer = (id: ConversationId, after_ms: Millis): Promise<Conversation> => request("PUT", at(id, "/timer"), { body: { after_ms } });
export type Onward = { seqs: Seq[]; to: ConversationId[]; nonce: string; merged: boolean; origin: boolean };
export const forward = (id: ConversationId, body: Onward): Promise<{ messages: Message[] }> => post(at(id, "/forward"), body);
export const shareContact = (id: ConversationId, account: AccountId, nonce: string): Promise<Message> =>
  post(at(id, "/contact-cards"), { account, nonce });
export const favourite = (id: ConversationId, seq: Seq, yes: boolean): Promise<void> =>
  request(yes ? "PUT" : "DELETE", `/favourites/${part(id)}/${seq}`);
export const favourites = (cursor?: string): Promise<Shelf> => get("/favourites", { cursor });

// What follows me over my devices

export const keepDraft = (id: ConversationId, draft: KeptDraft["draft"]): Promise<KeptDraft> =>
  request("PUT", at(id, "/draft"), { body: draft });
export const sendLater = (id: ConversationId, body: { card: Card; send_at: Millis; reply?: Seq | null }): Promise<Scheduled> =>
  post(at(id, "/scheduled"), body);
export const scheduled = (): Promise<{ scheduled: Scheduled[] }> => get("/scheduled");
export const reschedule = (id: string, changes: { card?: Card; send_at?: Millis }): Promise<Scheduled> =>
  patch(`/scheduled/${part(id)}`, changes);
export const sendNow = (id: string): Promise<void> => post(`/scheduled/${part(id)}/send`);
export const cancelScheduled = (id: string): Promise<void> => drop(`/scheduled/${part(id)}`);
export const decide = (changes: { folders?: Folder[]; quiet?: Quiet }): Promise<Preferences> => patch("/preferences", changes);

export type Search = { q: string; conversation?: ConversationId; sender?: AccountId; after?: Millis; before?: Millis; cursor?: string };
export const search = (query: Search, signal?: AbortSignal): Promise<SearchPage> => get("/search", query, signal);

// Imports and media

export type ImportOptions = { name?: string; time_zone?: string; date_order?: DateOrder; chat?: number };
/** Hand over an export for a dry run: it reports what it read and stores no message yet. */
export const readFile = (file: Blob, options: ImportOptions = {}, signal?: AbortSignal): Promise<Import> =>
  request("POST", "/imports", { raw: file, query: options, signal });
export const imports = (): Promise<Import[]> => get("/imports");
export const getImport = (id: string): Promise<Import> => get(`/imports/${part(id)}`);
/** Read the same upload again, in another way. */
export const readAgain = (id: string, change: Omit<ImportOptions, "name">): Promise<Import> => post(`/imports/${part(id)}/read`, change);
export const runImport = (id: string, people: Record<string, AccountId> = {}): Promise<Import> =>
  post(`/imports/${part(id)}/run`, { people });
export const dropImport = (id: string): Promise<void> => drop(`/imports/${part(id)}`);
export const claims = (): Promise<Claim[]> => get("/imports/claims");
export const answerClaim = (id: string, yes: boolean): Promise<void> => post(`/imports/claims/${part(id)}`, { accept: yes });

/** The stable address of a picture, for <img src>; it answers with a redirect to a signed link. */
export const media = (blob: BlobId, size: "avatar" | "thumb" | "full" | "original" | "video" | "voice" | "voice_aac"): string => address(`/media/${part(blob)}/${size}`);
