import { createHmac } from "node:crypto";
import { diagnoseSignature, signPayload } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import type { SignatureCase } from "../../src/signature/diagnose-signature.ts";

const SECRET = "the OAuth client secret of the app";
const OTHER = "the OAuth client secret of another app";
const JSON_BODY = '{"name":"Zoë & <b>","url":"https://example.com/","n":1.0,"list":[1,2]}';
const bytes = (text: string) => new TextEncoder().encode(text);
const diagnose = (parts: Partial<SignatureCase>) =>
  diagnoseSignature({
    body: bytes(JSON_BODY),
    header: signPayload(JSON_BODY, SECRET),
    secrets: SECRET,
    ...parts,
  });
const hmac = (body: string | Uint8Array, key: string | Uint8Array = SECRET) =>
  createHmac("sha256", key).update(body);

describe("diagnoseSignature", () => {
  it("returns valid and the matching secret for a valid signature", () => {
    expect(
      diagnose({
        secrets: [
          { name: "old", value: OTHER },
          { name: "new", value: SECRET },
        ],
      }),
    ).toMatchObject({
      cause: "valid",
      secret: "new",
    });
  });

  it.each<[string, SignatureCase["header"]]>([
    ["header_missing", undefined],
    ["header_missing", ""],
    ["header_missing", []],
    ["header_doubled", [signPayload(JSON_BODY, SECRET), signPayload(JSON_BODY, SECRET)]],
    ["header_doubled", `${signPayload(JSON_BODY, SECRET)}, ${signPayload(JSON_BODY, SECRET)}`],
    ["header_form", `sha256=${signPayload(JSON_BODY, SECRET)}`],
    ["header_form", `"${signPayload(JSON_BODY, SECRET)}"`],
    ["header_form", signPayload(JSON_BODY, SECRET).replace("=", "")],
    ["header_form", hmac(JSON_BODY).digest("base64url")],
    ["header_form", "nonsense"],
    ["header_hex", hmac(JSON_BODY).digest("hex")],
    ["header_hex", `sha256=${hmac(JSON_BODY).digest("hex")}`],
  ])("returns %s for the header %s", (cause, header) => {
    expect(diagnose({ header }).cause).toBe(cause);
  });

  it.each([
    ["secret_blanks", `${SECRET}\n`],
    ["secret_blanks", ` ${SECRET} `],
    ["secret_blanks", `${SECRET}\\n`],
    ["secret_quotes", `"${SECRET}"`],
    ["secret_decoded", Buffer.from(SECRET).toString("hex")],
    ["secret_decoded", Buffer.from(SECRET).toString("base64")],
  ])("returns %s", (cause, secrets) => {
    expect(diagnose({ secrets }).cause).toBe(cause);
  });

  it("names the other tenant whose secret matched", () => {
    const header = signPayload(JSON_BODY, OTHER);
    const diagnosis = diagnose({ header, otherSecrets: [{ name: "globex", value: OTHER }] });
    expect(diagnosis).toMatchObject({ cause: "secret_other", secret: "globex" });
    expect(diagnosis.message).toContain("globex");
  });

  it.each<[string, string | Uint8Array]>([
    ["body_reserialized", JSON.stringify(JSON.parse(JSON_BODY), null, 2)],
    [
      "body_reserialized",
      '{"name": "Zo\\u00eb & <b>", "url": "https://example.com/", "n": 1, "list": [1, 2]}',
    ],
    [
      "body_reserialized",
      '{"name":"Zo\\u00eb & <b>","url":"https:\\/\\/example.com\\/","n":1,"list":[1,2]}',
    ],
    [
      "body_reserialized",
      '{"name":"Zoë \\u0026 \\u003cb\\u003e","url":"https://example.com/","n":1,"list":[1,2]}',
    ],
    ["body_line_ending", `${JSON_BODY}\n`],
    ["body_line_ending", `${JSON_BODY}\r\n`],
    ["body_byte_order_mark", `\uFEFF${JSON_BODY}`],
    ["body_text_encoding", Buffer.from(JSON_BODY, "latin1")],
    ["body_empty", ""],
  ])("returns %s if the sender signed another form of the body", (cause, signed) => {
    expect(diagnose({ header: hmac(signed).digest("base64") }).cause).toBe(cause);
  });

  it("recognizes a body that was decoded as Latin-1 and encoded again", () => {
    const body = bytes(Buffer.from(JSON_BODY).toString("latin1"));
    expect(diagnose({ body }).cause).toBe("body_text_encoding");
  });

  it("returns unknown if nothing matches, even for bodies that are neither text nor JSON", () => {
    for (const body of [
      bytes(JSON_BODY),
      bytes("[".repeat(50_000)),
      Uint8Array.of(0xff, 0),
      new Uint8Array(),
    ])
      expect(diagnose({ body, header: signPayload("x", OTHER) }).cause).toBe("unknown");
  });

  it("contains no secret, no digest and nothing of the body", () => {
    const variants = [SECRET, `${SECRET}\n`, OTHER];
    for (const secrets of variants) {
      const diagnosis = JSON.stringify(diagnose({ secrets, otherSecrets: OTHER }));
      for (const hidden of [SECRET, OTHER, signPayload(JSON_BODY, SECRET), "Zoë", "example.com"])
        expect(diagnosis).not.toContain(hidden);
    }
  });
});
