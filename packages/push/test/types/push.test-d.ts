import type { ContactView, VisitView } from "@jobber-sync/push";
import { contact, job, type Push, type PushAction, property, visit } from "@jobber-sync/push";
import { expectTypeOf, it } from "vitest";

declare const push: Push;

it("an action names the fields of its object", () => {
  expectTypeOf(contact("1").edit({ phone: null })).toEqualTypeOf<PushAction<ContactView>>();
  expectTypeOf(visit("1").complete()).toEqualTypeOf<PushAction<VisitView>>();
  // @ts-expect-error a contact has no title
  contact("1").edit({ title: "Ann" });
  // @ts-expect-error the status of a job cannot be set
  job("1").edit({ status: "closed" });
  // @ts-expect-error a job needs its invoicing
  job("1", { at: property("1") }).create({ title: "Hedge" });
});

it("read returns the fields of the type that the object has", () => {
  expectTypeOf(push.read("acme", contact("1"))).resolves.toEqualTypeOf<ContactView | null>();
  expectTypeOf(push.read("acme", visit("1"))).resolves.toEqualTypeOf<VisitView | null>();
});

it("seen has the fields of the object", () => {
  const edit = contact("1").edit({ phone: "1" });
  expectTypeOf(push("acme", edit, { key: "1", seen: { phone: null } })).resolves.toHaveProperty(
    "state",
  );
  // @ts-expect-error another object's field
  push("acme", edit, { key: "1", seen: { schedule: null } });
});
