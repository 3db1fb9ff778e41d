import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delayFor } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createJobberApi } from "@jobber-sync/api";
import { contact, createPush } from "@jobber-sync/push";
import { openSqlite } from "@jobber-sync/sqlite";
import { silentLogger } from "@jobber-sync/testing";
import { seededRandom } from "@jobber-sync/testing/contracts";
import { createSimulator, type Simulator } from "@jobber-sync/testing/simulator";

/** Result of {@link runKills}. */
export interface KillsReport {
  readonly kills: number;
  readonly creates: number;
  readonly done: number;
  readonly check: number;
  readonly clients: number;
}

const CREATES_PER_KILL = 4;
const PROCESS = fileURLToPath(new URL("../support/pusher-process.ts", import.meta.url));

/**
 * Kills the process that sends creates again and again, each time at a random moment. Every contact
 * must be in Jobber at most once; exactly once if its intent is done.
 */
export async function runKills(kills: number, seed: number): Promise<KillsReport> {
  const random = seededRandom(seed);
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-kills-"));
  const path = join(folder, "push.db");
  const jobber = await createSimulator({ limits: { requests: 1e9, restoreRate: 1e9 } });
  const account = jobber.addAccount();
  // Longer than a fast machine needs for the commit, so that kills fall between send and response.
  jobber.faults.always("mutation", { kind: "slow", ms: 20 });
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const { outbox, store, tokens, lease, close } = openSqlite(path, { now });
  const api = createJobberApi({
    ...{ tokens, lease, version: jobber.version, endpoint: jobber.endpoint },
    ...{ clientId: jobber.clientId, clientSecret: jobber.clientSecret, logger: silentLogger },
  });
  try {
    const { accessToken, refreshToken } = jobber.connect(account);
    const serverTime = Date.now();
    await api.connect("acme", { accessToken, refreshToken, lifetimeMs: 3_600_000, serverTime });
    const push = createPush({ outbox, store, request: api.request, logger: silentLogger, now });
    const creates = kills * CREATES_PER_KILL;
    for (let n = 0; n < creates; n += 1) {
      const form = { firstName: `N${n}`, email: `lead-${n}@example.com` };
      // Half of them are protected by their intent only.
      await push("acme", contact(`lead-${n}`).create(form), n % 2 === 0 ? {} : { match: [] });
    }
    for (let killed = 0; killed < kills; killed += 1)
      await killOnce(jobber, path, Math.floor(random() * 250));
    jobber.faults.clear();
    for (let rounds = 0; ; rounds += 1) {
      assert.ok(rounds < 10_000, "the outbox does not come to rest");
      await push.drain();
      const states = ["waiting", "claimed", "sent", "uncertain"] as const;
      const open = await outbox.list({ states, limit: 100_000 });
      if (open.length === 0) break;
      ahead += Math.max(1000, Math.min(...open.map(({ dueAt }) => dueAt)) - now());
    }
    const intents = await outbox.list({ limit: 100_000 });
    assert.equal(intents.length, creates);
    const clients = account.all("client");
    const emails = new Set(clients.map(({ email }) => email));
    assert.equal(emails.size, clients.length, "a client was created twice");
    for (const { ref, state } of intents) {
      assert.ok(state === "done" || state === "check", `${ref} is ${state}`);
      if (state === "done") assert.ok(emails.has(`${ref}@example.com`), `${ref} was lost`);
    }
    const done = intents.filter(({ state }) => state === "done").length;
    return { kills, creates, done, check: creates - done, clients: clients.length };
  } finally {
    await close();
    await jobber.close();
    rmSync(folder, { recursive: true });
  }
}

async function killOnce(jobber: Simulator, path: string, afterMs: number): Promise<void> {
  const { endpoint, clientId, clientSecret, version } = jobber;
  const args = [PROCESS, path, endpoint, clientId, clientSecret, version];
  const child = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", "--disable-warning=ExperimentalWarning", ...args],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exited = once(child, "exit");
  try {
    await Promise.race([once(child.stdout, "data"), exited]);
    await delayFor(afterMs);
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}
