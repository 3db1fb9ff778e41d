import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { ContactRecord, SyncReader } from "@jobber-sync/core";
import type { ContactWrite, SyncStore } from "@jobber-sync/core/ports";
import { changeOf, contactWrite, TENANT } from "./sample-writes.ts";
import type { StoreRule } from "./store-rule.ts";

const TEN = "2026-01-25T10:00:00Z";
const ELEVEN = "2026-01-25T11:00:00Z";
const NOON = "2026-01-25T12:00:00Z";

/** Rules of fills: the client inside a job snapshot is only a part of the client. */
export function fillRules(rule: StoreRule): void {
  rule("a fill inserts a partial contact without a source time", async (store) => {
    strictEqual(
      await fill(store, contactWrite({ name: "Zoë" }, { mode: "fill", at: TEN, sequence: 1 })),
      "inserted",
    );
    const contact = await onlyContact(store);
    strictEqual(contact.name, "Zoë");
    strictEqual(contact.sourceUpdatedAt, null);
  });

  rule("a fill writes given fields and clears none", async (store) => {
    await fill(store, contactWrite({ name: "Zoë", phone: "1" }, { sequence: 1 }));
    await fill(
      store,
      contactWrite(
        { name: null, phone: "2", email: "z@example.com" },
        { mode: "fill", sequence: 2 },
      ),
    );
    const contact = await onlyContact(store);
    strictEqual(contact.name, "Zoë");
    strictEqual(contact.phone, "2");
    strictEqual(contact.email, "z@example.com");
  });

  rule("fieldSources names the write that each value comes from", async (store) => {
    if (store.fieldSources === undefined) return;
    strictEqual(await store.fieldSources(TENANT, "client", "unknown"), null);
    const first = contactWrite({ name: "Zoë", phone: "1" }, { at: TEN, sequence: 7 });
    await fill(store, first);
    await fill(store, contactWrite({ phone: "2" }, { mode: "fill", at: ELEVEN, sequence: 9 }));
    const sources = await store.fieldSources(TENANT, "client", first.jobberClientId);
    deepStrictEqual(sources?.name, { sequence: 7, sourceUpdatedAt: TEN });
    deepStrictEqual(sources?.phone, { sequence: 9, sourceUpdatedAt: ELEVEN });
    strictEqual(sources?.extra, undefined);
  });

  rule("a fill does not replace a newer value", async (store) => {
    await fill(store, contactWrite({ phone: "new" }, { at: ELEVEN, sequence: 1 }));
    const older = contactWrite({ phone: "old" }, { mode: "fill", at: TEN, sequence: 2 });
    strictEqual(await fill(store, older), "stale");
    const untimed = contactWrite({ phone: "untimed" }, { mode: "fill", sequence: 3 });
    strictEqual(await fill(store, untimed), "stale");
    strictEqual((await onlyContact(store)).phone, "new");
  });

  rule(
    "a fill never moves the contact's own time, so an earlier full write still counts",
    async (store) => {
      await fill(store, contactWrite({ name: "A", phone: "1" }, { at: TEN, sequence: 1 }));
      await fill(store, contactWrite({ phone: "3" }, { mode: "fill", at: NOON, sequence: 3 }));
      strictEqual((await onlyContact(store)).sourceUpdatedAt, TEN);
      const between = contactWrite({ name: "B", phone: "2" }, { at: ELEVEN, sequence: 2 });
      strictEqual(await fill(store, between), "updated");
      const contact = await onlyContact(store);
      strictEqual(contact.name, "B");
      strictEqual(contact.phone, "3");
      strictEqual(contact.sourceUpdatedAt, ELEVEN);
    },
  );
}

async function fill(store: SyncStore, write: ContactWrite): Promise<string> {
  const { contacts } = await store.apply(changeOf({ contacts: [write] }));
  strictEqual(contacts.length, 1);
  return contacts[0]?.outcome ?? "";
}

async function onlyContact(store: SyncReader): Promise<ContactRecord> {
  const [contact, ...others] = await store.contacts(TENANT);
  strictEqual(others.length, 0);
  if (contact === undefined) throw new Error("There is no contact.");
  return contact;
}
