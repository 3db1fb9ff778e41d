import { setTimeout as delay } from "node:timers/promises";
import { createPostgres } from "@jobber-sync/postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openPool, START_MS, startTestDatabase, type TestDatabase } from "../open-postgres.ts";
import { createSender, isProperRefusal, jobCreated, type TimedAnswer } from "../sender.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase();
}, START_MS);
afterAll(() => database.stop(), START_MS);

it("answers everybody within a second while others hold all connections of the pool: 200, or 503 and when to come again", async () => {
  const { schema, queue, inbox } = await database.open();
  const pool = openPool(database.connectionString, { max: 10 });
  const starved = createPostgres({ pool, boss: database.boss, schema, queue });
  const send = createSender(starved.inbox);
  const answers: (TimedAnswer & { readonly id: string })[] = [];
  const sendMany = async (name: string, senders: number, times: number) => {
    const lane = async (_: unknown, sender: number) => {
      for (let index = 0; index < times; index += 1) {
        const id = `${name} ${sender} ${index}`;
        answers.push({ id, ...(await send(jobCreated(id))) });
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

  expect(answers.filter(({ status, elapsedMs }) => status === 200 && elapsedMs >= 1000)).toEqual([]);
  expect(answers.filter((answer) => answer.status !== 200 && !isProperRefusal(answer))).toEqual([]);
  const acknowledged = answers.filter(({ status }) => status === 200).map(({ id }) => id);
  expect(acknowledged.filter((id) => id.startsWith("before") || id.startsWith("after"))).toHaveLength(16);
  expect(acknowledged.length).toBeLessThan(answers.length);
  const stored = new Set((await inbox.list({ limit: 1000 })).map(({ objectId }) => objectId));
  expect(acknowledged.filter((id) => !stored.has(id))).toEqual([]);
  await pool.end();
}, 30_000);
