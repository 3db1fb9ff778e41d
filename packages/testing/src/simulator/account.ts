import { encodedId } from "../ids/encoded-id.ts";
import { clientEntries } from "./client-entries.ts";
import type { AccountConditions } from "./conditions.ts";
import type {
  SimulatedClient,
  SimulatedJob,
  SimulatedNote,
  SimulatedProperty,
  SimulatedRecords,
  SimulatedTime,
  SimulatedVisit,
} from "./records.ts";
import { createVersionedTable, type VersionedTable } from "./versioned-table.ts";

/** A change in an account, as its webhook describes it. */
export interface SimulatedEvent {
  readonly topic: string;
  readonly accountId: string;
  readonly itemId: string;
  readonly occurredAt: SimulatedTime;
}

/** A kind of record, by Jobber's name. */
export type SimulatedKind = keyof SimulatedRecords;

/** Every version of an account's records, from which lagging replicas read. */
export type AccountTables = { readonly [K in SimulatedKind]: VersionedTable<SimulatedRecords[K]> };
type Given<T> = Partial<
  Omit<T, "id" | "clientId" | "propertyId" | "jobId" | "createdAt" | "updatedAt">
>;

/**
 * A simulated Jobber account and its records. Every change emits a webhook event, whether a test or
 * the API made it.
 */
export interface SimulatedAccount {
  readonly id: string;
  readonly name: string;
  readonly createdAt: SimulatedTime;
  readonly conditions: AccountConditions;
  addClient(given?: Given<SimulatedClient>): SimulatedClient;
  addProperty(clientId: string, given?: Given<SimulatedProperty>): SimulatedProperty;
  /** Adds a job. Its client is the client of the property, as in Jobber. */
  addJob(propertyId: string, given?: Given<SimulatedJob>): SimulatedJob;
  addVisit(jobId: string, given?: Given<SimulatedVisit>): SimulatedVisit;
  /**
   * Changes a record. Properties and visits have no `updatedAt`, and their job's does not change,
   * as in Jobber.
   */
  update<K extends SimulatedKind>(
    kind: K,
    id: string,
    patch: Given<SimulatedRecords[K]>,
  ): SimulatedRecords[K];
  /** Closes a job, as `archived` when it is invoiced. @default "archived" */
  closeJob(id: string, jobStatus?: "archived" | "requires_invoicing"): SimulatedJob;
  completeVisit(id: string): SimulatedVisit;
  /**
   * Moves a visit, and with it the start of its job. Only the visit sends an event, and the job's
   * `updatedAt` does not move.
   */
  moveVisit(id: string, startAt: SimulatedTime): SimulatedVisit;
  /** Adds a note to a client or a job. Sends no webhook: Jobber has no topic for notes. */
  addNote(kind: "client" | "job", id: string, message: string): SimulatedNote;
  /**
   * Deletes a record and its dependents: a client's properties, a property's jobs, a job's visits.
   */
  destroy(kind: SimulatedKind, id: string): void;
  /** Returns the current records, ignoring replica lag, in order of creation. */
  all<K extends SimulatedKind>(kind: K): readonly SimulatedRecords[K][];
  /** Returns the current record, ignoring replica lag; `null` when it does not exist. */
  get<K extends SimulatedKind>(kind: K, id: string): SimulatedRecords[K] | null;
}

/** Runs a mutation of the app: its webhooks follow `conditions.echo`. */
export type AsApp = <T>(mutate: () => T) => T;

/** Options for {@link createAccount}. */
export interface AccountOptions {
  readonly number: number;
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly emit: (event: SimulatedEvent) => void;
}

const NOWHERE = {
  street: "",
  city: null,
  province: null,
  postalCode: null,
  country: null,
} as const;

