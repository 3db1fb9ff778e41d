import { type Inbox, listenByPolling, objectKey } from "@jobber-sync/core/ports";
import { changedSettle, type Mutant, NEVER_MS } from "./mutant.ts";

/** Defects in `listen` and `due`. */
export const WAKING_MUTANTS: Readonly<Record<string, Mutant>> = {
  "listen polls once": {
    rules: [
      "listen offers objects that already wait and those that arrive",
      "listen wakes for rows that another process accepted",
    ],
    defect: (inbox) => ({
      async listen(run, { signal }) {
        for (const object of await inbox.due({ now: Date.now(), limit: 100 })) await run(object);
        if (!signal.aborted)
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    }),
  },
  "wake-ups during a run are dropped": {
    rules: ["listen offers an object again if a delivery arrived during its run"],
    defect: (inbox) => {
      const running = new Set<string>();
      return {
        accept: (delivery) =>
          inbox.accept(
            running.has(objectKey(delivery))
              ? { ...delivery, state: "quarantined", reason: "ERR_EVENT_INVALID" }
              : delivery,
          ),
        listen: (run, options) =>
          inbox.listen(async (object) => {
            running.add(objectKey(object));
            await run(object);
            running.delete(objectKey(object));
          }, options),
      };
    },
  },
  "released rows do not wake": {
    rules: ["listen offers a released row once it is due"],
    defect: (inbox) =>
      changedSettle(inbox, (one) =>
        one.state === "waiting" ? { ...one, dueAt: one.dueAt + NEVER_MS } : one,
      ),
  },
  "listen ends before its active runs": {
    rules: ["listen ends when aborted, after its active runs"],
    defect: (inbox) => ({
      listen: (run, options) => inbox.listen(async (object) => void run(object), options),
    }),
  },
  "runs are not bounded": {
    rules: ["listen never exceeds its concurrency"],
    defect: (inbox) => ({
      listen: (run, options) => inbox.listen(run, { ...options, concurrency: 100 }),
    }),
  },
  "what is held is due": {
    rules: [
      "due returns objects with waiting or abandoned rows, and no others",
      "due leaves out an object whose lane is held",
    ],
    defect: (inbox) => ({
      due: async () =>
        (await inbox.list({ states: ["waiting", "claimed"] })).map(
          ({ tenant, objectType, objectId }) => ({
            tenant,
            objectType,
            objectId,
          }),
        ),
    }),
  },
  "excluded objects are due": {
    rules: ["due leaves out excluded objects, whatever the limit"],
    defect: (inbox) => ({ due: ({ now, limit }) => inbox.due({ now, limit }) }),
  },
  "excluded tenants are due": {
    rules: ["leaves excluded tenants out of due, whatever the limit"],
    defect: (inbox) => ({ due: (options) => inbox.due({ ...options, excludeTenants: [] }) }),
  },
  "one object's rows hide the other objects": {
    rules: ["a flood of deliveries for one object does not hold up other objects"],
    defect: (inbox) => {
      const due: Inbox["due"] = async ({ limit }) => {
        const rows = await inbox.list({ states: ["waiting", "claimed"], limit: 1000 });
        const refs = rows.map(({ tenant, objectType, objectId }) => ({
          tenant,
          objectType,
          objectId,
        }));
        return [...new Map(refs.map((ref) => [objectKey(ref), ref])).values()].slice(0, limit);
      };
      return {
        due,
        listen: (run, options) => listenByPolling({ due }, run, { ...options, now: Date.now }),
      };
    },
  },
  "an unclaimed object is offered again without a pause": {
    rules: ["listen pauses before it offers an unclaimed object again"],
    defect: (inbox) => ({
      async listen(run, { concurrency, signal }) {
        while (!signal.aborted) {
          const due = await inbox.due({ now: Date.now(), limit: concurrency });
          await Promise.all(due.map(run));
          await new Promise(setImmediate);
        }
      },
    }),
  },
};
