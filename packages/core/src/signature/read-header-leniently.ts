import { readSignatureHeader, type SignatureHeader } from "./verify-signature.ts";

/** The possible meanings of a signature header. */
export interface HeaderReading {
  readonly cause: "valid" | "header_missing" | "header_doubled" | "header_form" | "header_hex";
  /** Candidate digests of 32 bytes each. */
  readonly digests: readonly Buffer[];
}

const DIGEST_BYTES = 32;

/** Reads a signature header more leniently than `verifySignature` may: for diagnosis only. */
export function readHeaderLeniently(header: SignatureHeader): HeaderReading {
  try {
    return { cause: "valid", digests: [Buffer.from(readSignatureHeader(header), "base64")] };
  } catch {
    // Not canonical: the other forms are tried below.
  }
  const values = [header ?? []].flat().flatMap((value) => String(value).split(","));
  const texts = values
    .map((value) => value.trim().replace(/^["']|["']$/g, ""))
    .filter((value) => value !== "");
  if (texts.length === 0) return { cause: "header_missing", digests: [] };
  const bare = texts.map((text) => text.replace(/^(sha256|hmac-sha256|v1)[=: ]/i, ""));
  const hex = bare.some((text) => /^[0-9a-f]{64}$/i.test(text));
  const digests = bare
    .map((text) => Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? "hex" : "base64"))
    .filter((digest) => digest.length === DIGEST_BYTES);
  return {
    cause: texts.length > 1 ? "header_doubled" : hex ? "header_hex" : "header_form",
    digests,
  };
}
