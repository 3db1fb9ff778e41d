import { describe, expect, it } from "vitest";
import { flipEveryBit, forge } from "../support/forged-requests.ts";

describe("forged requests", () => {
  it("are rejected and crash nothing: 30,000 pairs of header and body", () => {
    const { accepted, crashes, events } = forge(30_000);
    expect({ accepted, crashes }).toEqual({ accepted: 0, crashes: 0 });
    // Some are good events but for their signature, so that it is the signature that rejects them.
    expect(events).toBeGreaterThan(1000);
  });

  it("are rejected whichever single bit of 100 signed requests was flipped", () => {
    for (let n = 0; n < 100; n += 1) {
      const { accepted, crashes } = flipEveryBit(
        Buffer.from(`{"event":"job.created","data":{"id":"${n}"}}`),
      );
      expect({ n, accepted, crashes }).toEqual({ n, accepted: 0, crashes: 0 });
    }
  });
});
