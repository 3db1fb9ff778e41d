import { createHash, createSecretKey, type KeyObject } from "node:crypto";

/** A secret as text (its UTF-8 bytes are the key, as with Jobber's OAuth client secret, F1.4) or as the key's bytes. */
export type Secret = string | Uint8Array;

/** A secret that is reported by its name when it matches. */
export interface NamedSecret {
  readonly name: string;
  readonly value: Secret;
}

/** One secret, several, several with names, or what {@link prepareSecrets} made of them. */
export type Secrets = Secret | readonly Secret[] | readonly NamedSecret[] | PreparedSecrets;

/** Shortest secret in bytes. Jobber's are longer; a shorter one is a placeholder or an accident. */
export const MIN_SECRET_BYTES = 16;

/** Secrets whose keys are ready to use. Opaque: it neither prints nor serialises what it holds. */
export class PreparedSecrets {
  readonly #entries: readonly PreparedSecret[];

  /** @internal Use {@link prepareSecrets}. */
  constructor(entries: readonly PreparedSecret[]) {
    this.#entries = entries;
  }

  /** @internal */
  static entriesOf(prepared: PreparedSecrets): readonly PreparedSecret[] {
    return prepared.#entries;
  }

  /** @internal */
  static countOf(prepared: PreparedSecrets): number {
    return prepared.#entries.length;
  }

  /** @internal Equal for equal secrets: for finding those in common. */
  static fingerprintsOf(prepared: PreparedSecrets): readonly string[] {
    return prepared.#entries.map(({ key }) =>
      createHash("sha256").update(key.export()).digest("base64"),
    );
  }
}

/** @internal */
export interface PreparedSecret {
  readonly id: string | number;
  readonly key: KeyObject;
}

/**
 * Checks secrets and prepares their keys, once, for many calls of `verifySignature`.
 *
 * @throws {TypeError} when there is none, or one is empty, blank, shorter than 16 bytes or neither text nor bytes. A missing secret never
 * means "accept everything".
 */
export function prepareSecrets(secrets: Secrets): PreparedSecrets {
  if (secrets instanceof PreparedSecrets) return secrets;
  const list: readonly (Secret | NamedSecret)[] = Array.isArray(secrets) ? secrets : [secrets];
  if (list.length === 0)
    throw new TypeError("No secret given: pass the OAuth client secret of the Jobber app.");
  const entries = list.map((item, index): PreparedSecret => {
    const named = isNamed(item);
    return {
      id: named ? item.name : index,
      key: prepareKey(named ? item.value : item, named ? `"${item.name}"` : `number ${index}`),
    };
  });
  return new PreparedSecrets(entries);
}

/** Checks one secret and makes its key. `label` names it in the error; the secret itself is never shown. */
export function prepareKey(secret: unknown, label = "given"): KeyObject {
  if (typeof secret !== "string" && !(secret instanceof Uint8Array)) {
    throw new TypeError(
      `The secret ${label} is ${secret === null ? "null" : typeof secret}, not a string. Is the environment variable set?`,
    );
  }
  if (typeof secret === "string" && secret.trim() === "") {
    throw new TypeError(`The secret ${label} is empty. Is the environment variable set?`);
  }
  const bytes = Buffer.from(secret as string);
  if (bytes.length < MIN_SECRET_BYTES) {
    throw new TypeError(
      `The secret ${label} has ${bytes.length} bytes; a Jobber client secret has at least ${MIN_SECRET_BYTES}.`,
    );
  }
  return createSecretKey(bytes);
}

function isNamed(item: Secret | NamedSecret): item is NamedSecret {
  return typeof item === "object" && item !== null && !(item instanceof Uint8Array);
}
