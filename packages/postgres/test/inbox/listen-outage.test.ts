import { setTimeout as delay } from "node:timers/promises";
import { createWorker } from "@jobber-sync/core";
import { expect, it } from "vitest";
import { delivery, done } from "../support/deliveries.ts";
import { type OwnServer, startOwnServer } from "../support/embedded-postgres.ts";
import { startTestDatabase, type TestDatabase } from "../support/open-postgres.ts";
import { SILENT } from "../support/sender.ts";

async function withOwnServer(
  body: (database: TestDatabase, server: OwnServer) => Promise<void>,
): Promise<void> {
  const server = await startOwnServer();
  const database = await startTestDatabase(async () => server);
  try {
    await body(database, server);
  } finally {
    await database.stop();
  }
}

it("ends within seconds while the server is down, and so does a worker", async () => {
  await withOwnServer(async (database, server) => {
    const { inbox, store } = await database.open();
    const stop = new AbortController();
    const errors: unknown[] = [];
    const listening = inbox.listen(async () => {}, {
      concurrency: 2,
      signal: stop.signal,
      onError: (error) => errors.push(error),
    });
    const worker = createWorker({ inbox, store, logger: SILENT });
    worker.start();
    await delay(300);
    await server.crash();
    await expect.poll(() => errors.length, { timeout: 10_000 }).toBeGreaterThan(0);
    const began = performance.now();
    stop.abort();
    await Promise.all([listening, worker.stop()]);
    expect(performance.now() - began).toBeLessThan(10_000);
    // Every one of them coded, and none twice in a few seconds.
    expect(errors.map((error) => (error as { readonly code?: unknown }).code).toSorted()).toEqual(
      [...new Set(errors.map((error) => (error as { readonly code?: unknown }).code))].toSorted(),
    );
    for (const error of errors)
      expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_STORE/) });
    await server.restart();
  });
}, 60_000);

it("goes on by itself when the server is back", async () => {
  await withOwnServer(async (database, server) => {
    const { inbox } = await database.open();
    const stop = new AbortController();
    const runs: string[] = [];
    const listening = inbox.listen(
      async (object) => {
        const claim = await inbox
          .claim(object, { leaseMs: 10_000, now: Date.now() })
          .catch(() => null);
        if (claim === null) return;
        await inbox.settle(claim, done(claim)).catch(() => {});
        runs.push(object.objectId);
      },
      { concurrency: 2, signal: stop.signal, onError: () => {} },
    );
    await inbox.accept(delivery("before"));
    await expect.poll(() => runs, { timeout: 10_000 }).toContain("before");
    await server.crash();
    await delay(500);
    await server.restart();
    await expect
      .poll(
        () =>
          inbox.accept(delivery("after")).then(
            () => true,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
    await expect.poll(() => runs, { timeout: 15_000 }).toContain("after");
    stop.abort();
    await listening;
  });
}, 60_000);
