import { type Documents, documentsWith } from "../documents/documents.ts";
import { queryCost } from "../limits/query-cost.ts";
import { type PreparedSelection, prepareSelection } from "./prepare-selection.ts";

/** A record type that `extra` can be read for. */
export type ExtraType = "job" | "client";

/** GraphQL selections to read beside the fields of records, one per record type. */
export interface ExtraOptions {
  /**
   * Fields of a job, such as `customFields { … } lineItems(first: 20) { nodes { name } }`. Give
   * each connection a `first`: without one Jobber counts 100 records.
   *
   * @default none
   */
  readonly job?: string | undefined;
  /** Fields of a client, such as `tags(first: 20) { nodes { label } }`. @default none */
  readonly client?: string | undefined;
}

/** The selections of an API, and the types whose selection Jobber hides from a tenant. */
export interface ExtraSelections {
  readonly job: PreparedSelection | null;
  readonly client: PreparedSelection | null;
  /** Returns the documents that read `extra` for the given types. */
  documents(types: readonly ExtraType[]): Documents;
  /** Whether the type's selection is dropped for the tenant. */
  isHidden(tenant: string, type: ExtraType): boolean;
  /** Drops a type's selection for the tenant, until `forget` or for 15 minutes. */
  hide(tenant: string, type: ExtraType): void;
  /** Forgets what was hidden from the tenant: it was connected again. */
  forget(tenant: string): void;
}

const HIDDEN_MS = 15 * 60_000;
// A query above 10,000 points never runs, and a tenth stays for other requests.
const MAX_POINTS = 9000;

/**
 * Prepares the selections.
 *
 * @param now milliseconds since 1970
 * @throws {TypeError} for text that is not a selection, and for one too costly for a query
 */
export function prepareExtra(extra: ExtraOptions, now: () => number): ExtraSelections {
  const prepare = (type: ExtraType): PreparedSelection | null =>
    extra[type] === undefined ? null : prepareSelection(extra[type], `extra.${type}`);
  const job = prepare("job");
  const client = prepare("client");
  const prepared = new Map<string, Documents>();
  const hiddenUntil = new Map<string, number>();
  const keyOf = (tenant: string, type: ExtraType): string => `${type}:${tenant}`;

  function documents(types: readonly ExtraType[]): Documents {
    const key = types.join();
    const known = prepared.get(key);
    if (known !== undefined) return known;
    const created = documentsWith({
      job: types.includes("job") ? (job?.text ?? "") : "",
      client: types.includes("client") ? (client?.text ?? "") : "",
    });
    prepared.set(key, created);
    return created;
  }

  const points = queryCost(documents(["job", "client"]).job, {}) ?? 0;
  if (points > MAX_POINTS) {
    throw new TypeError(
      `extra costs ${points} points per job, and Jobber allows 10,000 per query. Select less, or give each connection a smaller "first".`,
    );
  }
  return {
    job,
    client,
    documents,
    isHidden: (tenant, type) => (hiddenUntil.get(keyOf(tenant, type)) ?? 0) > now(),
    hide(tenant, type) {
      hiddenUntil.set(keyOf(tenant, type), now() + HIDDEN_MS);
    },
    forget(tenant) {
      for (const type of ["job", "client"] as const) hiddenUntil.delete(keyOf(tenant, type));
    },
  };
}
