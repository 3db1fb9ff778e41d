import type { SimulatedAccount } from "./account.ts";
import { type Mutations, rejected, userError } from "./mutations.ts";
import type { SimulatedVisit } from "./records.ts";
import { cleanText, type LocalTime, toUtc } from "./reformat.ts";

interface Schedule {
  readonly startAt?: LocalTime | null;
  readonly endAt?: LocalTime | null;
  readonly teamMemberIdsToAssign?: readonly string[] | null;
}

/** The mutations of visits. */
export const VISIT_MUTATIONS: Mutations = {
  visitCreate({ jobId, input }, account) {
    const job = account.get("job", jobId);
    if (job === null) throw new RangeError("job not found");
    const times = input.visits.map(({ schedule }: { schedule?: Schedule }) =>
      timesOf(schedule ?? {}),
    );
    if (times.includes(null))
      return rejected({ createdVisits: [], job }, userError("schedule is invalid", "schedule"));
    const createdVisits = input.visits.map(
      (visit: Readonly<Record<string, never>>, index: number) =>
        account.addVisit(jobId, {
          title: cleanText(visit.title) ?? job.title,
          instructions: cleanText(visit.instructions),
          assignedUserIds: (visit.schedule as Schedule | undefined)?.teamMemberIdsToAssign ?? [],
          ...times[index],
        }),
    );
    return { createdVisits, job: account.get("job", jobId), userErrors: [] };
  },
  visitEdit: ({ id, attributes }, account) =>
    onVisit(account, id, "id", (visit) => ({
      title: attributes.title === undefined ? visit.title : cleanText(attributes.title),
      instructions:
        attributes.instructions === undefined
          ? visit.instructions
          : cleanText(attributes.instructions),
    })),
  visitEditSchedule({ id, input }, account) {
    const times = timesOf(input);
    if (times === null) return rejected({ visit: null }, userError("schedule is invalid", "input"));
    return onVisit(account, id, "id", () => times);
  },
  visitEditAssignedUsers: ({ visitId, input }, account) =>
    onVisit(account, visitId, "visitId", () => ({ assignedUserIds: input.assignedUserIds })),
  visitComplete({ visitId, input }, account) {
    if (account.get("visit", visitId) === null) return notFound("visitId");
    const visit = account.completeVisit(visitId);
    if (!input?.completedAt) return { visit, userErrors: [] };
    const patch = { completedAt: input.completedAt };
    return { visit: account.update("visit", visitId, patch), userErrors: [] };
  },
  visitUncomplete: ({ visitId }, account) =>
    onVisit(account, visitId, "visitId", () => ({ isComplete: false, completedAt: null })),
  visitDelete({ visitIds }, account) {
    const visits = visitIds.map((id: string) => account.get("visit", id));
    if (visits.includes(null))
      return rejected({ visits: null }, userError("visit not found", "visitIds"));
    for (const id of visitIds) account.destroy("visit", id);
    return { visits, userErrors: [] };
  },
};

function notFound(path: string): object {
  return rejected({ visit: null }, userError("visit not found", path));
}

function onVisit(
  account: SimulatedAccount,
  id: string,
  path: string,
  patch: (visit: SimulatedVisit) => Partial<SimulatedVisit>,
): object {
  const visit = account.get("visit", id);
  if (visit === null) return notFound(path);
  return { visit: account.update("visit", id, patch(visit)), userErrors: [] };
}

/** Converts local times to UTC. `null` when they are not valid, or end before they begin. */
function timesOf({
  startAt,
  endAt,
}: Schedule): Pick<SimulatedVisit, "startAt" | "endAt" | "allDay"> | null {
  try {
    const start = startAt ? toUtc(startAt) : null;
    const end = endAt ? toUtc(endAt) : null;
    if (end !== null && (start === null || end < start)) return null;
    const allDay = Boolean(startAt && (startAt.time === undefined || startAt.time === null));
    return { startAt: start, endAt: end, allDay };
  } catch {
    return null;
  }
}
