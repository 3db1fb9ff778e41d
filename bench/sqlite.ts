import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqlite } from "@jobber-sync/sqlite";
import { byCallers } from "./callers.ts";
import { compare } from "./compare.ts";
import type { Figure } from "./figure.ts";
import { sampleDelivery } from "./samples.ts";

/**
 * Measures the SQLite inbox with a growing queue, as while the workers are down, and with a queue
 * that stays empty.
 */
export async function sqliteRows(): Promise<readonly Figure[]> {
  return [
    await acceptRow("queue grows", false),
    await acceptRow("queue emptied between rounds", true),
  ];
}

async function acceptRow(name: string, emptied: boolean): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-bench-"));
  const { inbox, close } = openSqlite(join(folder, "ours.db"));
  const worker = new DatabaseSync(join(folder, "ours.db"));
  const plain = new DatabaseSync(join(folder, "plain.db"));
  try {
    plain.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL");
    plain.exec(
      "CREATE TABLE deliveries (id INTEGER PRIMARY KEY, slug TEXT, type TEXT, object TEXT, key TEXT, topic TEXT, body BLOB, at INTEGER)",
    );
    plain.exec("CREATE INDEX by_key ON deliveries (slug, key)");
    const insert = plain.prepare(
      "INSERT INTO deliveries (slug, type, object, key, topic, body, at) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    return await compare({
      name: `durable accept, SQLite FULL, 64 callers, ${name}`,
      against: "one INSERT per transaction",
      target: 5,
      roundMs: 400,
      prepare() {
        if (emptied)
          worker.exec("UPDATE jobber_deliveries SET state = 'done' WHERE state = 'waiting'");
      },
      ours: byCallers((index) => inbox.accept(sampleDelivery(index))),
      theirs: byCallers(async (index) => {
        const { tenant, objectType, objectId, deliveryKey, topic, body, receivedAt } =
          sampleDelivery(index);
        insert.run(tenant, objectType, objectId, deliveryKey, topic, body, receivedAt);
      }),
    });
  } finally {
    await close();
    worker.close();
    plain.close();
    rmSync(folder, { recursive: true });
  }
}
