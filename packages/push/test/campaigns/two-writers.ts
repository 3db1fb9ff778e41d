import assert from "node:assert/strict";
import { type ContactView, contact } from "@jobber-sync/push";
import { seededRandom } from "@jobber-sync/testing/contracts";
import { openPush } from "../support/open-push.ts";

/** Result of {@link runTwoWriters}. */
export interface TwoWritersReport {
  readonly histories: number;
  readonly mutations: number;
  readonly conflicts: number;
  /** Edits that met a change that a lagging replica did not show yet. */
  readonly inWindow: number;
}

/**
 * Lets an office user and pushes change the same client at random, through replicas that lag by up
 * to `lagMs`. A push may overwrite a change only if it was forced, or made so shortly before that
 * the read before the send could not show it.
 */
export async function runTwoWriters(
  histories: number,
  seed: number,
  lagMs: number,
  createPush?: typeof import("@jobber-sync/push").createPush,
): Promise<TwoWritersReport> {
  const opened = await openPush({
    ...(createPush && { createPush }),
    jobber: { limits: { requests: 1e9, restoreRate: 1e9 } },
  });
  const report = { histories, mutations: 0, conflicts: 0, inWindow: 0 };
  opened.account.conditions.replicaLagMs = lagMs;
  for (let history = 0; history < histories; history += 1)
    await runHistory(opened, seed + history, lagMs, report);
  return report;
}

type Report = { -readonly [K in keyof TwoWritersReport]: TwoWritersReport[K] };

async function runHistory(
  { push, account, clock, jobber, settle, intent }: Awaited<ReturnType<typeof openPush>>,
  seed: number,
  lagMs: number,
  report: Report,
): Promise<void> {
  const random = seededRandom(seed);
  const value = () => `N${Math.floor(random() * 3)}`;
  const client = account.addClient({ firstName: value(), lastName: "Doe" });
  clock.now += lagMs + 1;
  let seen = (await push.read("acme", contact(client.id))) as ContactView;
  /** When the office last changed the name. */
  let officeAt = Number.NEGATIVE_INFINITY;
  for (let step = 0; step < 6; step += 1) {
    const name = account.get("client", client.id)?.firstName ?? "";
    switch (Math.floor(random() * 4)) {
      case 0: {
        const next = value();
        if (next !== name) officeAt = clock.now;
        account.update("client", client.id, { firstName: next });
        break;
      }
      case 1:
        seen = (await push.read("acme", contact(client.id))) as ContactView;
        break;
      case 2:
        clock.now += Math.floor(random() * 2 * (lagMs + 1000));
        break;
      default: {
        const key = `${seed}-${step}`;
        const wanted = value();
        const force = random() < 0.2;
        if (random() < 0.2) jobber.faults.next("mutation", { kind: "lost_response" });
        await push("acme", contact(client.id).edit({ firstName: wanted }), { key, seen, force });
        const before = account.get("client", client.id)?.firstName;
        const sentBefore = jobber.counts.queries.clientEdit ?? 0;
        const startedAt = clock.now;
        await settle();
        jobber.faults.clear();
        const sent = (jobber.counts.queries.clientEdit ?? 0) - sentBefore;
        report.mutations += sent;
        const { state } = await intent(key);
        const after = account.get("client", client.id)?.firstName;
        assert.ok(sent <= 1, `seed ${seed}: ${sent} mutations for one edit`);
        assert.ok(state === "done" || state === "conflict", `seed ${seed}: ${state}`);
        if (lagMs === 0 && before === wanted)
          assert.equal(sent, 0, `seed ${seed}: sent the value that Jobber has`);
        if (state === "conflict") {
          report.conflicts += 1;
          assert.equal(after, before, `seed ${seed}: a conflict changed the client`);
        } else if (after !== wanted) {
          // The office changed the wanted value, and the replica did not show it yet: as if the
          // office had changed it after the edit.
          report.inWindow += 1;
          assert.ok(sent === 0 && startedAt - officeAt <= lagMs, `seed ${seed}: done, but not so`);
        }
        const overwrote = sent === 1 && before !== seen.firstName && before !== wanted;
        if (overwrote && !force) {
          report.inWindow += 1;
          assert.ok(
            startedAt - officeAt <= lagMs,
            `seed ${seed}: overwrote a change that the read could show`,
          );
        }
      }
    }
  }
}
