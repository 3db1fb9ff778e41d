import crypto, { createHmac, createSecretKey, randomFillSync } from "node:crypto";
import { seededRandom } from "@jobber-sync/testing/contracts";
import { describe, expect, it, vi } from "vitest";
import { prepareHmac } from "../../src/signature/hmac-sha256.ts";

const TIMEOUT_MS = 600_000;

/** The number of random keys and bodies, and the largest body. */
export interface HmacCases {
  readonly pairs: number;
  readonly longestBody: number;
}

/** Compares `prepareHmac` with `createHmac`. */
export function hmacCases({ pairs, longestBody }: HmacCases): void {
  const random = seededRandom(20);
  const int = (below: number) => Math.floor(random() * below);
  const noise = randomFillSync(Buffer.alloc(longestBody));

  describe("prepareHmac", () => {
    it(
      `returns what createHmac returns for ${pairs} random keys and bodies`,
      () => {
        for (let pair = 0; pair < pairs; pair += 1) {
          const secret = slice(16 + int(185));
          check(secret, slice(int(700)));
        }
      },
      TIMEOUT_MS,
    );

    it("returns it for every length of key from 16 to 200 bytes", () => {
      for (let length = 16; length <= 200; length += 1) check(slice(length), slice(length * 3));
    });

    it("returns it for bodies around every boundary of the algorithm, and for large ones", () => {
      const secret = slice(32);
      const edges = [0, 55, 56, 63, 64, 65, 119, 120, 128, 16_383, 16_384, 16_385];
      for (const length of [...edges, longestBody])
        check(secret, noise.subarray(0, Math.min(length, longestBody)));
    });

    it("keeps the keys of several secrets apart", () => {
      const body = slice(100);
      const prepared = [slice(16), slice(64), slice(65)].map((secret) => ({
        secret,
        hmac: prepareHmac(createSecretKey(secret)),
      }));
      for (const { secret, hmac } of [...prepared, ...prepared.toReversed()])
        expect(hmac(body)).toBe(byNode(secret, body));
    });

    it("uses crypto.hash for bodies that it may copy, and createHmac for longer ones", () => {
      const hmac = prepareHmac(createSecretKey(slice(32)));
      const hash = vi.spyOn(crypto, "hash");
      hmac(slice(16_384));
      expect(hash).toHaveBeenCalledTimes(2);
      hmac(slice(16_385));
      expect(hash).toHaveBeenCalledTimes(2);
      hash.mockRestore();
    });

    it.each([
      ["is missing", undefined],
      ["returns something else", () => "wrong"],
    ])("uses createHmac where crypto.hash %s", async (_, replacement) => {
      vi.resetModules();
      const original = crypto.hash;
      Object.assign(crypto, { hash: replacement });
      try {
        const fresh = await import("../../src/signature/hmac-sha256.ts");
        const secret = slice(40);
        const body = slice(200);
        expect(fresh.prepareHmac(createSecretKey(secret))(body)).toBe(byNode(secret, body));
      } finally {
        Object.assign(crypto, { hash: original });
        vi.resetModules();
      }
    });
  });

  function slice(length: number): Buffer {
    const start = int(longestBody - Math.min(length, longestBody) + 1);
    return noise.subarray(start, start + length);
  }
}

function check(secret: Uint8Array, body: Uint8Array): void {
  const actual = prepareHmac(createSecretKey(secret))(body);
  const expected = byNode(secret, body);
  if (actual !== expected) expect({ secret, body, actual }).toBe(expected);
}

function byNode(secret: Uint8Array, body: Uint8Array): string {
  return createHmac("sha256", secret).update(body).digest("base64");
}
