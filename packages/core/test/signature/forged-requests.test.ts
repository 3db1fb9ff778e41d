import { describe, expect, it } from "vitest";
import { flipEveryBit, forge } from "../support/forged-requests.ts";

describe("forged requests", () => {
  it("are rejected without a crash: 8,000 pairs of header and body", () => {
    const { accepted, crashes, events } = forge(8_000);
    expect({ accepted, crashes }).toEqual({ accepted: 0, crashes: 0 });
    // Some bodies are valid events, so that only the signature rejects them.
    expect(events).toBeGreaterThan(250);
  });

  it("are rejected whichever single bit of 30 signed requests was flipped", () => {
    for (let n = 0; n < 30; n += 1) {
      const { accepted, crashes } = flipEveryBit(
        Buffer.from(`{"event":"job.created","data":{"id":"${n}"}}`),
      );
      expect({ n, accepted, crashes }).toEqual({ n, accepted: 0, crashes: 0 });
    }
  });
});
