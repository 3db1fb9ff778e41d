import {
  createCipheriv,
  createDecipheriv,
  createSecretKey,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { JobberSyncError } from "../errors.ts";
import type { Connection, TokenStore } from "./token-store.ts";

/** A key for tokens at rest. */
export interface TokenKey {
  /** Stored with the ciphertext, so that keys can be rotated. Letters, digits, `_` and `-`. */
  readonly id: string;
  /** 32 bytes, raw or as base64. Keep it in a secret manager, never in the database it protects. */
  readonly key: Uint8Array | string;
}

type TokenField = "accessToken" | "refreshToken";

const FORMAT = "v1";
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Wraps a token store so that it holds only ciphertext: AES-256-GCM with a random nonce, and tenant
 * and field as associated data. A ciphertext that was moved to another tenant's row, or to the
 * other field, does not decrypt.
 *
 * To roll a key, put the new one first and keep the old one until every row was rewritten. Tokens
 * in use are rewritten at least once an hour.
 *
 * @param keys the first one encrypts, all decrypt
 * @throws {TypeError} without a key, for a key that is not 32 bytes, and for an invalid or repeated
 * id
 *
 * @example
 * ```ts
 * import { randomBytes } from "node:crypto";
 * import { createMemoryTokenStore, encryptTokens } from "@jobber-sync/core";
 *
 * const keys = [{ id: "2026-01", key: randomBytes(32) }];
 * const tokens = encryptTokens(createMemoryTokenStore(), keys);
 * ```
 */
export function encryptTokens(store: TokenStore, keys: readonly TokenKey[]): TokenStore {
  const byId = new Map<string, KeyObject>();
  for (const { id, key } of keys) {
    if (!/^[\w-]{1,64}$/.test(id))
      throw new TypeError("A token key needs an id of letters, digits, _ and -.");
    if (byId.has(id)) throw new TypeError(`Two token keys have the id "${id}".`);
    byId.set(id, prepareKey(id, key));
  }
  const current = keys[0]?.id;
  if (current === undefined) throw new TypeError("encryptTokens needs at least one key.");

  function encrypt(tenant: string, field: TokenField, token: string): string {
    const id = current as string;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", byId.get(id) as KeyObject, iv);
    cipher.setAAD(associatedData(id, tenant, field));
    const sealed = Buffer.concat([
      iv,
      cipher.update(token, "utf8"),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
    return `${FORMAT}.${id}.${sealed.toString("base64url")}`;
  }

  function decrypt(tenant: string, field: TokenField, text: string): string {
    const [format, id = "", data = "", ...rest] = text.split(".");
    const key = byId.get(id);
    const sealed = Buffer.from(data, "base64url");
    if (format !== FORMAT || rest.length > 0 || sealed.length < IV_BYTES + TAG_BYTES)
      throw undecipherable();
    if (key === undefined)
      throw undecipherable(` The key "${id}" was not passed to encryptTokens.`);
    try {
      const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(associatedData(id, tenant, field));
      decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
      const open = [decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
      return Buffer.concat(open).toString("utf8");
    } catch {
      throw undecipherable();
    }
  }

  function mapTokens(connection: Connection, map: typeof encrypt): Connection {
    const { tenant, accessToken, refreshToken } = connection;
    return {
      ...connection,
      accessToken: map(tenant, "accessToken", accessToken),
      refreshToken: map(tenant, "refreshToken", refreshToken),
    };
  }

  return {
    async read(tenant) {
      const row = await store.read(tenant);
      // The requested tenant, not the row's: a row copied from another tenant must not decrypt.
      return row === null ? null : mapTokens({ ...row, tenant }, decrypt);
    },
    write: async (connection, expected) => store.write(mapTokens(connection, encrypt), expected),
    remove: (tenant) => store.remove(tenant),
    tenants: () => store.tenants(),
    byAccount: (accountId) => store.byAccount(accountId),
  };
}

function prepareKey(id: string, key: unknown): KeyObject {
  const bytes = typeof key === "string" ? Buffer.from(key, "base64") : key;
  if (!(bytes instanceof Uint8Array) || bytes.length !== KEY_BYTES) {
    throw new TypeError(`The token key "${id}" is not ${KEY_BYTES} bytes, raw or as base64.`);
  }
  return createSecretKey(bytes);
}

function associatedData(keyId: string, tenant: string, field: TokenField): Buffer {
  return Buffer.from(JSON.stringify(["jobber-sync", FORMAT, keyId, tenant, field]));
}

function undecipherable(detail = ""): JobberSyncError {
  return new JobberSyncError(
    "ERR_TOKEN_DECRYPT",
    `A stored token cannot be decrypted: it was written with another key, for another tenant, or unencrypted.${detail}`,
  );
}
