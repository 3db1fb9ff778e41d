import type { SimulatedAccount } from "./account.ts";
import { type Mutations, rejected, userError } from "./mutations.ts";
import type { SimulatedJob } from "./records.ts";
import { cleanText } from "./reformat.ts";

/** The mutations of jobs. */
export const JOB_MUTATIONS: Mutations = {
  jobCreate({ input }, account) {
    const { propertyId, invoicing, timeframe } = input;
    if (account.get("property", propertyId) === null)
      return rejected({ job: null }, userError("property not found", "propertyId"));
    if (invoicing.invoicingType === "FIXED_PRICE" && invoicing.invoicingSchedule === "PER_VISIT")
      return rejected({ job: null }, userError("fixed price excludes per visit", "invoicing"));
    const { id } = account.addJob(propertyId, {
      title: cleanText(input.title),
      instructions: cleanText(input.instructions),
      ...scheduled(timeframe),
    });
    for (const { message } of input.notes ?? []) account.addNote("job", id, message);
    return { job: account.get("job", id), userErrors: [] };
  },
  jobEdit({ jobId, input }, account) {
    const job = account.get("job", jobId);
    if (job === null) return notFound("jobId");
    const { visitTitles } = input;
    if (visitTitles !== undefined && input.title !== undefined)
      return rejected({ job: null }, userError("visitTitles excludes title", "visitTitles"));
    const title = input.title === undefined ? job.title : cleanText(input.title);
    const instructions =
      input.instructions === undefined ? job.instructions : cleanText(input.instructions);
    // Jobber rewrites incomplete visits too; see docs/jobber-facts.md#mutations.
    for (const visit of incompleteVisits(account, jobId)) {
      if (input.instructions !== undefined) account.update("visit", visit.id, { instructions });
      if (visitTitles !== undefined)
        account.update("visit", visit.id, { title: cleanText(visitTitles) });
    }
    const patch = { title, instructions, ...scheduled(input.timeframe) };
    return { job: account.update("job", jobId, patch), userErrors: [] };
  },
  jobClose({ jobId, input }, account, now) {
    const job = account.get("job", jobId);
    if (job === null) return notFound("jobId");
    if (job.jobStatus === "archived")
      return rejected({ job: null }, userError("job is already closed", "jobId"));
    for (const visit of incompleteVisits(account, jobId)) {
      const isPast = visit.startAt !== null && Date.parse(visit.startAt) <= now;
      if (input.modifyIncompleteVisitsBy === "COMPLETE_PAST_DESTROY_FUTURE" && isPast)
        account.completeVisit(visit.id);
      else account.destroy("visit", visit.id);
    }
    return { job: account.closeJob(jobId), userErrors: [] };
  },
  jobReopen({ jobId }, account) {
    const job = account.get("job", jobId);
    if (job === null) return notFound("jobId");
    if (job.jobStatus !== "archived")
      return rejected({ job: null }, userError("job is not closed", "jobId"));
    const patch = { jobStatus: "action_required", completedAt: null } as const;
    return { job: account.update("job", jobId, patch), userErrors: [] };
  },
  jobCreateNote({ jobId, input }, account) {
    const none = { job: null, jobNote: null };
    if (account.get("job", jobId) === null)
      return rejected(none, userError("job not found", "jobId"));
    const message = cleanText(input.message);
    if (message === null) return rejected(none, userError("message is blank", "message"));
    const jobNote = account.addNote("job", jobId, message);
    return { job: account.get("job", jobId), jobNote, userErrors: [] };
  },
};

function notFound(path: string): object {
  return rejected({ job: null }, userError("job not found", path));
}

function incompleteVisits(account: SimulatedAccount, id: string) {
  return account.all("visit").filter(({ jobId, isComplete }) => jobId === id && !isComplete);
}

/** Converts a timeframe: the date that goes in comes back as a time in UTC. */
function scheduled(
  timeframe: { readonly startAt?: string | null } | null | undefined,
): Partial<Pick<SimulatedJob, "startAt">> {
  return timeframe?.startAt ? { startAt: `${timeframe.startAt}T06:00:00Z` } : {};
}
