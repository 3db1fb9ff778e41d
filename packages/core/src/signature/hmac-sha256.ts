import crypto, { createHmac, createSecretKey, type KeyObject } from "node:crypto";

/** Returns the HMAC-SHA256 of a body in padded base64. */
export type Hmac = (body: Uint8Array) => string;

// Two one-shot hashes take half the time of createHmac, which allocates a native object and a
// stream per call: verifying and parsing 200 bytes takes a third less. See RFC 2104.
const BLOCK = 64;
const DIGEST = 32;
/** Longest body that is copied behind the padded key. Hashing dwarfs createHmac's cost beyond. */
const LONGEST = 16 * 1024;
// Safe to share: there is no `await` between write and hash.
const inner = Buffer.alloc(BLOCK + LONGEST);
const outer = Buffer.alloc(BLOCK + DIGEST);

/** Prepares the HMAC of a key. */
export function prepareHmac(key: KeyObject): Hmac {
  return isOneShotRight() ? oneShot(key) : (body) => plain(key, body);
}

function plain(key: KeyObject, body: Uint8Array): string {
  return createHmac("sha256", key).update(body).digest("base64");
}

function oneShot(key: KeyObject): Hmac {
  const secret = key.export();
  const block = Buffer.alloc(BLOCK);
  block.set(secret.length > BLOCK ? crypto.hash("sha256", secret, "buffer") : secret);
  const innerKey = block.map((byte) => byte ^ 0x36);
  const outerKey = block.map((byte) => byte ^ 0x5c);
  return (body) => {
    if (body.byteLength > LONGEST) return plain(key, body);
    inner.set(innerKey);
    inner.set(body, BLOCK);
    const text = inner.subarray(0, BLOCK + body.byteLength);
    outer.set(outerKey);
    outer.write(crypto.hash("sha256", text, "binary"), BLOCK, "latin1");
    return crypto.hash("sha256", outer, "base64");
  };
}

let right: boolean | undefined;

/** Compares the two with keys around the block size, once per process. */
function isOneShotRight(): boolean {
  right ??=
    typeof crypto.hash === "function" &&
    [16, BLOCK, BLOCK + 1].every((length) => {
      const key = createSecretKey(Buffer.alloc(length, 0xa5));
      return [0, 200].every((bytes) => {
        const body = Buffer.alloc(bytes, 0x5a);
        return oneShot(key)(body) === plain(key, body);
      });
    });
  return right;
}
