import { setTimeout as delayFor } from "node:timers/promises";
import { contact, job } from "@jobber-sync/push";
import type { RunningBackend } from "../run-until-signal.ts";
import type { SimulatedJobber } from "./simulated-jobber.ts";
import { TENANT } from "./tenant.ts";

const WAIT_MS = 10_000;

/**
 * Pushes three changes to the simulated Jobber and prints the result of each: one that the office
 * has overtaken, one that arrives, and one whose response is lost.
 *
 * @returns what was not as expected
 */
export async function runPushDemo(
  { sync, url }: RunningBackend,
  { account, simulator, records }: SimulatedJobber,
): Promise<readonly string[]> {
  const { push } = sync;
  if (push === null) return ["sync.push is null"];
  const { client } = records;
  const wrong: string[] = [];
  console.log("Pushing changes to Jobber:\n");

  const report = async (title: string, key: string, expected: string) => {
    const result = await settled(key);
    console.log(`    ${title.padEnd(44)} ${result}`);
    if (result !== expected) wrong.push(`push ${key}: ${result}, expected ${expected}`);
  };
  const settled = async (key: string): Promise<string> => {
    for (const end = Date.now() + WAIT_MS; ; await delayFor(50)) {
      await sync.drain();
      const [intent] = await push.outbox.list({ key });
      const isOpen = intent?.finishedAt == null;
      if (!isOpen || Date.now() > end) return `${intent?.state}, ${intent?.reason}`;
    }
  };
  const edit = async (phone: string, key: string, seen: object | null): Promise<void> => {
    const response = await fetch(`${url}/records/${TENANT.slug}/contacts/${client.id}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ fields: { phone }, key, seen }),
    });
    if (response.status !== 202) wrong.push(`POST contact: ${response.status}`);
  };

  const shown = await push.read(TENANT.slug, contact(client.id));
  account.update("client", client.id, { phone: "555-0111" });
  await edit("555-0199", "form-1", shown);
  await report("an edit, after the office made another", "form-1", "conflict, changed");

  await edit("555-0199", "form-2", await push.read(TENANT.slug, contact(client.id)));
  await report("the same edit, of what Jobber has now", "form-2", "done, sent");

  const seen = (await push.read(TENANT.slug, job(records.job.id))) ?? undefined;
  simulator.faults.next("mutation", { kind: "lost_response" });
  const rename = job(records.job.id).edit({ title: "Hedges" });
  await push(TENANT.slug, rename, { key: "form-3", seen });
  await report("an edit whose response is lost, found again", "form-3", "done, sent");

  if (account.get("client", client.id)?.phone !== "555-0199") wrong.push("the phone number");
  if (account.get("job", records.job.id)?.title !== "Hedges") wrong.push("the title");
  if ((await sync.store.job(TENANT.slug, records.job.id))?.title !== "Hedges")
    wrong.push("the stored title");
  console.log("");
  return wrong;
}
