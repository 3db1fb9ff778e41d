import type { SimulatedAccount, Simulator } from "@jobber-sync/testing/simulator";

const DAY_MS = 86_400_000;

const CLIENTS = [
  ["Grace", "Hopper", "grace@example.com", "1 Harbor Rd", "Dallas"],
  ["Alan", "Turing", "alan@example.com", "5 Enigma Way", "Austin"],
  ["Ada", "Lovelace", "ada@example.com", "8 Engine St", "Houston"],
  ["Katherine", "Johnson", "katherine@example.com", "12 Orbit Ave", "Austin"],
  ["Edsger", "Dijkstra", "edsger@example.com", "30 Shortest Path", "San Antonio"],
] as const;

const JOBS = [
  ["Lawn service", "upcoming", 120],
  ["Gutter cleaning", "late", 260],
  ["Weekly mowing", "active", 480],
  ["Snow removal", "unscheduled", 90],
  ["Fence repair", "requires_invoicing", 725],
  ["Window cleaning", "today", 180],
  ["Tree removal", "action_required", 1450],
  ["Spring cleanup", "archived", 310],
] as const;

/** The number of the first sample job. */
export const FIRST_JOB_NUMBER = 1042;

/** Adds an account with clients, properties, jobs and visits, as they exist before the app. */
export function addSampleAccount(jobber: Simulator, now: number): SimulatedAccount {
  const account = jobber.addAccount("Acme Lawn Care");
  const properties = CLIENTS.map(([firstName, lastName, email, street, city], index) => {
    const address = { street, city, province: "TX", postalCode: `7520${index}`, country: "US" };
    const phone = `555-010${index}`;
    const { id } = account.addClient({
      ...{ firstName, lastName, email, phone },
      billingAddress: address,
    });
    return account.addProperty(id, { address });
  });
  for (const [index, [title, jobStatus, total]] of JOBS.entries()) {
    const property = properties[index % properties.length];
    if (property === undefined) continue;
    const done = jobStatus === "archived" || jobStatus === "requires_invoicing";
    const startAt = time(now + (index - 3) * DAY_MS);
    const job = account.addJob(property.id, {
      jobNumber: FIRST_JOB_NUMBER + index,
      ...{ title, jobStatus, total, startAt },
      jobType: title === "Weekly mowing" ? "RECURRING" : "ONE_OFF",
      endAt: time(now + (index - 3) * DAY_MS + 7_200_000),
      completedAt: done ? time(now - DAY_MS) : null,
    });
    account.addVisit(job.id, { title, startAt, isComplete: done });
  }
  return account;
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
