import type { DatabaseSync } from "node:sqlite";
import type { DeliveryState } from "@jobber-sync/core";
import type { Claim, Inbox, Settlement } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { type Call, recordingHandle } from "../support/recording-handle.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const NOW = 1_769_335_300_000;
const DAY_MS = 24 * 60 * 60 * 1000;
const OPTIONS = { leaseMs: 1000, now: NOW };
const ENDS: readonly Exclude<DeliveryState, "claimed">[] = [
  "done",
  "waiting",
  "unresolved",
  "paused",
  "quarantined",
  "dead",
];

// The cost of a scan of the table, or of one of its indexes, grows with every delivery ever stored.
// The planner depends on statistics, and those of an empty queue lead to other plans than those of
// a full one.
describe.each(["no statistics", "statistics of an empty table", "statistics of a queue"])(
  "query plans with %s",
  (when) => {
    let inbox: Inbox;
    let calls: Call[];
    let database: DatabaseSync;

    beforeEach(async () => {
      const opened = recordingHandle(temporaryFile());
      ({ database, calls } = opened);
      const sqlite = openSqlite(opened.handle, { now: () => NOW });
      ({ inbox } = sqlite);
      onTestFinished(sqlite.close);
      if (when === "statistics of an empty table") database.exec("ANALYZE");
      await Promise.all(
        Array.from({ length: 50 }, (_, index) => inbox.accept(delivery(`${index}`))),
      );
      for (const state of ENDS) await run(inbox, state, state);
      if (when === "statistics of a queue") database.exec("ANALYZE");
      calls.length = 0;
    });

    it("scan nothing while a delivery is accepted, claimed and settled", async () => {
      for (const state of ENDS) await run(inbox, `new ${state}`, state);
      await inbox.due({ now: NOW, limit: 8, exclude: [] });
      // After the clock was set back, rows that were scheduled in the future are due.
      await inbox.due({ now: NOW - 2 * DAY_MS, limit: 8, exclude: [] });
      await inbox.acquireSlot("acme", { perSecond: 8, maxWaitMs: 0, now: NOW });
      expect(scans()).toEqual([]);
      expect(calls.length).toBeGreaterThan(30);
    });

    it("sort no more rows than a claim takes", async () => {
      await run(inbox, "new", "done");
      const [claim] = calls.filter(({ sql }) => /SET state = 'claimed'/.test(sql));
      const steps = planOf(claim?.sql ?? "");
      expect(
        steps.filter((step) => /^SEARCH jobber_deliveries .*jobber_deliveries_open/.test(step)),
      ).toHaveLength(3);
      expect(steps.join("\n")).not.toMatch(/SEARCH jobber_deliveries.*\nUSE TEMP B-TREE/);
    });

    it("scan nothing in tools that name states", async () => {
      for (const filter of [{}, { tenant: "acme" }]) {
        for (const state of [
          "waiting",
          "claimed",
          "unresolved",
          "paused",
          "quarantined",
          "dead",
        ] as const)
          await inbox.list({ ...filter, states: [state] });
        await inbox.list({ ...filter, states: ["dead", "paused"], topic: "JOB_UPDATE", limit: 1 });
        await inbox.list({ ...filter, sequences: [1, 2] });
        await inbox.list({ ...filter, states: ["done", "dead"], sequences: [1, 2] });
        await inbox.replay({ ...filter, states: ["quarantined", "unresolved", "dead"] });
      }
      await inbox.resume("acme");
      await inbox.body(1);
      for (const state of ["done", "dead"] as const) await run(inbox, `new ${state}`, state);
      for (const days of [31, 91]) await inbox.purge({ now: NOW + days * DAY_MS });
      expect(scans()).toEqual([]);
    });

    it("would show a scan", () => {
      database.prepare("SELECT state FROM jobber_deliveries WHERE topic = ?").all("JOB_UPDATE");
      calls.push({ sql: "SELECT state FROM jobber_deliveries WHERE topic = ?", values: [] });
      calls.push({
        sql: "SELECT count(*) FROM jobber_deliveries WHERE state <> 'done'",
        values: [],
      });
      expect(scans()).toHaveLength(2);
    });

    /** Returns the executed statements whose plan scans all deliveries. */
    function scans(): readonly string[] {
      const statements = [...new Set(calls.map(({ sql }) => sql))].filter((sql) =>
        /^[SIUD]/.test(sql),
      );
      return statements.filter((sql) =>
        planOf(sql).some((step) => step.startsWith("SCAN jobber_deliveries")),
      );
    }

    function planOf(sql: string): readonly string[] {
      return database
        .prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .all()
        .map(({ detail }) => String(detail));
    }
  },
);

/** Accepts, claims and settles a delivery. */
async function run(inbox: Inbox, objectId: string, state: Settlement["state"]): Promise<void> {
  await inbox.accept(delivery(objectId));
  const object = { tenant: "acme", objectType: "job", objectId } as const;
  const claim = await inbox.claim(object, OPTIONS);
  if (claim === null) throw new Error("Nothing was claimed.");
  await inbox.extend(claim, OPTIONS);
  await inbox.settle(claim, settlements(claim, state));
}

function settlements({ deliveries }: Claim, state: Settlement["state"]): readonly Settlement[] {
  return deliveries.map(({ sequence }) => {
    if (state === "done") return { sequence, state };
    const failure = { sequence, attempts: 1, reason: "ERR_STORE" };
    if (state !== "waiting") return { ...failure, state };
    return { ...failure, state, dueAt: NOW + DAY_MS, retries: 1, recheckSince: null };
  });
}
