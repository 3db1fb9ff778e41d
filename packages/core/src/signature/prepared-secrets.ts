import { createHash, type KeyObject } from "node:crypto";
import type { Hmac } from "./hmac-sha256.ts";

declare const brand: unique symbol;

/**
 * Secrets whose keys are ready to use, from `prepareSecrets`. Opaque: the keys cannot be reached,
 * printed or serialized through the object.
 */
export interface PreparedSecrets {
  readonly [brand]: "PreparedSecrets";
}

/** One secret, ready to use. */
export interface PreparedSecret {
  /** The secret's name, or its index if it has none. */
  readonly id: string | number;
  readonly key: KeyObject;
  /** The HMAC with this key. */
  readonly hmac: Hmac;
}

interface Contents {
  readonly secrets: readonly PreparedSecret[];
  fingerprints?: readonly string[];
}

// Outside the objects, so that neither a property nor a constructor leads from one to its keys.
const contents = new WeakMap<object, Contents>();

/** Creates the opaque object for `secrets`. */
export function createPreparedSecrets(secrets: readonly PreparedSecret[]): PreparedSecrets {
  const prepared = Object.freeze({}) as PreparedSecrets;
  contents.set(prepared, { secrets });
  return prepared;
}

/** Returns whether `value` is from {@link createPreparedSecrets}. */
export function isPrepared(value: unknown): value is PreparedSecrets {
  return typeof value === "object" && value !== null && contents.has(value);
}

/** Returns the secrets behind `prepared`. */
export function entriesOf(prepared: PreparedSecrets): readonly PreparedSecret[] {
  return contents.get(prepared)?.secrets ?? [];
}

/** Returns one hash per secret, equal for equal secrets: for finding secrets in common. */
export function fingerprintsOf(prepared: PreparedSecrets): readonly string[] {
  const held = contents.get(prepared);
  if (held === undefined) return [];
  held.fingerprints ??= held.secrets.map(({ key }) =>
    createHash("sha256").update(key.export()).digest("base64"),
  );
  return held.fingerprints;
}
