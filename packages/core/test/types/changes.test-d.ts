import type { ChangeHandlers, ContactRecord, Extra, JobRecord } from "@jobber-sync/core";
import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";
import { expectType } from "../support/expect-type.ts";

const store = createMemoryStore();
const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });

createWorker({
  inbox,
  store,
  feed: store.changes,
  changes: {
    job({ before, after, changed, cause, at }) {
      expectType<JobRecord | null>()(before);
      expectType<JobRecord>()(after);
      expectType<boolean>()(changed.includes("status"));
      // @ts-expect-error: no field of a job
      changed.includes("statsu");
      expectType<"webhook" | "reconcile" | "recheck" | "push">()(cause);
      expectType<string>()(at);
    },
    async contact({ after }) {
      expectType<ContactRecord>()(after);
    },
  },
});

// @ts-expect-error: no record type
createWorker({ inbox, store, feed: store.changes, changes: { jobs: () => {} } });

interface Extras {
  readonly job: { readonly crew: string };
  readonly client: Extra;
}

const handlers: ChangeHandlers<Extras> = {
  job({ after }) {
    expectType<string | undefined>()(after.extra?.crew);
  },
};
void handlers;
