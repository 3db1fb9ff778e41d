import { openSqlite } from "@jobber-sync/sqlite";
import { expect, it } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { recordingHandle } from "../support/recording-handle.ts";
import { temporaryFile } from "../support/temporary-file.ts";

const NORMAL = 1;
const FULL = 2;
const EXTRA = 3;

/** Opens a file. `flushes` notes the setting `synchronous` with which each commit was made. */
function opened(synchronous: number) {
  const { handle, database } = recordingHandle(temporaryFile());
  database.exec(`PRAGMA synchronous = ${synchronous}`);
  const setting = () => database.prepare("PRAGMA synchronous").get()?.synchronous;
  const flushes: unknown[] = [];
  const { inbox } = openSqlite({
    exec: handle.exec,
    prepare(sql) {
      const statement = handle.prepare(sql);
      if (sql !== "COMMIT") return statement;
      return {
        ...statement,
        run() {
          flushes.push(setting());
          return statement.run();
        },
      };
    },
  });
  flushes.length = 0;
  return { inbox, flushes, setting };
}

it.each([FULL, EXTRA])(
  "flushes accepted deliveries and changes to disk, but no claims and settlements (synchronous = %s)",
  async (synchronous) => {
    const { inbox, flushes, setting } = opened(synchronous);
    await inbox.accept(delivery("1"));
    expect(flushes.splice(0)).toEqual([synchronous]);
    const object = { tenant: "acme", objectType: "job", objectId: "1" } as const;
    const claim = await inbox.claim(object, { leaseMs: 1000, now: Date.now() });
    if (claim === null) throw new Error("nothing was claimed");
    await inbox.extend(claim, { leaseMs: 1000, now: Date.now() });
    const settlements = claim.deliveries.map(({ sequence }) => ({
      sequence,
      state: "done" as const,
    }));
    await inbox.settle(claim, settlements);
    expect(flushes.splice(0)).toEqual([NORMAL, NORMAL, NORMAL]);
    expect(setting()).toBe(synchronous);
    // A transaction that they share is flushed.
    await Promise.all([inbox.accept(delivery("2")), inbox.extend(claim, { leaseMs: 1, now: 0 })]);
    expect(flushes).toEqual([synchronous]);
  },
);
