import { expect, it } from "vitest";
import { flipEveryBit, forge } from "../support/forged-requests.ts";

it("verifySignature rejects a million unsigned pairs of header and body without a crash", () => {
  const { accepted, crashes } = forge(1_000_000, "a million");
  expect({ accepted, crashes }).toEqual({ accepted: 0, crashes: 0 });
}, 600_000);

it("verifySignature rejects 100 signed requests with any single bit flipped", () => {
  for (let n = 0; n < 100; n += 1) {
    const { accepted, crashes } = flipEveryBit(
      Buffer.from(`{"event":"job.created","data":{"id":"${n}"}}`),
    );
    expect({ n, accepted, crashes }).toEqual({ n, accepted: 0, crashes: 0 });
  }
});
