import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import type { Inbox } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it, onTestFinished } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { recordingHandle } from "../support/recording-handle.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const NOW = 1_769_335_300_000;
const LATER = NOW + 31 * 24 * 60 * 60 * 1000;
/** Personal data to search for in the file. */
const MARK = "555-1234";
const BODY = new TextEncoder().encode('{"phone":"555-1234"}');

describe("purge", () => {
  it("replaces an old body by its hash, and computes the hash only then", async () => {
    const { inbox, hashes } = open();
    await finish(inbox, ["1"], "done");
    expect(hashes()).toEqual([null]);
    expect(await inbox.purge({ now: LATER })).toEqual({ bodies: 1, deliveries: 0 });
    expect(hashes()).toEqual([createHash("sha256").update(BODY).digest("hex")]);
  });

  it("works in batches and stops between two of them when its signal aborts", async () => {
    const { inbox, calls } = open();
    const ids = Array.from({ length: 1000 }, (_, index) => String(index));
    await finish(inbox, ids, "done");
    calls.length = 0;
    const stop = new AbortController();
    const purging = inbox.purge({ now: LATER, signal: stop.signal });
    while (calls.length < 100) await new Promise(setImmediate);
    stop.abort();
    const { bodies } = await purging;
    expect(bodies).toBeGreaterThan(0);
    expect(bodies).toBeLessThan(1000);
    expect(await inbox.purge({ now: LATER })).toEqual({ bodies: 1000 - bodies, deliveries: 0 });
    await finish(inbox, ids, "dead");
    expect(await inbox.purge({ now: LATER })).toEqual({ bodies: 0, deliveries: 1000 });
    const begun = calls.filter(({ sql }) => sql.startsWith("BEGIN"));
    expect(begun.length).toBeGreaterThan(8);
  });

  it("leaves no part of a body in the file or in its log", async () => {
    const path = temporaryFile();
    const { inbox, close } = openSqlite(path, { now: () => NOW });
    // Small bodies are stored with their row, large ones on pages of their own.
    const bodies = [40, 900, 5000, 60_000].map((times) =>
      new TextEncoder().encode(MARK.repeat(times / 4)),
    );
    for (const body of bodies) {
      await finish(inbox, ["1", "2", "3"], "done", body);
      await finish(inbox, ["4", "5", "6"], "dead", body);
    }
    expect(marks(path)).toBeGreaterThan(1000);
    expect(await inbox.purge({ now: LATER })).toEqual({ bodies: 12, deliveries: 12 });
    expect(marks(path)).toBe(0);
    await close();
    expect(marks(path)).toBe(0);
  });

  it("wakes no listener", async () => {
    const { inbox, calls, listen } = open();
    await finish(inbox, ["1", "2"], "done");
    await listen();
    calls.length = 0;
    await inbox.purge({ now: LATER });
    await new Promise(setImmediate);
    expect(calls.filter(({ sql }) => sql.startsWith("WITH RECURSIVE"))).toEqual([]);
  });
});

/** Counts occurrences of the mark in the file and its log. */
function marks(path: string): number {
  return [path, `${path}-wal`]
    .filter((file) => existsSync(file))
    .reduce((sum, file) => sum + readFileSync(file, "latin1").split(MARK).length - 1, 0);
}

function open() {
  const { handle, database, calls } = recordingHandle(temporaryFile());
  const { inbox, close } = openSqlite(handle, { now: () => NOW, pollMs: 3_600_000 });
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    await close();
  });
  return {
    inbox,
    calls,
    hashes: () =>
      database
        .prepare(
          "SELECT lower(hex(body_sha256)) AS hash, body_sha256 IS NULL AS none FROM jobber_deliveries",
        )
        .all()
        .map(({ hash, none }) => (none === 1 ? null : hash)),
    /** Starts to listen and resolves after the first look for work. */
    async listen() {
      const options = { concurrency: 1, signal: stop.signal, onError: console.error };
      inbox.listen(async () => {}, options);
      await new Promise(setImmediate);
      expect(calls.filter(({ sql }) => sql.startsWith("WITH RECURSIVE"))).toHaveLength(1);
    },
  };
}

async function finish(
  inbox: Inbox,
  ids: readonly string[],
  state: "done" | "dead",
  body = BODY,
): Promise<void> {
  await Promise.all(ids.map((id) => inbox.accept(delivery(id, { body }))));
  const claims = ids.map(async (objectId) => {
    const object = { tenant: "acme", objectType: "job", objectId } as const;
    const claim = await inbox.claim(object, { leaseMs: 1000, now: NOW });
    if (claim === null) throw new Error("Nothing was claimed.");
    const settlements = claim.deliveries.map(({ sequence }) =>
      state === "done"
        ? ({ sequence, state } as const)
        : ({ sequence, state, attempts: 1, reason: "ERR_STORE" } as const),
    );
    await inbox.settle(claim, settlements);
  });
  await Promise.all(claims);
}
