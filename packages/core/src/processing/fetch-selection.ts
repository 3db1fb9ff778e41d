import { JobberSyncError } from "../errors.ts";
import type { JobberEvent } from "../events/jobber-event.ts";
import type { ObjectType } from "../events/topics.ts";
import type { Extra, RecordExtras } from "../records/extra.ts";
import type { RecordSource } from "../records/record-source.ts";
import { callSource } from "./call-source.ts";

/**
 * Reads the object that the delivery is about, with a GraphQL selection of yours: for topics whose
 * objects are not stored, such as quotes and invoices. Sends one query, within the tenant's limits.
 *
 * @typeParam T type of the result, not checked against the response
 * @returns `null` when the object does not exist or is hidden
 * @throws {JobberSyncError} `ERR_API_…`: let it end the handler, and the delivery is retried or
 * paused like one whose record could not be fetched
 * @throws {TypeError} without a source that reads objects, or for a selection that is not GraphQL
 */
export type FetchSelection = <T extends object = Extra>(selection: string) => Promise<T | null>;

/** The fetches of one delivery's handlers. */
export interface HandlerFetches {
  readonly fetch: FetchSelection;
  /** Whether an error comes from the source, so that it is not the handler's own fault. */
  isSourceError(error: unknown): boolean;
}

/** The source, and the wait for the tenant's rate limit. */
interface FetchAccess {
  readonly source: RecordSource<RecordExtras> | undefined;
  readonly beforeFetch?: (tenant: string, signal: AbortSignal) => Promise<void>;
}

/** Creates {@link FetchSelection} for the handlers of one delivery. */
export function createHandlerFetches(
  { source, beforeFetch }: FetchAccess,
  tenant: string,
  { event, signal }: { readonly event: JobberEvent; readonly signal: AbortSignal },
): HandlerFetches {
  const failures = new Set<unknown>();
  const fetch = async (selection: string): Promise<object | null> => {
    if (source?.read === undefined)
      throw new TypeError("fetch needs a source that reads objects, such as createJobberApi.");
    const read = source.read.bind(source);
    try {
      await beforeFetch?.(tenant, signal);
      return await callSource(() => read(tenant, objectOf(event), selection, { signal }), signal);
    } catch (error) {
      // A wrong selection is the handler's own fault.
      if (error instanceof JobberSyncError && error.cause instanceof TypeError) throw error.cause;
      failures.add(error);
      throw error;
    }
  };
  return { fetch: fetch as FetchSelection, isSourceError: (error) => failures.has(error) };
}

function objectOf(event: JobberEvent): { readonly type: ObjectType; readonly id: string } {
  if (event.kind === "notification") return { type: event.objectType, id: event.itemId };
  return { type: event.event.startsWith("job.") ? "job" : "client", id: event.data.id };
}
