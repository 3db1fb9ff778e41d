import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryOutbox, createMemoryStore } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import { describe, expect, it } from "vitest";
import { type CampaignDatabase, runCreates } from "./creates.ts";

const DATABASES: Readonly<Record<string, (now: () => number) => CampaignDatabase>> = {
  memory(now) {
    const store = createMemoryStore();
    return { store, outbox: createMemoryOutbox({ store, now }), close() {} };
  },
  sqlite(now) {
    const folder = mkdtempSync(join(tmpdir(), "jobber-sync-push-"));
    const { outbox, store, close } = openSqlite(join(folder, "push.db"), { now });
    return {
      ...{ outbox, store },
      async close() {
        await close();
        rmSync(folder, { recursive: true });
      },
    };
  },
};

describe("10,000 creates while processes die and responses are lost", () => {
  it.each(Object.entries(DATABASES))(
    "never make a second client in %s",
    async (name, open) => {
      const report = await runCreates({ creates: 10_000, seed: 20_000, open });
      console.log(name, report);
      expect(report.done + report.check).toBe(10_000);
    },
    1_800_000,
  );
});
