import { type Inbox, listenByPolling, objectKey } from "@jobber-sync/core/ports";
import { changedSettle, type Mutant, NEVER_MS } from "./mutant.ts";

/** What goes wrong in offering objects. */
export const WAKING_MUTANTS: Readonly<Record<string, Mutant>> = {
  "a listener looks once": {
    rules: [
      "offers objects that wait from before, and those that come",
      "wakes for what another process accepted",
    ],
    defect: (inbox) => ({
      async listen(run, { signal }) {
        for (const object of await inbox.due({ now: Date.now(), limit: 100 })) await run(object);
        if (!signal.aborted)
          await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    }),
  },
  "the wake-up of what comes while the object runs is dropped": {
    rules: ["offers an object again when a delivery came while it ran"],
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
  "what was put back is not woken": {
    rules: ["offers what was put back when its time has come"],
    defect: (inbox) =>
      changedSettle(inbox, (one) =>
        one.state === "waiting" ? { ...one, dueAt: one.dueAt + NEVER_MS } : one,
      ),
  },
  "runs are not waited for": {
    rules: ["ends when told to, after its runs have"],
    defect: (inbox) => ({
      listen: (run, options) => inbox.listen(async (object) => void run(object), options),
    }),
  },
  "runs are not bounded": {
    rules: ["never runs more objects at one time than allowed"],
    defect: (inbox) => ({
      listen: (run, options) => inbox.listen(run, { ...options, concurrency: 100 }),
    }),
  },
  "what is held is due": {
    rules: [
      "lists as due what waits or was abandoned, and nothing else",
      "leaves an object out of due while its lane is held",
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
    rules: ["passes over the objects that are not wanted, whatever the limit"],
    defect: (inbox) => ({ due: ({ now, limit }) => inbox.due({ now, limit }) }),
  },
  "one object's rows hide the other objects": {
    rules: ["runs other objects while one that runs gets very many deliveries"],
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
  "an object that nobody takes is offered at once again": {
    rules: ["does not offer without a pause an object that nobody takes"],
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
