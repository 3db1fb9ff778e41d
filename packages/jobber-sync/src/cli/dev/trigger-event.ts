import { KNOWN_TOPICS, topicTraits } from "@jobber-sync/core";
import {
  encodedId,
  type SimulatedAccount,
  type SimulatedKind,
  type SimulatedRecords,
  type Simulator,
} from "@jobber-sync/testing/simulator";
import { CliError } from "../cli-error.ts";
import { parseAssignments } from "./parse-assignments.ts";

/** A topic to trigger, and the record to change first. */
export interface TriggerRequest {
  readonly topic: string;
  /** `name=value` */
  readonly set: readonly string[];
  /** Number or id of the job. */
  readonly job?: string | undefined;
  /** Id, e-mail or name of the client. */
  readonly client?: string | undefined;
  readonly property?: string | undefined;
  readonly visit?: string | undefined;
}

/** The record whose webhook was queued. */
export interface TriggeredEvent {
  readonly topic: string;
  readonly kind: SimulatedKind | null;
  readonly id: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  /** `null` for a deleted record, and for topics whose records are not simulated. */
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** The simulated Jobber of `jobber-sync dev`. */
export interface SimulatedSide {
  readonly jobber: Simulator;
  readonly account: SimulatedAccount;
}

/**
 * Changes a record of the simulated account, which queues the webhook of the change: what the API
 * returns afterwards agrees with it. Topics of records that are not simulated are sent alone.
 *
 * @throws {CliError} `ERR_CLI_USAGE` for an unknown topic, record, field or value
 */
export async function triggerEvent(
  side: SimulatedSide,
  request: TriggerRequest,
): Promise<TriggeredEvent> {
  const { jobber, account } = side;
  const { topic } = request;
  checkTopic(topic);
  if (topic === "APP_DISCONNECT") {
    jobber.disconnect(account);
    return { topic, kind: null, id: account.id, before: null, after: null };
  }
  const kind = kindOf(topic);
  if (kind === null) return sendAlone(side, request);
  const verb = topic.slice(topic.lastIndexOf("_") + 1);
  if (verb === "CREATE") {
    const { id, ...after } = create(account, kind, request);
    return { topic, kind, id, before: null, after };
  }
  const before = find(account, kind, request);
  const { id } = before;
  const patch = parseAssignments(kind, request.set, { ...before });
  if (verb === "DESTROY") account.destroy(kind, id);
  else if (verb === "UPDATE") account.update(kind, id, patch);
  else {
    if (Object.keys(patch).length > 0)
      throw new CliError(
        "ERR_CLI_USAGE",
        `${topic} sets the record's fields itself: leave out --set.`,
      );
    if (topic === "JOB_CLOSED") account.closeJob(id);
    else account.completeVisit(id);
  }
  const after = account.get(kind, id);
  return { topic, kind, id, before: { ...before }, after: after === null ? null : { ...after } };
}

function checkTopic(topic: string): void {
  if ((KNOWN_TOPICS as readonly string[]).includes(topic)) return;
  const [object = ""] = topic.split("_");
  const similar = KNOWN_TOPICS.filter((name) => name.startsWith(`${object.toUpperCase()}_`));
  const list = similar.length > 0 ? similar : KNOWN_TOPICS;
  throw new CliError("ERR_CLI_USAGE", `Jobber has no topic ${topic}. It has ${list.join(", ")}.`);
}

function kindOf(topic: string): SimulatedKind | null {
  const { objectType } = topicTraits(topic);
  const kinds: readonly string[] = ["client", "property", "job", "visit"];
  return kinds.includes(objectType) ? (objectType as SimulatedKind) : null;
}

function create(account: SimulatedAccount, kind: SimulatedKind, request: TriggerRequest) {
  const given = parseAssignments(kind, request.set);
  if (kind === "client") return account.addClient(given);
  if (kind === "property") return account.addProperty(find(account, "client", request).id, given);
  if (kind === "visit") return account.addVisit(find(account, "job", request).id, given);
  const jobNumber = Math.max(0, ...account.all("job").map((job) => job.jobNumber)) + 1;
  return account.addJob(propertyFor(account, request).id, { jobNumber, ...given });
}

function propertyFor(account: SimulatedAccount, request: TriggerRequest) {
  if (request.client === undefined) return find(account, "property", request);
  const client = find(account, "client", request);
  return (
    account.all("property").find(({ clientId }) => clientId === client.id) ??
    account.addProperty(client.id)
  );
}

/** Returns the record that the request names, or the first one. */
function find<K extends SimulatedKind>(
  account: SimulatedAccount,
  kind: K,
  request: TriggerRequest,
): SimulatedRecords[K] {
  const named = request[kind];
  const records = account.all(kind);
  const record =
    named === undefined ? records[0] : records.find((one) => namesOf(one).includes(named));
  if (record !== undefined) return record;
  const problem = named === undefined ? `no ${kind}` : `no ${kind} "${named}"`;
  const some = records.slice(0, 8).map((one) => namesOf(one)[0]);
  throw new CliError(
    "ERR_CLI_USAGE",
    `The simulated account has ${problem}. It has ${some.join(", ") || "none"}.`,
  );
}

/** Returns the names that people may use for a record, the shortest first. */
function namesOf(record: SimulatedRecords[SimulatedKind]): readonly string[] {
  if ("jobNumber" in record) return [String(record.jobNumber), record.id];
  if ("firstName" in record) {
    const name = `${record.firstName} ${record.lastName}`.trim();
    return [record.email ?? name, name, record.companyName ?? name, record.id];
  }
  return [record.id];
}

async function sendAlone(
  { jobber, account }: SimulatedSide,
  { topic, set }: TriggerRequest,
): Promise<TriggeredEvent> {
  if (set.length > 0)
    throw new CliError("ERR_CLI_USAGE", `Records of ${topic} are not simulated: leave out --set.`);
  const { objectType } = topicTraits(topic);
  const id = objectType === "account" ? account.id : encodedId("Item", Date.now());
  const occurredAt = `${new Date().toISOString().slice(0, 19)}Z`;
  await jobber.webhooks.send({ topic, accountId: account.id, itemId: id, occurredAt });
  return { topic, kind: null, id, before: null, after: null };
}
