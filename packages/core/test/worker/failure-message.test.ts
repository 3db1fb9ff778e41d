import { JobberSyncError } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import { failureMessage } from "../../src/processing/failure-message.ts";

const threw = (cause: unknown) => new JobberSyncError("ERR_HANDLER", "It threw.", { cause });

describe("failureMessage", () => {
  it.each([
    [new TypeError("x is undefined"), "It threw. TypeError: x is undefined"],
    ["a string", "It threw. a string"],
    [{ secret: "an object" }, "It threw."],
    [new Error("two\n\tlines\u0000"), "It threw. Error: two lines"],
  ])("names what the user's code threw: %s", (thrown, expected) => {
    expect(failureMessage(threw(thrown))).toBe(expected);
  });

  it("leaves out the causes of stores and APIs, which quote values", () => {
    const cause = new Error("Key (email)=(john@example.com) already exists");
    const error = new JobberSyncError("ERR_STORE", "The store failed.", { cause });
    expect(failureMessage(error)).toBe("The store failed.");
  });

  it("is at most 500 characters long, and valid Unicode", () => {
    for (const length of [487, 488, 489]) {
      const message = failureMessage(threw(`${"x".repeat(length)}😀😀😀`));
      expect(message).toHaveLength(500);
      expect(message.isWellFormed()).toBe(true);
      expect(message.endsWith("…")).toBe(true);
    }
  });
});
