import { describe, expect, it } from "vitest";
import { backend } from "../support/worker-fixtures.ts";

const snapshot = (id: string) => ({ event: "job.updated", data: { id, title: id } });

describe("worker: stop inside a handler", () => {
  it("does not wait for the handler's own run, which then ends as usual", async () => {
    let waitedMs = Number.POSITIVE_INFINITY;
    const b = backend({
      on: {
        "job.updated": async () => {
          const begin = performance.now();
          await b.worker.stop({ graceMs: 30_000 });
          waitedMs = performance.now() - begin;
        },
      },
    });
    await b.send(snapshot("1"));
    b.worker.start();
    await expect.poll(() => b.states(), { timeout: 5000 }).toEqual(["done"]);
    expect(waitedMs).toBeLessThan(5000);
    await b.send(snapshot("2"));
    expect(await b.states()).toEqual(["done", "waiting"]);
    await b.worker.stop();
  });

  it("waits for the other runs, except those that wait for the stop too", async () => {
    const ends: string[] = [];
    let finish = () => {};
    const slow = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const b = backend({
      on: {
        "job.updated": async ({ submission }) => {
          const id = submission.payload.jobber_job_id ?? "";
          if (id === "slow") await slow;
          else await b.worker.stop({ graceMs: 30_000 });
          ends.push(id);
        },
      },
    });
    for (const id of ["1", "2", "slow"]) await b.send(snapshot(id));
    b.worker.start();
    await expect
      .poll(async () => (await b.inbox.list({ states: ["claimed"] })).length, { timeout: 5000 })
      .toBe(3);
    expect(ends).toEqual([]);
    finish();
    await expect.poll(() => b.states(), { timeout: 5000 }).toEqual(["done", "done", "done"]);
    expect(ends[0]).toBe("slow");
    await b.worker.stop();
  });
});
