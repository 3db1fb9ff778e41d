import { isDeepStrictEqual } from "node:util";
import { parseEvent } from "@jobber-sync/core";
import { expect } from "vitest";
import { createRandomBodies } from "./random-bodies.ts";
import { referenceParse, resultOf } from "./reference-parser.ts";

const RECEIVED_AT = Date.parse("2030-01-01T00:00:00Z");

/** Compares `parseEvent` with the reference for random bodies. Returns how many were events. */
export function compareParsers(count: number, seed: number): number {
  const nextBody = createRandomBodies(seed);
  let events = 0;
  for (let index = 0; index < count; index += 1) {
    const body = nextBody();
    const actual = resultOf((bytes) => parseEvent(bytes, { receivedAt: RECEIVED_AT }), body);
    const expected = referenceParse(body, RECEIVED_AT);
    // `expect` takes longer than parsing.
    if (!isDeepStrictEqual(actual, expected))
      expect(actual, Buffer.from(body).toString()).toStrictEqual(expected);
    if ("event" in actual) events += 1;
  }
  return events;
}
