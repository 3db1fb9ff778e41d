import { createSecretKey, type KeyObject } from "node:crypto";
import { prepareHmac } from "./hmac-sha256.ts";
import { createPreparedSecrets, isPrepared, type PreparedSecrets } from "./prepared-secrets.ts";

/**
 * A secret: text, whose UTF-8 bytes are the key, or the key's bytes. Jobber's key is the text of
 * the OAuth client secret, see docs/jobber-facts.md#signature.
 */
export type Secret = string | Uint8Array;

/** A secret that is reported by its name when it matches. */
export interface NamedSecret {
  readonly name: string;
  readonly value: Secret;
}

/** One secret, several, several with names, or the result of {@link prepareSecrets}. */
export type Secrets = Secret | readonly Secret[] | readonly NamedSecret[] | PreparedSecrets;

/** Options for `prepareSecrets` and `signPayload`. */
export interface SecretOptions {
  /**
   * Accepts secrets with white space, a line ending, an invisible character or quotes around them.
   * Without this option such a secret is a `TypeError`: it almost always comes from a file or a
   * settings form, and no signature would ever match.
   *
   * @default false
   */
  readonly allowUntrimmed?: boolean | undefined;
}

/** Length of the shortest accepted secret, in bytes. Jobber's are longer. */
const MIN_SECRET_BYTES = 16;

/**
 * Checks secrets and prepares their keys once, for many calls of `verifySignature`.
 *
 * @throws {TypeError} if there is no secret, or one is blank, shorter than 16 bytes, surrounded by
 * white space, invisible characters or quotes, or neither text nor bytes. A missing secret never
 * means "accept everything".
 */
export function prepareSecrets(secrets: Secrets, options: SecretOptions = {}): PreparedSecrets {
  if (isPrepared(secrets)) return secrets;
  const list: readonly (Secret | NamedSecret)[] = Array.isArray(secrets) ? secrets : [secrets];
  if (list.length === 0)
    throw new TypeError("No secret given: pass the OAuth client secret of the Jobber app.");
  return createPreparedSecrets(
    list.map((item, index) => {
      const [id, label, value] = isNamed(item)
        ? [item.name, `"${item.name}"`, item.value]
        : [index, `number ${index}`, item];
      const key = prepareKey(value, label, options);
      return { id, key, hmac: prepareHmac(key) };
    }),
  );
}

/**
 * Checks one secret and creates its key.
 *
 * @param label names the secret in the error, which never contains the secret itself
 * @throws {TypeError} like {@link prepareSecrets}
 */
export function prepareKey(
  secret: unknown,
  label = "given",
  { allowUntrimmed = false }: SecretOptions = {},
): KeyObject {
  if (typeof secret !== "string" && !(secret instanceof Uint8Array)) {
    throw new TypeError(
      `The secret ${label} is ${secret === null ? "null" : typeof secret}, not a string. Is the environment variable set?`,
    );
  }
  if (typeof secret === "string" && secret.trim() === "") {
    throw new TypeError(`The secret ${label} is empty. Is the environment variable set?`);
  }
  const bytes = Buffer.from(secret as string);
  const wrapping = allowUntrimmed ? null : wrappingOf(secret);
  if (wrapping !== null) {
    throw new TypeError(
      `The secret ${label} has ${wrapping} around it. Remove it where the secret is stored, or prepare the secret with allowUntrimmed if it belongs there.`,
    );
  }
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new TypeError(
      `The secret ${label} has ${bytes.length} bytes; a Jobber client secret has at least ${MIN_SECRET_BYTES}.`,
    );
  }
  return createSecretKey(bytes);
}

// A format character (zero-width space, byte order mark) or a control character (NUL, escape).
const INVISIBLE = /^[\p{Cf}\p{Cc}]|[\p{Cf}\p{Cc}]$/u;

/** Returns what surrounds a secret that was not copied cleanly; `null` if it stands alone. */
function wrappingOf(secret: string | Uint8Array): string | null {
  const text = typeof secret === "string" ? secret : printable(secret);
  if (text === null) return null;
  // The two characters "\n" come from tools that escape the value of a variable.
  if (/^[\r\n]|[\r\n]$|\\[rn]$/.test(text)) return "a line ending";
  if (text.trim() !== text) return "white space";
  if (INVISIBLE.test(text)) return "an invisible character";
  return /^(["'`]).*\1$|^[“”„].*[“”]$|^[‘’‚].*[‘’]$|^[«‹].*[»›]$/s.test(text)
    ? "a pair of quotes"
    : null;
}

/** Bytes read from a text file are as suspicious as text; a random key is hardly ever all ASCII. */
function printable(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString("utf8");
  return /^\uFEFF?[\t\r\n -~]+$/.test(text) ? text : null;
}

function isNamed(item: Secret | NamedSecret): item is NamedSecret {
  return typeof item === "object" && item !== null && !(item instanceof Uint8Array);
}