/** Creates an account without records, and the tables behind it. */
export function createAccount({ number, name, now, emit }: AccountOptions): {
  readonly account: SimulatedAccount;
  readonly tables: AccountTables;
  readonly asApp: AsApp;
} {
  const accountId = encodedId("Account", number);
  const tables: AccountTables = {
    client: createVersionedTable(),
    property: createVersionedTable(),
    job: createVersionedTable(),
    visit: createVersionedTable(),
  };
  let last = number * 1_000_000;
  const time = (): SimulatedTime => wholeSeconds(now());
  let appActs = false;
  const nextId = (type: string): string => {
    last += 1;
    return encodedId(type, last);
  };
  const newId = (kind: SimulatedKind): string =>
    nextId(`${kind[0]?.toUpperCase()}${kind.slice(1)}`);
  const notify = (topic: string, itemId: string): void => {
    const { echo } = account.conditions;
    const times = !appActs || echo === "once" ? 1 : echo === "never" ? 0 : 2;
    for (let n = 0; n < times; n++) emit({ topic, accountId, itemId, occurredAt: time() });
  };
  const current = <K extends SimulatedKind>(kind: K, id: string): SimulatedRecords[K] | null =>
    tables[kind].read(id, Number.POSITIVE_INFINITY);
  const existing = <K extends SimulatedKind>(kind: K, id: string): SimulatedRecords[K] => {
    const record = current(kind, id);
    if (record === null) throw new RangeError(`The account has no ${kind} with the id ${id}.`);
    return record;
  };
  const all = <K extends SimulatedKind>(kind: K): readonly SimulatedRecords[K][] =>
    tables[kind].list(Number.POSITIVE_INFINITY);

  function create<K extends SimulatedKind>(
    kind: K,
    record: SimulatedRecords[K],
  ): SimulatedRecords[K] {
    tables[kind].write(record.id, record, now());
    notify(`${kind.toUpperCase()}_CREATE`, record.id);
    return record;
  }

  function change<K extends SimulatedKind>(
    kind: K,
    id: string,
    topic: string,
    patch: Partial<SimulatedRecords[K]>,
  ): SimulatedRecords[K] {
    const before = existing(kind, id);
    const record = { ...before, ...patch, ...("updatedAt" in before ? { updatedAt: time() } : {}) };
    tables[kind].write(id, record, now());
    notify(topic, id);
    return record;
  }

  function destroy(kind: SimulatedKind, id: string): void {
    existing(kind, id);
    const below =
      kind === "client"
        ? all("property").filter(({ clientId }) => clientId === id)
        : kind === "property"
          ? all("job").filter(({ propertyId }) => propertyId === id)
          : kind === "job"
            ? all("visit").filter(({ jobId }) => jobId === id)
            : [];
    const kindBelow = (
      { client: "property", property: "job", job: "visit", visit: "visit" } as const
    )[kind];
    for (const record of below) destroy(kindBelow, record.id);
    tables[kind].write(id, null, now());
    notify(`${kind.toUpperCase()}_DESTROY`, id);
  }

  const account: SimulatedAccount = {
    id: accountId,
    name,
    createdAt: time(),
    conditions: {
      hidden: new Set(),
      missing: new Set(),
      replicaLagMs: 0,
      indexLagMs: 0,
      echo: "once",
      inactive: false,
    },
    all,
    get: current,
    destroy,
    addClient: (given) =>
      create("client", {
        firstName: "",
        lastName: "",
        companyName: null,
        isCompany: false,
        isLead: false,
        isArchived: false,
        billingAddress: null,
        notes: [],
        ...given,
        ...clientEntries(given ?? {}, null, nextId),
        id: newId("client"),
        createdAt: time(),
        updatedAt: time(),
      }),
    addProperty: (clientId, given) =>
      create("property", {
        name: null,
        address: NOWHERE,
        ...given,
        id: newId("property"),
        clientId: existing("client", clientId).id,
        createdAt: time(),
      }),
    addJob: (propertyId, given) =>
      create("job", {
        jobNumber: last + 1 - number * 1_000_000,
        title: null,
        instructions: null,
        jobStatus: "unscheduled",
        jobType: "ONE_OFF",
        startAt: null,
        endAt: null,
        completedAt: null,
        total: 0,
        notes: [],
        ...given,
        id: newId("job"),
        clientId: existing("property", propertyId).clientId,
        propertyId,
        createdAt: time(),
        updatedAt: time(),
      }),
    addVisit: (jobId, given) =>
      create("visit", {
        title: null,
        instructions: null,
        startAt: null,
        endAt: null,
        allDay: false,
        assignedUserIds: [],
        isComplete: false,
        completedAt: null,
        ...given,
        id: newId("visit"),
        jobId: existing("job", jobId).id,
        createdAt: time(),
      }),
    update(kind, id, patch) {
      const entries = kind === "client" ? clientEntries(patch, existing("client", id), nextId) : {};
      return change(kind, id, `${kind.toUpperCase()}_UPDATE`, { ...patch, ...entries } as object);
    },
    closeJob: (id, jobStatus = "archived") =>
      change("job", id, "JOB_CLOSED", { jobStatus, completedAt: time() }),
    moveVisit(id, startAt) {
      const { jobId } = existing("visit", id);
      tables.job.write(jobId, { ...existing("job", jobId), startAt }, now());
      return change("visit", id, "VISIT_UPDATE", { startAt });
    },
    completeVisit: (id) =>
      change("visit", id, "VISIT_COMPLETE", { isComplete: true, completedAt: time() }),
    addNote(kind, id, message) {
      const note = {
        id: nextId(kind === "job" ? "JobNote" : "ClientNote"),
        message,
        createdAt: time(),
      };
      const { notes } = existing(kind, id);
      if (kind === "job")
        tables.job.write(id, { ...existing("job", id), notes: [...notes, note] }, now());
      else tables.client.write(id, { ...existing("client", id), notes: [...notes, note] }, now());
      return note;
    },
  };
  return {
    account,
    tables,
    asApp(mutate) {
      appActs = true;
      try {
        return mutate();
      } finally {
        appActs = false;
      }
    },
  };
}

/**
 * Formats a time in whole seconds, as Jobber does, so two changes within a second have the same
 * time.
 */
function wholeSeconds(ms: number): SimulatedTime {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
