import { changedRows, changedSettle, type Mutant } from "./mutant.ts";

/** What goes wrong in looking, replaying and resuming. */
export const TOOLS_MUTANTS: Readonly<Record<string, Mutant>> = {
  "the limit of a list is not minded": {
    rules: [
      "lists by tenant, state, topic and sequence, oldest first, up to a limit",
      "lists 100 at most when it is not told how many",
    ],
    defect: (inbox) => ({ list: (filter) => inbox.list({ ...filter, limit: 10_000 }) }),
  },
  "a limit has to be a number of rows": {
    rules: ["takes Infinity where a limit is asked for: all there are"],
    defect: (inbox) => ({
      async list(filter) {
        if (filter.limit === Number.POSITIVE_INFINITY)
          throw new RangeError("a limit must be finite");
        return inbox.list(filter);
      },
    }),
  },
  "dead letters are replayed unasked": {
    rules: ["replays quarantined and unresolved deliveries, and dead ones when named"],
    defect: (inbox) => ({
      replay: (filter, options) =>
        inbox.replay({ states: ["quarantined", "unresolved", "dead"], ...filter }, options),
    }),
  },
  "a replay takes as many as a list": {
    rules: ["replays all there are, or as many as it is told"],
    defect: (inbox) => ({
      replay: (filter, options) => inbox.replay({ limit: 100, ...filter }, options),
    }),
  },
  "a replay forgets why": {
    rules: ["keeps the reason of what was quarantined, and forgets that of other replayed ones"],
    defect: (inbox) => changedRows(inbox, (row) => ({ ...row, reason: null })),
  },
  "a replay goes on with the old time": {
    rules: ["starts the time of what it replays anew, and says when it was received all the same"],
    defect: (inbox) => changedRows(inbox, (row) => ({ ...row, startedAt: row.receivedAt })),
  },
  "a replay changes nothing": {
    rules: ["wakes what it replays"],
    defect: (inbox) => ({
      replay: async (filter) => (await inbox.list(filter)).length,
    }),
  },
  "a pause counts": {
    rules: ["resumes the paused deliveries of one tenant, and does not count the pause"],
    defect: (inbox) => changedRows(inbox, (row) => ({ ...row, pausedMs: 0 })),
  },
  "a resume changes nothing": {
    rules: ["wakes what it resumes"],
    defect: (inbox) => ({
      resume: async (tenant) => (await inbox.list({ tenant, states: ["paused"] })).length,
    }),
  },
  "a resume is lost on what a worker has": {
    rules: ["resumes what a worker has at that moment and settles as paused afterwards"],
    defect: (inbox) => ({
      settle: (claim, settlements) =>
        inbox.settle({ ...claim, claimedAt: Number.POSITIVE_INFINITY }, settlements),
    }),
  },
  "a resume of the past holds for ever": {
    rules: ["leaves paused what another tenant's resume, or one before the claim, is not about"],
    defect: (inbox) => ({
      settle: (claim, settlements) => inbox.settle({ ...claim, claimedAt: 0 }, settlements),
    }),
  },
  "what is paused waits": {
    rules: ["offers nothing that is paused"],
    defect: (inbox) =>
      changedSettle(inbox, (one) =>
        one.state === "paused"
          ? { ...one, state: "waiting", dueAt: Date.now(), retries: 0, recheckSince: null }
          : one,
      ),
  },
  "objects and times are not filtered": {
    rules: ["lists by object and by time of arrival"],
    defect: (inbox) => ({
      list: ({
        objectType: _type,
        objectId: _id,
        receivedFrom: _from,
        receivedBefore: _,
        ...rest
      }) => inbox.list(rest),
    }),
  },
  "stats mix tenants": {
    rules: ["counts deliveries by tenant and state, with the age of the oldest"],
    defect: (inbox) => ({
      stats: async (options) =>
        (await inbox.stats(options)).map((row) => ({ ...row, tenant: "acme" })),
    }),
  },
  "ages are differences": {
    rules: ["returns no negative age for a delivery from the future"],
    defect: (inbox) => ({
      async stats({ now = Date.now() } = {}) {
        const [oldest] = await inbox.list({ limit: 1 });
        const oldestAgeMs = now - (oldest?.receivedAt ?? 0);
        return (await inbox.stats({ now })).map((row) => ({ ...row, oldestAgeMs }));
      },
    }),
  },
  "a discard deletes waiting deliveries by default": {
    rules: ["discards failed deliveries, and waiting or paused ones when named"],
    defect: (inbox) => ({
      discard: (filter) =>
        inbox.discard({ states: ["quarantined", "unresolved", "dead", "waiting"], ...filter }),
    }),
  },
};
