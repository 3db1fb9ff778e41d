import { setTimeout as delay } from "node:timers/promises";
import { createWorker } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { expect, it } from "vitest";
import { startOwnServer } from "../support/embedded-postgres.ts";
import { startTestDatabase } from "../support/open-postgres.ts";
import { createSender, jobCreated, SILENT } from "../support/sender.ts";
import { wakeUps } from "../support/wake-ups.ts";

/** How often the server may keep a claim that it did not have to keep, before the test gives up. */
const ATTEMPTS = 8;

it("runs a delivery again within 20 s whose claim a crash of the server took, after its wake-up was spent", async () => {
  const server = await startOwnServer();
  const database = await startTestDatabase(async () => server);
  // What is not flushed at its commit is not flushed for a while.
  await database.pool.query("ALTER SYSTEM SET wal_writer_delay = '10s'");
  await database.pool.query("SELECT pg_reload_conf()");
  // No look after rows without a wake-up helps.
  const { inbox, store, schema, queue } = await database.open({ overdueMs: 3_600_000 });
  const state = async () =>
    (
      await database.pool.query(
        `SELECT state FROM "${schema}".jobber_deliveries ORDER BY sequence DESC LIMIT 1`,
      )
    ).rows[0]?.state;
  let claims = 0;
  let lost = false;
  let crashedAt = 0;
  const crashing: Inbox["claim"] = async (object, options) => {
    if (claims > 0) {
      claims += 1;
      return inbox.claim(object, options);
    }
    await until(async () => (await wakeUps(database, queue)).count === 0);
    // pg-boss has put down that the wake-up has served its purpose, too.
    await until(async () => (await active()) === 0);
    const claim = await inbox.claim(object, options);
    if (claim === null) return null;
    claims = 1;
    await server.crash();
    crashedAt = performance.now();
    await server.restart();
    await until(async () => (await state().catch(() => null)) !== null);
    lost = (await state()) === "waiting";
    return claim;
  };
  const active = async () =>
    (
      await database.pool.query(
        `SELECT count(*)::int AS count FROM ${database.bossSchema}.job WHERE name = $1 AND state = 'active'`,
        [queue],
      )
    ).rows[0].count;
  const worker = createWorker({ inbox: { ...inbox, claim: crashing }, store, logger: SILENT });
  worker.start();
  const send = createSender(inbox);
  for (let attempt = 0; attempt < ATTEMPTS && !lost; attempt += 1) {
    claims = 0;
    expect((await send(jobCreated(String(attempt)))).status).toBe(200);
    await until(async () => claims > 0 && (await state().catch(() => null)) === "done");
    expect(performance.now() - crashedAt).toBeLessThan(20_000);
  }
  expect(lost).toBe(true);
  expect(claims).toBeGreaterThan(1);
  expect(await store.jobs("acme")).toContainEqual(
    expect.objectContaining({ title: "Lawn Service" }),
  );
  await worker.stop();
  await database.stop();
}, 180_000);

async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(5);
}
