import { JobberSyncError } from "../errors.ts";

/** Returns the error for JSON that is not an event. */
export function invalidEvent(problem: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_EVENT_INVALID",
    `The body is not an event: ${problem}. Expected Jobber's envelope {"data":{"webHookEvent":{…}}} or a snapshot {"event":"job.created","data":{"id":…}}.`,
  );
}
