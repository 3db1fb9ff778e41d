import { createWorker } from "@jobber-sync/core";
import type { Inbox, RecordSource } from "@jobber-sync/core/ports";
import { createPostgres } from "@jobber-sync/postgres";
import { notificationPayload } from "@jobber-sync/testing";
import { expect, it } from "vitest";
import type { OpenedPostgres } from "../support/open-postgres.ts";
import { createSender, SILENT } from "../support/sender.ts";
import { testDatabase } from "../support/test-database.ts";
import { watchedPool } from "../support/watched-pool.ts";

const database = testDatabase();

const JOB = "Z2lkOi8vSm9iYmVyL0pvYi8x";

const titleOf = (version: number) => `version ${version}`;
const timeOf = (version: number) => `2026-01-25T10:00:0${version}Z`;
const notification = (version: number) =>
  notificationPayload("JOB_UPDATE", { itemId: JOB, occurredAt: timeOf(version) });
const snapshot = (version: number) => ({
  event: "job.updated",
  data: { id: JOB, title: titleOf(version), updated_at: timeOf(version) },
});

async function states(inbox: Inbox): Promise<readonly string[]> {
  return (await inbox.list({})).map(({ state }) => state);
}

/** Creates a promise and the function that resolves it. */
function event() {
  let happen = () => {};
  const happened = new Promise<void>((resolve) => {
    happen = resolve;
  });
  return { happen, happened };
}

/** Creates a sender whose transactions stop before COMMIT until the test continues them. */
function heldSender({ schema, queue }: OpenedPostgres) {
  const written = event();
  const commit = event();
  const pool = watchedPool(database.pool, async (text) => {
    if (text !== "COMMIT") return;
    written.happen();
    await commit.happened;
  });
  const { boss } = database;
  const { inbox } = createPostgres({ pool, boss, schema, queue, acceptTimeoutMs: LONG_MS });
  return { send: createSender(inbox, { deadlineMs: LONG_MS }), written, commit };
}

// The accept is held open for the whole run.
const LONG_MS = 30_000;

const KINDS = [
  ["notifications", notification],
  ["snapshots", snapshot],
] as const;

/** The second wake-up is written while the first is queued, or after it was consumed. */
const MOMENTS = ["before the worker claims", "during the run"] as const;

for (const [kind, payload] of KINDS) {
  for (const moment of MOMENTS) {
    it(`processes the last version of ${kind} if its accept begins ${moment} and commits after the run`, async () => {
      // The sweep must not be what finds the row.
      const opened = await database.open({ sweepMs: 3_600_000 });
      const { inbox, store } = opened;
      let version = 1;
      const working = event();
      const goOn = event();
      // Holds the first run at the point after which later changes are not in its result.
      const pause = async () => {
        working.happen();
        await goOn.happened;
      };
      const source: RecordSource = {
        async fetch() {
          const fields = { title: titleOf(version) } as never;
          const sourceUpdatedAt = timeOf(version);
          await pause();
          return { jobs: [{ jobberJobId: JOB, sourceUpdatedAt, fields }], contacts: [] };
        },
      };
      const held = heldSender(opened);
      const worker = createWorker({
        inbox,
        store,
        source,
        on: { "job.updated": pause },
        logger: SILENT,
      });
      expect((await createSender(inbox)(payload(version))).status).toBe(200);
      const openNext = async () => {
        version = 2;
        const sent = held.send(payload(version));
        await held.written.happened;
        return { sent };
      };
      const before = moment === "before the worker claims" ? await openNext() : null;
      worker.start();
      await working.happened;
      const { sent } = before ?? (await openNext());
      goOn.happen();
      // The worker has finished the object and sees no other row.
      await expect.poll(() => states(inbox), { timeout: 10_000 }).toEqual(["done"]);
      held.commit.happen();
      expect((await sent).status).toBe(200);
      await expect.poll(() => states(inbox), { timeout: 5000 }).toEqual(["done", "done"]);
      expect((await store.jobs("acme")).map(({ title }) => title)).toEqual([titleOf(2)]);
      await worker.stop();
    });
  }
}
