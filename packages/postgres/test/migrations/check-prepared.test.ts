import { expect, it } from "vitest";
import type { SqlPool } from "../../src/database/sql-pool.ts";
import { checkPrepared } from "../../src/migrations/check-prepared.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

/** Emulates a pooler in transaction mode, on a server that counts what it has prepared. */
function pooler({ keeps = false, size = 2, clients = 10 } = {}): SqlPool {
  const free = Array.from({ length: size }, () => new Set<string>());
  let open = 0;
  const waiting: (() => void)[] = [];
  const take = async (): Promise<Set<string>> => {
    while (free.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    return free.pop() ?? new Set();
  };
  return {
    query: async () => ({ rows: [] }),
    async connect() {
      open += 1;
      if (open > clients) await new Promise(() => {});
      const known = new Set<string>();
      let held: Set<string> | null = null;
      return {
        release() {
          open -= 1;
        },
        async query(text, values) {
          held ??= await take();
          if (values !== undefined && !known.has(text)) held.add(text);
          known.add(text);
          if (values !== undefined && !keeps && !held.has(text))
            throw Object.assign(new Error("prepared statement does not exist"), { code: "26000" });
          if (text !== "BEGIN") {
            free.push(held);
            held = null;
            waiting.shift()?.();
          }
          return { rows: [] };
        },
      };
    },
  };
}

it("migrate rejects prepare: true through a pooler that forgets prepared statements", async () => {
  await expect(checkPrepared(pooler())).rejects.toMatchObject({
    code: "ERR_STORE_SETTINGS",
    message: expect.stringContaining("pooler: true"),
  });
});

it.each([
  ["keeps prepared statements", { keeps: true }],
  ["has one server connection", { size: 1 }],
  ["lets the pool open one connection", { clients: 1 }],
])("migrate accepts prepare: true through a pooler that %s", async (_, options) => {
  await checkPrepared(pooler(options));
});

it("migrate accepts prepare: true on direct connections", async () => {
  await database.open({ prepare: true });
});
