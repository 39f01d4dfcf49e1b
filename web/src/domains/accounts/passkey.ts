// Passkeys: the server's WebAuthn JSON to the browser and back. Written out, since the browser's own parsers are younger than our phones.
import * as api from "../../kit/api";
import type { PasskeyAnswer, PasskeyOptions } from "../../kit/wire";

type Json = Record<string, unknown>;

/** Can this page use passkeys at all? Browsers allow them on HTTPS and on localhost only. */
export const hasPasskeys = (): boolean => isSecureContext && "credentials" in navigator && "PublicKeyCredential" in window;

function bytes(text: unknown): Uint8Array<ArrayBuffer> {
  const plain = atob(String(text).replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
}

function text(buffer: ArrayBuffer | null): string | undefined {
  if (!buffer) return undefined;
  const plain = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join("");
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

const named = (list: unknown): PublicKeyCredentialDescriptor[] | undefined =>
  Array.isArray(list) ? list.map((one: Json) => ({ ...one, id: bytes(one.id) }) as unknown as PublicKeyCredentialDescriptor) : undefined;

/** Make a passkey. Throws the browser's DOMException when the person changes their mind. */
export async function createPasskey(purpose: "sign_up" | "add", about: { handle?: string; name?: string }): Promise<PasskeyAnswer> {
  const { flow, options } = await api.passkeyOptions(purpose, about);
  const said = options as Json & { user: Json };
  const publicKey = {
    ...said,
    challenge: bytes(said.challenge),
    user: { ...said.user, id: bytes(said.user.id) },
    excludeCredentials: named(said.excludeCredentials),
  } as unknown as PublicKeyCredentialCreationOptions;
  const made = (await navigator.credentials.create({ publicKey })) as PublicKeyCredential;
  const answer = made.response as AuthenticatorAttestationResponse;
  const response = {
    clientDataJSON: text(answer.clientDataJSON),
    attestationObject: text(answer.attestationObject),
    transports: answer.getTransports?.() ?? [],
  };
  return { flow, credential: { ...outer(made), response } };
}

/** Use a passkey of this device. Throws the browser's DOMException when the person changes their mind. */
export const usePasskey = async (): Promise<PasskeyAnswer> => answerPasskey(await api.passkeyOptions("sign_in", {}));

/** Answer what the server asked with a passkey of this device. Throws as `usePasskey` does. */
export async function answerPasskey({ flow, options }: PasskeyOptions): Promise<PasskeyAnswer> {
  const said = options as Json;
  const publicKey = {
    ...said,
    challenge: bytes(said.challenge),
    allowCredentials: named(said.allowCredentials),
  } as unknown as PublicKeyCredentialRequestOptions;
  const found = (await navigator.credentials.get({ publicKey })) as PublicKeyCredential;
  const answer = found.response as AuthenticatorAssertionResponse;
  const response = {
    clientDataJSON: text(answer.clientDataJSON),
    authenticatorData: text(answer.authenticatorData),
    signature: text(answer.signature),
    userHandle: text(answer.userHandle),
  };
  return { flow, credential: { ...outer(found), response } };
}

function outer(credential: PublicKeyCredential): Json {
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    authenticatorAttachment: credential.authenticatorAttachment ?? undefined,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

/** Did the person close the browser's passkey window? That is no error. */
export const changedMind = (error: unknown): boolean =>
  error instanceof DOMException && (error.name === "NotAllowedError" || error.name === "AbortError");
