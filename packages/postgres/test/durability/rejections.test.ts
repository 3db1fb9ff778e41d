import { setTimeout as delay } from "node:timers/promises";
import { createPostgres } from "@jobber-sync/postgres";
import { expect, it } from "vitest";
import { openPool } from "../support/connections.ts";
import { delivery } from "../support/deliveries.ts";
import {
  createSender,
  isProperRejection,
  jobCreated,
  type TimedResponse,
} from "../support/sender.ts";
import { testDatabase } from "../support/test-database.ts";
import { wakeUps } from "../support/wake-ups.ts";

const database = testDatabase();

it("accept rejects deliveries with ERR_STORE_FULL while the disk is full, stores none of them, and recovers", async () => {
  const { schema, queue, inbox } = await database.open();
  const send = createSender(inbox);
  expect((await send(jobCreated("before"))).status).toBe(200);
  // The disk may be full for the row or for its wake-up.
  for (const table of [`"${schema}".jobber_deliveries`, `${database.bossSchema}.job`]) {
    await database.pool.query(`
      CREATE FUNCTION "${schema}".reject() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION "${schema}".reject()`);
    await expect(inbox.accept(delivery("1"))).rejects.toMatchObject({
      code: "ERR_STORE_FULL",
      cause: { code: "53100" },
    });
    const responses = await Promise.all(["1", "2", "3"].map((id) => send(jobCreated(id))));
    expect(responses.filter((response) => !isProperRejection(response))).toEqual([]);
    await database.pool.query(
      `DROP TRIGGER full_disk ON ${table}; DROP FUNCTION "${schema}".reject()`,
    );
    expect(await inbox.list({})).toHaveLength(1);
    expect(await wakeUps(database, queue)).toMatchObject({ count: 1 });
  }
  expect((await send(jobCreated("after"))).status).toBe(200);
  expect((await inbox.list({})).map(({ objectId }) => objectId)).toEqual(["before", "after"]);
});

it("the receiver responds within a second with 200, or 503 and Retry-After, while the pool has no free connection", async () => {
  const { schema, queue, inbox } = await database.open();
  const pool = openPool(database.connectionString, { max: 10 });
  const starved = createPostgres({ pool, boss: database.boss, schema, queue });
  const send = createSender(starved.inbox);
  const responses: (TimedResponse & { readonly id: string })[] = [];
  const sendMany = async (name: string, senders: number, times: number) => {
    const lane = async (_: unknown, sender: number) => {
      for (let index = 0; index < times; index += 1) {
        const id = `${name} ${sender} ${index}`;
        responses.push({ id, ...(await send(jobCreated(id))) });
      }
    };
    await Promise.all(Array.from({ length: senders }, lane));
  };
  await sendMany("before", 4, 2);
  const holding = await Promise.all(Array.from({ length: 10 }, () => pool.connect()));
  const starving = sendMany("starved", 60, 3);
  await delay(1800);
  for (const client of holding) client.release();
  await starving;
  await sendMany("after", 4, 2);

  expect(responses.filter(({ status, elapsedMs }) => status === 200 && elapsedMs >= 1000)).toEqual(
    [],
  );
  expect(
    responses.filter((response) => response.status !== 200 && !isProperRejection(response)),
  ).toEqual([]);
  const acknowledged = responses.filter(({ status }) => status === 200).map(({ id }) => id);
  expect(
    acknowledged.filter((id) => id.startsWith("before") || id.startsWith("after")),
  ).toHaveLength(16);
  expect(acknowledged.length).toBeLessThan(responses.length);
  const stored = new Set((await inbox.list({ limit: 1000 })).map(({ objectId }) => objectId));
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  await pool.end();
}, 30_000);
