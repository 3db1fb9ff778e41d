import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { openSqlite } from "@jobber-sync/sqlite";
import { byCallers } from "./callers.ts";
import { compare, type Ratio } from "./compare.ts";
import { sampleDelivery } from "./samples.ts";

/** The row of the SQLite inbox. */
export async function sqliteRows(): Promise<readonly Ratio[]> {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-bench-"));
  const { inbox, close } = openSqlite(join(folder, "ours.db"));
  const workedOff = new DatabaseSync(join(folder, "ours.db"));
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
    const row = await compare({
      name: "durable accept, SQLite FULL, 64 callers",
      against: "one INSERT per transaction",
      target: 5,
      roundMs: 400,
      // As an inbox is whose workers keep up: of deliveries that wait for ever the other side has none.
      prepare: () => workedOff.exec("UPDATE jobber_deliveries SET state = 'done' WHERE state = 'waiting'"),
      ours: byCallers((index) => inbox.accept(sampleDelivery(index))),
      theirs: byCallers(async (index) => {
        const { clientSlug, objectType, objectId, deliveryKey, topic, body, receivedAt } =
          sampleDelivery(index);
        insert.run(clientSlug, objectType, objectId, deliveryKey, topic, body, receivedAt);
      }),
    });
    return [row];
  } finally {
    await close();
    workedOff.close();
    plain.close();
    rmSync(folder, { recursive: true });
  }
}
