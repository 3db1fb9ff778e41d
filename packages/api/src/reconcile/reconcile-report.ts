/** The type of record a walk reads. */
export type RecordType = "client" | "job";

/** Counts of what a run did to the records of one type. */
export interface ReconcileCounts {
  /** Records that Jobber listed. */
  seen: number;
  /** Records that were not stored: a webhook was missed. */
  inserted: number;
  /** Records that were stored with other content: a webhook was missed, or has not arrived yet. */
  updated: number;
  /** Tombstones written for records that Jobber no longer has. */
  deleted: number;
  /** Tombstones lifted because Jobber still has the record. */
  revived: number;
  /** Records that could not be read. They are read again in the next run. */
  unreadable: number;
}

/** Changes since the last run, by whether a webhook had brought them. */
export interface WebhookCounts {
  /** Changed records that were stored already. */
  delivered: number;
  /** Changed records that reconcile had to write. Changes of the last two minutes do not count. */
  missed: number;
}

/** The result of a reconcile. */
export interface ReconcileReport {
  /** `false` when another run of the tenant was active; nothing was done. */
  readonly ran: boolean;
  /** Whether everything was walked, and deletes were looked for. */
  readonly swept: boolean;
  /** Whether the walk is complete. `false` only for a run that yielded to other tenants. */
  readonly complete: boolean;
  readonly clients: Readonly<ReconcileCounts>;
  readonly jobs: Readonly<ReconcileCounts>;
  /** Zero for a full walk. */
  readonly webhooks: Readonly<WebhookCounts>;
}

/** A report while its run is active. */
export interface RunReport {
  ran: boolean;
  swept: boolean;
  complete: boolean;
  readonly clients: ReconcileCounts;
  readonly jobs: ReconcileCounts;
  readonly webhooks: WebhookCounts;
}

/** Creates an empty report. */
export function createReport(ran: boolean): RunReport {
  const webhooks = { delivered: 0, missed: 0 };
  return { ran, swept: false, complete: true, clients: noCounts(), jobs: noCounts(), webhooks };
}

/** Returns the counts of a record type. */
export function countsOf({ report }: { readonly report: RunReport }, type: RecordType) {
  return type === "client" ? report.clients : report.jobs;
}

function noCounts(): ReconcileCounts {
  return { seen: 0, inserted: 0, updated: 0, deleted: 0, revived: 0, unreadable: 0 };
}
