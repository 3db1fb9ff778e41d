import { createHash } from "node:crypto";
import {
  isJobberSyncError,
  parseEvent,
  prepareSecrets,
  signPayload,
  verifySignature,
} from "@jobber-sync/core";

const SECRET = "the client secret of the app";
const SECRETS = prepareSecrets([SECRET, "the client secret before it was rolled"]);
const CODES = new Set([
  "ERR_SIGNATURE_MISSING",
  "ERR_SIGNATURE_MALFORMED",
  "ERR_SIGNATURE_MISMATCH",
]);

/** Counts over many attempts. */
export interface Outcome {
  accepted: number;
  /** Errors without a code. */
  crashes: number;
  /** Bodies that parse as events, although their signature is wrong. */
  events: number;
}

/** Generates the same bytes for the same seed, from a chain of hashes. */
function* randomBytes(seed: string): Generator<number> {
  for (
    let block = createHash("sha512").update(seed).digest();
    ;
    block = createHash("sha512").update(block).digest()
  )
    yield* block;
}

/** Verifies and parses unsigned pairs of header and body. */
export function forge(count: number, seed = "forge"): Outcome {
  const bytes = randomBytes(seed);
  const byte = () => bytes.next().value as number;
  const outcome: Outcome = { accepted: 0, crashes: 0, events: 0 };
  for (let n = 0; n < count; n += 1) {
    const body = makeBody(byte);
    attempt(makeHeader(byte, body), body, outcome);
  }
  return outcome;
}

/** Flips each bit of the header and of the body of a signed request, one at a time. */
export function flipEveryBit(body: Uint8Array): Outcome & { readonly flips: number } {
  const outcome: Outcome = { accepted: 0, crashes: 0, events: 0 };
  const header = signPayload(body, SECRET);
  const headerBytes = Buffer.from(header, "latin1");
  for (let bit = 0; bit < headerBytes.length * 8; bit += 1)
    attempt(Buffer.from(flipped(headerBytes, bit)).toString("latin1"), body, outcome);
  for (let bit = 0; bit < body.length * 8; bit += 1) attempt(header, flipped(body, bit), outcome);
  return { ...outcome, flips: (headerBytes.length + body.length) * 8 };
}

function flipped(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = bit >> 3;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit & 7));
  return copy;
}

function attempt(
  header: string | readonly string[] | undefined,
  body: Uint8Array,
  outcome: Outcome,
): void {
  try {
    verifySignature(body, header, SECRETS);
    outcome.accepted += 1;
  } catch (error) {
    if (!isJobberSyncError(error) || !CODES.has(error.code)) outcome.crashes += 1;
  }
  // The parser sees only verified bytes, but the holder of the secret may send any.
  try {
    parseEvent(body);
    outcome.events += 1;
  } catch (error) {
    if (!isJobberSyncError(error)) outcome.crashes += 1;
  }
}

const SEEDS = [
  '{"event":"job.created","data":{"id":"123","title":"Lawn","client":{"id":"456","name":"Zoë"},"address":{"street":"1"}}}',
  '{"data":{"webHookEvent":{"topic":"JOB_CREATE","appId":"a","accountId":"MQ==","itemId":"Mg==","occurredAt":"2026-01-25T10:00:00Z"}}}',
].map((text) => Buffer.from(text));

const SPLINTERS = [
  "null",
  "{}",
  "[]",
  '"',
  "\\u0000",
  "\\ud800",
  "1e999",
  "-0",
  "__proto__",
  "constructor",
  "é",
  "\uFEFF",
  ",",
  "[".repeat(50),
].map((text) => Buffer.from(text));

function makeBody(byte: () => number): Uint8Array {
  const seed = SEEDS[byte() % SEEDS.length] ?? Buffer.alloc(0);
  const at = (byte() * 256 + byte()) % seed.length;
  const splinter = SPLINTERS[byte() % SPLINTERS.length] ?? Buffer.alloc(0);
  switch (byte() % 5) {
    case 0:
      return flipped(seed, at * 8 + (byte() & 7));
    case 1:
      return seed.subarray(0, at);
    case 2:
      return Buffer.concat([seed.subarray(0, at), splinter, seed.subarray(at)]);
    case 3:
      return Buffer.concat([seed.subarray(0, at), splinter, seed.subarray(at + (byte() % 16))]);
    default:
      return Uint8Array.from({ length: byte() % 40 }, byte);
  }
}

function makeHeader(byte: () => number, body: Uint8Array): string | readonly string[] | undefined {
  switch (byte() % 8) {
    case 0:
      return undefined;
    case 1:
      return Buffer.from(Array.from({ length: byte() % 60 }, byte)).toString("latin1");
    case 2: {
      const signature = signPayload(Buffer.concat([body, Buffer.from("x")]), SECRET);
      return byte() % 2 === 0 ? signature : [signature, signature];
    }
    case 3:
      return signPayload(body, `${SECRET}!`);
    case 4: {
      // One character differs, perhaps only in a bit that base64 does not use.
      const right = signPayload(body, SECRET);
      const at = byte() % right.length;
      const other =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=-_ "[byte() % 68] ?? "";
      return right[at] === other ? undefined : right.slice(0, at) + other + right.slice(at + 1);
    }
    default:
      return Buffer.from(Array.from({ length: 32 }, byte)).toString("base64");
  }
}
