import { describe, expect, it } from "vitest";
import { backend, notification, sourceOf } from "../support/worker-fixtures.ts";

describe("worker: a record that is gone after an update", () => {
  it.each([
    ["JOB_UPDATE", "job.updated", "job.deleted"],
    ["JOB_CREATE", "job.created", "job.deleted"],
    ["CLIENT_UPDATE", "client.updated", "client.deleted"],
  ] as const)("%s never becomes %s full of nulls, but %s", async (topic, event, deleted) => {
    const called: unknown[] = [];
    const { source } = sourceOf((type) => (type === "account" ? { jobs: [], contacts: [] } : null));
    const note = (name: string) => (context: { event: { event: unknown } }) =>
      void called.push([name, context.event.event]);
    const { send, worker, clock, store } = backend({
      source,
      on: { [event]: note(event), [deleted]: note(deleted), [topic]: note(topic) },
    });
    await send(notification(topic));
    for (let looks = 0; looks < 6; looks += 1) {
      await worker.drain();
      clock.now += 60_000;
    }
    expect(called).toEqual([[deleted, deleted]]);
    const submissions = await store.submissions("acme");
    expect(submissions.map(({ payload }) => payload.event)).toEqual([deleted]);
  });
});
