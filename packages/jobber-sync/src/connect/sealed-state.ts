import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  type KeyObject,
  randomBytes,
} from "node:crypto";

/** The state of one OAuth flow, kept in the browser's cookie, encrypted. */
export interface ConnectState {
  readonly tenant: string;
  /** Sent to Jobber and returned by it. */
  readonly state: string;
  /** The PKCE verifier. Never leaves the cookie and the token request. */
  readonly codeVerifier: string;
  readonly redirectUri: string;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Encrypts and decrypts the state of OAuth flows. */
export interface StateSealer {
  /** Returns the state as text for a cookie: base64url, encrypted and authenticated. */
  seal(state: ConnectState): string;
  /**
   * Returns the state, or `null` for text that no key of this sealer wrote. Does not check
   * `expiresAt`.
   */
  open(text: string): ConnectState | null;
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
const PURPOSE = "jobber-sync connect state v1";

/**
 * Creates the sealer for the state cookie: AES-256-GCM under keys derived from `keys` for this
 * purpose alone, so that a cookie never decrypts as a stored token, nor a token as a cookie.
 *
 * @param keys the first seals, all open
 */
export function createStateSealer(keys: readonly KeyObject[]): StateSealer {
  const derived = keys.map((key) => createHmac("sha256", key).update(PURPOSE).digest());
  const [current] = derived;
  if (current === undefined) throw new TypeError("createStateSealer needs at least one key.");

  return {
    seal(state) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", current, iv);
      const sealed = [iv, cipher.update(JSON.stringify(state), "utf8"), cipher.final()];
      return Buffer.concat([...sealed, cipher.getAuthTag()]).toString("base64url");
    },

    open(text) {
      const sealed = Buffer.from(text, "base64url");
      if (sealed.length <= IV_BYTES + TAG_BYTES) return null;
      for (const key of derived) {
        const state = decrypt(key, sealed);
        if (state !== null) return state;
      }
      return null;
    },
  };
}

function decrypt(key: Buffer, sealed: Buffer): ConnectState | null {
  try {
    const decipher = createDecipheriv("aes-256-gcm", key, sealed.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    const plain = [decipher.update(sealed.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()];
    // Authenticated: only `seal` can have written it.
    return JSON.parse(Buffer.concat(plain).toString("utf8")) as ConnectState;
  } catch {
    return null;
  }
}
