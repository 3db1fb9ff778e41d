import { createHmac } from "node:crypto";
import { verifySignature } from "@jobber-sync/core";
import { signedRequest } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";

const SECRET = "a-client-secret-of-32-characters";

describe("signedRequest", () => {
  it("sends an object as compact JSON, and text and bytes as they are", () => {
    const text = '{ "a" : 1.0 }\n';
    const bytes = Uint8Array.of(0xff, 0x00, 0x80);
    expect(new TextDecoder().decode(signedRequest({ a: 1, name: "Zoë" }, SECRET).body)).toBe(
      '{"a":1,"name":"Zoë"}',
    );
    expect(new TextDecoder().decode(signedRequest(text, SECRET).body)).toBe(text);
    expect(signedRequest(bytes, SECRET).body).toEqual(bytes);
  });

  it("signs the bytes that it sends", () => {
    const { body, headers } = signedRequest({ name: "Zoë" }, SECRET);
    expect(headers).toEqual({
      "content-type": "application/json",
      "content-length": "15",
      "x-jobber-hmac-sha256": createHmac("sha256", SECRET)
        .update('{"name":"Zoë"}')
        .digest("base64"),
    });
    expect(() => verifySignature(body, headers["x-jobber-hmac-sha256"], SECRET)).not.toThrow();
  });

  it("is not changed by what becomes of the caller's bytes", () => {
    const bytes = new TextEncoder().encode("{}");
    const { body, headers } = signedRequest(bytes, SECRET);
    bytes.fill(0);
    expect(() => verifySignature(body, headers["x-jobber-hmac-sha256"], SECRET)).not.toThrow();
  });

  it("rejects a secret that no receiver would take", () => {
    expect(() => signedRequest({}, "short")).toThrow(TypeError);
  });
});
