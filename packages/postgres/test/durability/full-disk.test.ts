import { afterAll, beforeAll, expect, it } from "vitest";
import { delivery } from "../deliveries.ts";
import { START_MS, startTestDatabase, type TestDatabase } from "../open-postgres.ts";
import { createSender, isProperRefusal, jobCreated } from "../sender.ts";
import { wakeUps } from "../wake-ups.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, START_MS);
afterAll(() => database.stop(), START_MS);

it("refuses deliveries while the server says that its disk is full, stores nothing of them, and goes on afterwards", async () => {
  const { schema, queue, inbox } = await database.open();
  const send = createSender(inbox);
  expect((await send(jobCreated("before"))).status).toBe(200);
  // For rows and for wake-ups, whichever the disk had no more room for.
  for (const table of [`"${schema}".jobber_deliveries`, `${database.bossSchema}.job`]) {
    await database.pool.query(`
      CREATE FUNCTION "${schema}".refuse() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$;
      CREATE TRIGGER full_disk BEFORE INSERT ON ${table} FOR EACH ROW EXECUTE FUNCTION "${schema}".refuse()`);
    await expect(inbox.accept(delivery("1"))).rejects.toMatchObject({
      code: "ERR_STORE_FULL",
      cause: { code: "53100" },
    });
    const answers = await Promise.all(["1", "2", "3"].map((id) => send(jobCreated(id))));
    expect(answers.filter((answer) => !isProperRefusal(answer))).toEqual([]);
    await database.pool.query(`DROP TRIGGER full_disk ON ${table}; DROP FUNCTION "${schema}".refuse()`);
    expect(await inbox.list({})).toHaveLength(1);
    expect(await wakeUps(database, queue)).toMatchObject({ count: 1 });
  }
  expect((await send(jobCreated("after"))).status).toBe(200);
  expect((await inbox.list({})).map(({ objectId }) => objectId)).toEqual(["before", "after"]);
});
