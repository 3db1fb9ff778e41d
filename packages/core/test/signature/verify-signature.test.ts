import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
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
  it("accepts what signPayload signed and names the secret by its index", () => {
    expect(verifySignature(BODY, SIGNATURE, SECRET)).toEqual({ secret: 0 });
  });

  it("agrees with a signature that OpenSSL made", () => {
    // printf '{"event":"job.updated"}' | openssl dgst -sha256 -hmac 'sixteen bytes or more' -binary | base64
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

  it("trims spaces and tabs around the header, and nothing else", () => {
    expect(codeOf(` \t${SIGNATURE}\t `)).toBe(0);
    expect(codeOf(`${SIGNATURE}\n`)).toBe("ERR_SIGNATURE_MALFORMED");
    expect(codeOf(`\u00a0${SIGNATURE}`)).toBe("ERR_SIGNATURE_MALFORMED");
  });

  it("takes an array of one, and no other array", () => {
    expect(codeOf([SIGNATURE])).toBe(0);
    expect(codeOf([SIGNATURE, SIGNATURE])).toBe("ERR_SIGNATURE_MALFORMED");
    expect(codeOf([])).toBe("ERR_SIGNATURE_MALFORMED");
  });

  it.each([undefined, null, ""])("calls %j missing", (header) => {
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

  it("tries every secret and names the one that matched", () => {
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

  it("takes the secret as bytes", () => {
    expect(codeOf(SIGNATURE, new TextEncoder().encode(SECRET))).toBe(0);
  });

  it("rejects a body that is not bytes, since a re-serialised one would not be what was signed", () => {
    expect(() => verifySignature("{}" as never, SIGNATURE, SECRET)).toThrow(TypeError);
    expect(() => verifySignature({} as never, SIGNATURE, SECRET)).toThrow(TypeError);
  });

  it("says neither secret nor signature in its errors", () => {
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

  it("takes 16 bytes, counted as UTF-8", () => {
    expect(() => prepareSecrets("é".repeat(8))).not.toThrow();
  });

  it("does not show what it holds", () => {
    const prepared = prepareSecrets(SECRET);
    expect(JSON.stringify(prepared)).toBe("{}");
    expect(String(prepared)).not.toContain(SECRET);
  });
});

describe("signPayload", () => {
  it("gives 44 characters of padded base64", () => {
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
