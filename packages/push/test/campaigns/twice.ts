import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contact, createPush } from "@jobber-sync/push";
import { openSqlite } from "@jobber-sync/sqlite";
import { silentLogger } from "@jobber-sync/testing";
import { openPush } from "../support/open-push.ts";

/**
 * Submits every form twice at once, under two names, through two connections to one SQLite file: to
 * SQLite a second connection is another process. Both send.
 *
 * @returns the number of clients in Jobber, and of forms whose two intents have one client
 */
export async function submitTwice(forms: number) {
  const { account, api, clock } = await openPush({
    jobber: { limits: { requests: 1e9, restoreRate: 1e9 } },
  });
  account.conditions.indexLagMs = 10_000;
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-twice-"));
  const now = () => clock.now;
  const opened = [0, 1].map(() => openSqlite(join(folder, "push.db"), { now }));
  try {
    const pushes = opened.map(({ outbox, store }) =>
      createPush({ outbox, store, request: api.request, logger: silentLogger, now }),
    );
    for (let n = 0; n < forms; n += 1) {
      const form = { firstName: `N${n}`, email: `lead-${n}@example.com` };
      await Promise.all(
        pushes.map((push, index) => push("acme", contact(`lead-${n}-${index}`).create(form))),
      );
    }
    const [outbox] = opened.map((each) => each.outbox);
    for (let rounds = 0; rounds < forms * 10; rounds += 1) {
      await Promise.all(pushes.map((push) => push.drain()));
      const open = await outbox?.list({ states: ["waiting", "claimed", "sent", "uncertain"] });
      if (open?.length === 0) break;
      clock.now += 1000;
    }
    const intents = (await outbox?.list({ states: ["done"], limit: 1_000_000 })) ?? [];
    const ids = new Map(intents.map(({ ref, objectId }) => [ref, objectId]));
    const same = Array.from({ length: forms }, (_, n) => n).filter(
      (n) => ids.has(`lead-${n}-0`) && ids.get(`lead-${n}-0`) === ids.get(`lead-${n}-1`),
    );
    return { clients: account.all("client").length, same: same.length };
  } finally {
    await Promise.all(opened.map(({ close }) => close()));
    rmSync(folder, { recursive: true });
  }
}
