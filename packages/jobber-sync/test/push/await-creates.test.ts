import type { JobberApi } from "@jobber-sync/api";
import type { ContactRecord, Intent } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import { awaitCreates } from "../../src/push/await-creates.ts";

const NOW = 1_000_000;

/** Opens a source behind an outbox in which a create of a client is being sent for some looks. */
function openSource({ looks = 2, known = false, sentAt = NOW } = {}) {
  const calls: string[] = [];
  const source = {
    fetch: async (_tenant: string, type: string) => {
      calls.push(`fetch ${type}`);
      return null;
    },
  } as unknown as JobberApi;
  const outbox = {
    list: async () => {
      calls.push("look");
      const isSent = calls.filter((call) => call === "look").length <= looks;
      return isSent ? [{ creates: true, sentAt } as Intent] : [];
    },
  };
  const store = {
    contact: async () => (known ? ({} as ContactRecord) : null),
    job: async () => null,
  };
  const options = { outbox: outbox as never, store, now: () => NOW };
  const { fetch } = awaitCreates(source, options);
  const signal = new AbortController().signal;
  return { calls, fetch: (type: "client" | "visit") => fetch("acme", type, "1", { signal }) };
}

describe("a fetch of the worker while a push creates a client", () => {
  it("waits for the response when the client is unknown", async () => {
    const { calls, fetch } = openSource();
    await fetch("client");
    expect(calls).toEqual(["look", "look", "look", "fetch client"]);
  });

  it.each([
    ["a stored client", { known: true }, "client"],
    ["another type of object", {}, "visit"],
    ["a create whose process died", { sentAt: NOW - 30_000 }, "client"],
  ] as const)("does not wait for %s", async (_, options, type) => {
    const { calls, fetch } = openSource(options);
    await fetch(type);
    expect(calls.filter((call) => call === "look").length).toBeLessThan(2);
    expect(calls.at(-1)).toBe(`fetch ${type}`);
  });
});
