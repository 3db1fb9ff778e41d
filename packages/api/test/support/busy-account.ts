import type { SimulatedAccount, SimulatedJobStatus } from "@jobber-sync/testing/simulator";

const STATUSES: readonly SimulatedJobStatus[] = [
  "requires_invoicing",
  "archived",
  "late",
  "today",
  "upcoming",
  "action_required",
  "on_hold",
  "unscheduled",
  "active",
  "expiring_within_30_days",
];

/** Creates a seeded random number generator. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Fills an account with records, and returns a function that makes one random change. */
export function busyAccount(account: SimulatedAccount, objects: number, seed: number) {
  const below = numbers(seed);
  const text = (name: string): string => `${name} ${below(1e9).toString(36)}`;
  const address = () => ({
    street: `${below(999)} ${text("Road")}`,
    city: text("City"),
    province: below(2) === 0 ? "TX" : null,
    postalCode: `${below(99999)}`,
    country: "US",
  });
  const any = <T>(rows: readonly T[]): T | undefined => rows[below(rows.length)];

  function addClient(): void {
    account.addClient({
      firstName: text("First"),
      lastName: text("Last"),
      email: `${text("mail").replace(" ", ".")}@example.com`,
      phone: `555-${below(9999)}`,
      isLead: below(2) === 0,
      billingAddress: below(3) === 0 ? null : address(),
    });
  }
  function addProperty(): void {
    const client = any(account.all("client"));
    if (client) account.addProperty(client.id, { address: address() });
  }
  function addJob(): void {
    const property = any(account.all("property"));
    if (property)
      account.addJob(property.id, {
        title: text("Job"),
        jobStatus: any(STATUSES) ?? "active",
        total: below(1e5) / 100,
      });
  }

  for (let n = 0; n < objects * 0.3; n++) addClient();
  for (let n = 0; n < objects * 0.2; n++) addProperty();
  for (let n = 0; n < objects * 0.4; n++) addJob();
  for (let n = 0; n < objects * 0.1; n++) account.addVisit(any(account.all("job"))?.id ?? "");

  /** Makes one change. Kinds are as frequent as in a real account: deletes are rare. */
  return function mutate(): void {
    const job = any(account.all("job"));
    const client = any(account.all("client"));
    const property = any(account.all("property"));
    const visit = any(account.all("visit"));
    const kind = below(100);
    if (kind < 30 && job)
      account.update("job", job.id, { title: text("Job"), total: below(1e5) / 100 });
    else if (kind < 45 && job)
      account.update("job", job.id, {
        jobStatus: any(STATUSES) ?? "active",
        startAt: "2026-01-25T10:00:00-06:00",
      });
    else if (kind < 60 && client)
      account.update("client", client.id, {
        email: `${text("new").replace(" ", ".")}@example.com`,
        isArchived: below(2) === 0,
      });
    else if (kind < 70 && property) account.update("property", property.id, { address: address() });
    else if (kind < 78 && visit) account.update("visit", visit.id, { title: text("Visit") });
    else if (kind < 82 && visit) account.completeVisit(visit.id);
    else if (kind < 86 && job)
      account.closeJob(job.id, below(2) === 0 ? "archived" : "requires_invoicing");
    else if (kind < 90) addJob();
    else if (kind < 93) addClient();
    else if (kind < 95) addProperty();
    else if (kind < 97 && job) account.addVisit(job.id);
    else if (kind < 99 && job) account.destroy("job", job.id);
    else if (kind === 99 && property && below(4) === 0) account.destroy("property", property.id);
    else if (visit) account.destroy("visit", visit.id);
  };
}
