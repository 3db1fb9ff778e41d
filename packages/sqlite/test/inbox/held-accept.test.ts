import { DatabaseSync } from "node:sqlite";
import { createWorker } from "@jobber-sync/core";
import type { FetchedRecords, RecordSource } from "@jobber-sync/core/ports";
import { openSqlite } from "@jobber-sync/sqlite";
import {
  fetchedJob,
  notificationPayload,
  silentLogger,
  snapshotPayload,
} from "@jobber-sync/testing";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { delivery } from "../support/deliveries.ts";
import { recordingHandle } from "../support/recording-handle.ts";
import { temporaryFile } from "../support/temporary-file.ts";

/** The statements with which a receiver in another process accepts a delivery. */
const ACCEPT = `INSERT INTO jobber_deliveries (sequence, tenant, object_type, object_id, delivery_key, topic, body, state,
  due_at, received_at, started_at) VALUES (?, 'acme', 'job', ?, ?, ?, ?, 'waiting', ?, ?, ?)`;
const DRAW = "UPDATE jobber_sequence SET value = value + 1 WHERE id = 1 RETURNING value";

describe("delivery in a transaction that another process keeps open", () => {
  it("is processed by a worker that tries to claim its object meanwhile", async () => {
    const { inbox, worker, tries, source, accept, titles, drained } = open();
    await inbox.accept(delivery("noticed", { body: notification("noticed") }));
    const commit = accept();
    worker.start();
    // The worker finds the first delivery, and its claim meets the lock.
    await tries();
    expect(source.fetched).toEqual([]);
    source.version = 2;
    commit();
    await drained();
    expect(await titles()).toEqual({ noticed: "v2", shown: "from the snapshot" });
  });

  it("is processed by a worker that fetched its object before the commit", async () => {
    const { inbox, worker, tries, source, accept, titles, drained } = open();
    let commit = () => {};
    source.whileFetching = async () => {
      source.whileFetching = async () => {};
      // The fetched record is out of date by the time the run writes it.
      commit = accept();
      source.version = 2;
    };
    await inbox.accept(delivery("noticed", { body: notification("noticed") }));
    worker.start();
    await vi.waitFor(() => expect(source.fetched).toEqual([1]));
    await tries();
    commit();
    await drained();
    expect(source.fetched).toEqual([1, 2]);
    expect(await titles()).toEqual({ noticed: "v2", shown: "from the snapshot" });
  });
});

function open() {
  const path = temporaryFile();
  const { handle, calls } = recordingHandle(path);
  const { inbox, store, close } = openSqlite(handle, { pollMs: 10 });
  const source = new ChangingSource();
  const worker = createWorker({
    inbox,
    store,
    source,
    logger: silentLogger,
    retry: { firstDelayMs: 50 },
  });
  const other = new DatabaseSync(path);
  onTestFinished(async () => {
    other.close();
    await worker.stop();
    await close();
  });
  const begun = () => calls.filter(({ sql }) => sql === "BEGIN IMMEDIATE").length;
  return {
    inbox,
    worker,
    source,
    /** Accepts a notification and a snapshot in an open transaction. @returns commits it */
    accept() {
      other.exec("BEGIN IMMEDIATE");
      for (const [id, topic, body] of [
        ["noticed", "JOB_UPDATE", notification("noticed")],
        [
          "shown",
          "job.updated",
          bytes(snapshotPayload("job.updated", { id: "shown", title: "from the snapshot" })),
        ],
      ] as const) {
        const sequence = Number(other.prepare(DRAW).get()?.value);
        const now = Date.now();
        other.prepare(ACCEPT).run(sequence, id, `key ${sequence}`, topic, body, now, now, now);
      }
      return () => other.exec("COMMIT");
    },
    /** Resolves after several more attempts to begin a transaction. */
    async tries() {
      const enough = begun() + 5;
      await vi.waitFor(() => expect(begun()).toBeGreaterThanOrEqual(enough), 10_000);
    },
    /** Resolves when every delivery is done. */
    async drained() {
      const open = () => inbox.list({ states: ["waiting", "claimed"] });
      await vi.waitFor(async () => expect(await open()).toEqual([]), 20_000);
      expect((await inbox.list({})).map(({ state }) => state)).toEqual(["done", "done", "done"]);
    },
    async titles() {
      return Object.fromEntries(
        (await store.jobs("acme")).map(({ jobberJobId, title }) => [jobberJobId, title]),
      );
    },
  };
}

/** A source whose records change with `version`. */
class ChangingSource implements RecordSource {
  version = 1;
  readonly fetched: number[] = [];
  whileFetching = async () => {};

  async fetch(_tenant: string, _type: string, jobberJobId: string): Promise<FetchedRecords> {
    const { version } = this;
    await this.whileFetching();
    this.fetched.push(version);
    const sourceUpdatedAt = `2026-01-25T10:00:0${version}Z`;
    return {
      jobs: [fetchedJob(jobberJobId, { sourceUpdatedAt, title: `v${version}` })],
      contacts: [],
    };
  }
}

function notification(itemId: string): Uint8Array {
  return bytes(notificationPayload("JOB_UPDATE", { itemId }));
}

function bytes(payload: object): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(payload));
}
