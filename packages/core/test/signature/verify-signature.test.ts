import { execFileSync } from "node:child_process";
import { KeyObject, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { prepareSecrets, type Secrets, signPayload, verifySignature } from "@jobber-sync/core";
import type { SignatureHeader } from "@jobber-sync/core/signature";
import { describe, expect, it } from "vitest";

const SECRET = "the OAuth client secret";
const BODY = new TextEncoder().encode('{"data":{"webHookEvent":{"topic":"CLIENT_CREATE"}}}');
const SIGNATURE = signPayload(BODY, SECRET);

function codeOf(
  header: SignatureHeader,
  secrets: Secrets = SECRET,
  body: Uint8Array = BODY,
): unknown {
  try {
    return verifySignature(body, header, secrets).secret;
  } catch (error) {
    return error instanceof Error && "code" in error ? error.code : error;
  }
}

/** HMAC-SHA256 in base64, computed by the OpenSSL program. */
function opensslSignature(body: Uint8Array, secret: string): string {
  const key = Buffer.from(secret).toString("hex");
  const args = ["dgst", "-sha256", "-mac", "HMAC", "-macopt", `hexkey:${key}`, "-binary"];
  return execFileSync("openssl", args, { input: body }).toString("base64");
}

function hasOpenssl(): boolean {
  try {
    execFileSync("openssl", ["version"]);
    return true;
  } catch {
    return false;
  }
}

describe("verifySignature", () => {
  it("accepts a body signed by signPayload and returns the index of the secret", () => {
    expect(verifySignature(BODY, SIGNATURE, SECRET)).toEqual({ secret: 0 });
  });

  it("agrees with a signature computed by OpenSSL", () => {
    // printf '{"event":"job.updated"}' | openssl dgst -sha256 -hmac 'sixteen bytes or more' -binary
    // | base64
    const body = new TextEncoder().encode('{"event":"job.updated"}');
    const signature = "s/YfgaFr5E4FIvUEpZEiNKNVj4Sp48sdfRc4l3u763o=";
    expect(signPayload(body, "sixteen bytes or more")).toBe(signature);
    expect(verifySignature(body, signature, "sixteen bytes or more")).toEqual({ secret: 0 });
  });

  if (hasOpenssl()) {
    it.each([0, 1, 63, 64, 65, 1000, 100_000])(
      "agrees with OpenSSL on %i random bytes",
      (length) => {
        const body = randomBytes(length);
        const signature = opensslSignature(body, SECRET);
        expect(signPayload(body, SECRET)).toBe(signature);
        expect(codeOf(signature, SECRET, body)).toBe(0);
      },
    );
  }

  it("trims spaces and tabs around the header, but nothing else", () => {
    expect(codeOf(` \t${SIGNATURE}\t `)).toBe(0);
    expect(codeOf(`${SIGNATURE}\n`)).toBe("ERR_SIGNATURE_MALFORMED");
    expect(codeOf(`\u00a0${SIGNATURE}`)).toBe("ERR_SIGNATURE_MALFORMED");
  });

  it("accepts an array of one value, and no other array", () => {
    expect(codeOf([SIGNATURE])).toBe(0);
    expect(codeOf([SIGNATURE, SIGNATURE])).toBe("ERR_SIGNATURE_MALFORMED");
    expect(codeOf([])).toBe("ERR_SIGNATURE_MALFORMED");
  });

  it.each([undefined, null, ""])("reports %j as missing", (header) => {
    expect(codeOf(header)).toBe("ERR_SIGNATURE_MISSING");
  });

  it.each([
    ["too short", "abc"],
    ["hexadecimal", Buffer.from(SIGNATURE, "base64").toString("hex")],
    ["with a scheme", `sha256=${SIGNATURE}`],
    ["without padding", SIGNATURE.slice(0, -1)],
    ["url-safe", `-_${SIGNATURE.slice(2)}`],
    ["two values", `${SIGNATURE}, ${SIGNATURE}`],
    ["not ASCII", `é${SIGNATURE.slice(1)}`],
    ["wide characters", "\u{1F512}".repeat(22)],
    ["10 kB", "A".repeat(10_000)],
    ["blank", "   "],
    ["32 bytes in another spelling of the last character", SIGNATURE.replace(/.=$/, "B=")],
  ])("rejects a header that is %s as malformed", (_, header) => {
    expect(codeOf(header)).toBe("ERR_SIGNATURE_MALFORMED");
  });

  it("rejects another body, another secret and a changed signature", () => {
    expect(codeOf(SIGNATURE, SECRET, new TextEncoder().encode("{}"))).toBe(
      "ERR_SIGNATURE_MISMATCH",
    );
    expect(codeOf(SIGNATURE, "another secret of length")).toBe("ERR_SIGNATURE_MISMATCH");
    expect(
      codeOf(SIGNATURE.startsWith("A") ? `B${SIGNATURE.slice(1)}` : `A${SIGNATURE.slice(1)}`),
    ).toBe("ERR_SIGNATURE_MISMATCH");
  });

  it("tries every secret and returns the name of the one that matched", () => {
    const other = "another secret of length";
    expect(codeOf(SIGNATURE, [other, SECRET])).toBe(1);
    expect(
      codeOf(SIGNATURE, [
        { name: "old", value: other },
        { name: "new", value: SECRET },
      ]),
    ).toBe("new");
    expect(codeOf(SIGNATURE, prepareSecrets([SECRET, other]))).toBe(0);
    expect(codeOf(SIGNATURE, [other, `${other}!`])).toBe("ERR_SIGNATURE_MISMATCH");
  });

  it("accepts the secret as bytes", () => {
    expect(codeOf(SIGNATURE, new TextEncoder().encode(SECRET))).toBe(0);
  });

  it("throws a TypeError for a body that is not bytes", () => {
    expect(() => verifySignature("{}" as never, SIGNATURE, SECRET)).toThrow(TypeError);
    expect(() => verifySignature({} as never, SIGNATURE, SECRET)).toThrow(TypeError);
  });

  it("mentions neither the secret nor the signature in its errors", () => {
    for (const header of [
      SIGNATURE.replace(/^./, (first) => (first === "A" ? "B" : "A")),
      `x${SIGNATURE}`,
    ]) {
      try {
        verifySignature(BODY, header, SECRET);
        expect.unreachable();
      } catch (error) {
        const text = `${(error as Error).stack} ${JSON.stringify(error)}`;
        expect(text).not.toContain(SECRET);
        expect(text).not.toContain(SIGNATURE.slice(4, 20));
      }
    }
  });
});

describe("prepareSecrets", () => {
  it.each([
    ["empty", ""],
    ["blank", " "],
    ["15 bytes long", "x".repeat(15)],
    ["undefined", undefined],
    ["null", null],
    ["a number", 1234567890123456],
    ["no secret at all", []],
    ["one empty among good ones", ["", SECRET]],
    ["one undefined among good ones", [SECRET, undefined]],
    ["a nameless object", [{ value: "short" }]],
  ])("rejects secrets that are %s", (_, secrets) => {
    expect(() => prepareSecrets(secrets as never)).toThrow(TypeError);
  });

  it("accepts 16 bytes, counted as UTF-8", () => {
    expect(() => prepareSecrets("é".repeat(8))).not.toThrow();
  });

  it.each([
    ["a line ending", `${SECRET}\n`],
    ["a line ending", `${SECRET}\r\n`],
    ["a line ending", `${SECRET}\\n`],
    ["a line ending", `\n${SECRET}`],
    ["white space", ` ${SECRET}`],
    ["white space", `${SECRET}\t`],
    ["white space", `\u00a0${SECRET}`],
    ["white space", `\uFEFF${SECRET}`],
    ["quotes", `"${SECRET}"`],
    ["quotes", `'${SECRET}'`],
    ["quotes", `\u201c${SECRET}\u201d`],
    ["quotes", `\u00ab${SECRET}\u00bb`],
    ["an invisible character", `\u200b${SECRET}`],
    ["an invisible character", `${SECRET}\u2060`],
    ["an invisible character", `${SECRET}\0`],
    ["an invisible character", `\u001b[0m${SECRET}`],
    ["white space", Buffer.from(`\uFEFF${SECRET}`)],
    ["a line ending", Buffer.from(`${SECRET}\n`)],
    ["quotes", Buffer.from(`"${SECRET}"`)],
  ])("rejects a secret with %s around it, and names the problem", (what, secret) => {
    const named = { name: "acme", value: secret };
    for (const call of [
      () => prepareSecrets(secret),
      () => prepareSecrets([SECRET, secret as string]),
      () => prepareSecrets([named]),
      () => verifySignature(BODY, SIGNATURE, secret),
      () => signPayload(BODY, secret),
    ]) {
      expect(call).toThrow(TypeError);
      expect(call).toThrow(what);
      expect(call).not.toThrow(SECRET);
    }
    const signature = signPayload(BODY, secret, { allowUntrimmed: true });
    const prepared = prepareSecrets(secret, { allowUntrimmed: true });
    expect(verifySignature(BODY, signature, prepared)).toEqual({ secret: 0 });
  });

  it("accepts white space and quotes inside a secret, and random bytes that end with a newline", () => {
    expect(() => prepareSecrets('a "quoted" word, and spaces')).not.toThrow();
    expect(() => prepareSecrets(Uint8Array.of(...Array(31).fill(200), 10))).not.toThrow();
  });

  it("does not let the keys be reached through the prepared object", () => {
    const prepared = prepareSecrets([SECRET, { name: "old", value: SECRET }] as never);
    const seen = new Set<unknown>();
    const visit = (value: unknown): void => {
      if ((typeof value !== "object" && typeof value !== "function") || value === null) return;
      if (seen.has(value)) return;
      seen.add(value);
      for (const key of Reflect.ownKeys(value)) {
        const descriptor = Object.getOwnPropertyDescriptor(value, key);
        visit(descriptor?.value);
        visit(descriptor?.get);
      }
      visit(Object.getPrototypeOf(value));
    };
    visit(prepared);
    expect([...seen].filter((value) => value instanceof KeyObject)).toEqual([]);
    expect(prepared.constructor).toBe(Object);
    const shown = inspect(prepared, { showHidden: true, depth: 9 });
    for (const text of [JSON.stringify(prepared), String(prepared), shown])
      expect(text).not.toContain(SECRET);
  });
});

describe("signPayload", () => {
  it("returns 44 characters of padded base64", () => {
    expect(SIGNATURE).toMatch(/^[A-Za-z0-9+/]{43}=$/);
  });

  it("rejects an empty secret", () => {
    expect(() => signPayload(BODY, "")).toThrow(TypeError);
  });
});

const vectors = process.env["JOBBER_SYNC_VECTORS"];
if (vectors !== undefined) {
  interface Wycheproof {
    readonly testGroups: readonly {
      readonly tagSize: number;
      readonly tests: readonly {
        readonly tcId: number;
        readonly key: string;
        readonly msg: string;
        readonly tag: string;
        readonly result: string;
      }[];
    }[];
  }
  const { testGroups } = JSON.parse(
    readFileSync(join(vectors, "wycheproof_hmac_sha256_test.json"), "utf8"),
  ) as Wycheproof;
  const cases = testGroups.flatMap(({ tagSize, tests }) =>
    tests.map((test) => ({ ...test, tagSize })),
  );

  describe("Wycheproof", () => {
    it("has its 174 cases", () => {
      expect(cases).toHaveLength(174);
    });

    it.each(cases)("case $tcId, $tagSize bits: $result", ({ key, msg, tag, tagSize, result }) => {
      const secret = Buffer.from(key, "hex");
      const body = Buffer.from(msg, "hex");
      const header = Buffer.from(tag, "hex").toString("base64");
      if (tagSize === 128)
        return expect(codeOf(header, secret, body)).toBe("ERR_SIGNATURE_MALFORMED");
      expect(codeOf(header, secret, body)).toBe(result === "valid" ? 0 : "ERR_SIGNATURE_MISMATCH");
      if (result === "valid") expect(signPayload(body, secret)).toBe(header);
    });
  });
}
