import { createHash, timingSafeEqual } from "node:crypto";
import type { SimulatedAccount, Simulator } from "@jobber-sync/testing/simulator";
import type { JobberSync } from "jobber-sync";
import { CliError } from "../cli-error.ts";
import { type TriggeredEvent, type TriggerRequest, triggerEvent } from "./trigger-event.ts";

/** Dependencies of {@link createControlHandler}. */
export interface ControlDependencies {
  readonly jobber: Simulator;
  readonly account: SimulatedAccount;
  readonly sync: JobberSync;
  readonly tenant: string;
  /** The bearer token that other commands read from the session file. */
  readonly token: string;
}

/** The response to a trigger. */
export interface TriggerResult {
  readonly event: TriggeredEvent;
  /** One entry per webhook that was sent; `null` when there was no response. */
  readonly responses: readonly (number | null)[];
  /** The stored record afterwards; `null` when there is none of this kind. */
  readonly stored: Readonly<Record<string, unknown>> | null;
}

const DRAIN_MS = 10_000;

/** Creates the handler behind `jobber-sync trigger`: changes a record, sends, processes, reads. */
export function createControlHandler(
  dependencies: ControlDependencies,
): (request: Request) => Promise<Response> {
  const { token } = dependencies;
  return async (request) => {
    if (!isAuthorized(request, token)) return new Response(null, { status: 401 });
    if (request.method !== "POST" || new URL(request.url).pathname !== "/trigger")
      return new Response(null, { status: 404 });
    try {
      return Response.json(await trigger(dependencies, (await request.json()) as TriggerRequest));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return Response.json({ code: error.code, message: error.message }, { status: 400 });
    }
  };
}

async function trigger(
  { jobber, account, sync, tenant }: ControlDependencies,
  request: TriggerRequest,
): Promise<TriggerResult> {
  const before = jobber.webhooks.sent.length;
  const event = await triggerEvent({ jobber, account }, request);
  await jobber.webhooks.flush();
  const responses = jobber.webhooks.sent.slice(before).map(({ status }) => status);
  await sync.drain({ maxMs: DRAIN_MS });
  return { event, responses, stored: await storedRecord(sync, tenant, event) };
}

async function storedRecord(
  { store }: JobberSync,
  tenant: string,
  { kind, id }: TriggeredEvent,
): Promise<TriggerResult["stored"]> {
  if (kind === "visit" || kind === "property" || kind === null) return null;
  const record = await (kind === "job" ? store.job(tenant, id) : store.contact(tenant, id));
  return record === null ? null : { ...record };
}

function isAuthorized(request: Request, token: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  const given = request.headers.get("authorization") ?? "";
  return timingSafeEqual(digest(given), digest(`Bearer ${token}`));
}
