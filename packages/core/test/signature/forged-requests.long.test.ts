import { expect, it } from "vitest";
import { forge } from "../support/forged-requests.ts";

it("rejects a million pairs of header and body that nobody signed, and crashes on none", () => {
  const { accepted, crashes } = forge(1_000_000, "a million");
  expect({ accepted, crashes }).toEqual({ accepted: 0, crashes: 0 });
}, 600_000);
