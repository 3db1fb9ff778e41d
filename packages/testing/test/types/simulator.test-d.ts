import {
  createSimulator,
  type SimulatedJob,
  type SimulatedVisit,
  type Simulator,
} from "@jobber-sync/testing/simulator";
import { expectTypeOf } from "vitest";

declare const optional: number | undefined;

expectTypeOf(createSimulator({ seed: optional, limits: undefined })).toEqualTypeOf<
  Promise<Simulator>
>();
// @ts-expect-error: at least one version
void createSimulator({ versions: [] });

export function records(jobber: Simulator): void {
  const account = jobber.addAccount();
  const client = account.addClient({ firstName: "John" });
  const property = account.addProperty(client.id);
  expectTypeOf(account.addJob(property.id, { jobStatus: "late" })).toEqualTypeOf<SimulatedJob>();
  expectTypeOf(account.get("visit", "1")).toEqualTypeOf<SimulatedVisit | null>();
  account.update("job", "1", { title: "Lawn Service" });
  // @ts-expect-error: the account sets the id
  account.addClient({ id: "1" });
  // @ts-expect-error: a client has no title
  account.update("client", "1", { title: "Lawn Service" });
  // @ts-expect-error: not a kind
  account.get("invoice", "1");

  jobber.faults.next("graphql", { kind: "html" }, 2);
  // @ts-expect-error: a body needs its status
  jobber.faults.next("graphql", { kind: "body", body: {} });
  // @ts-expect-error: only the simulator takes faults from the plan
  jobber.faults.take("graphql");
  // @ts-expect-error: only accounts queue events
  jobber.webhooks.queue;
  // @ts-expect-error: tables are internal
  account.tables;
}
