import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import { withinRun } from "./within-run.ts";

/**
 * Calls the record source.
 *
 * @throws {JobberSyncError} the source's own coded error; `ERR_API_TIMEOUT` when the signal aborts
 * first; `ERR_SOURCE` for anything else the source throws, with its error in `cause`
 */
export async function callSource<T>(call: () => Promise<T>, signal: AbortSignal): Promise<T> {
  try {
    return await withinRun(
      call,
      signal,
      () => new JobberSyncError("ERR_API_TIMEOUT", "The source did not respond in time."),
    );
  } catch (error) {
    if (isJobberSyncError(error)) throw error;
    throw new JobberSyncError("ERR_SOURCE", "The record source threw.", { cause: error });
  }
}
