import type { AddressView, ContactView } from "../fields/views.ts";
import { actionOn, creation, type PushAction, type PushTarget, targetOf } from "./push-action.ts";

/** The fields of an address that a change sets; `null` clears. */
export type AddressInput = { readonly [K in keyof AddressView]?: string | null | undefined };

/** The fields of a contact that an edit sets. Left out: unchanged. `null`: cleared. */
export interface ContactEdit extends AddressInput {
  readonly firstName?: string | null | undefined;
  readonly lastName?: string | null | undefined;
  readonly companyName?: string | null | undefined;
  readonly isCompany?: boolean | undefined;
  /** The primary address. Removing it needs `confirm: "remove"`. */
  readonly email?: string | null | undefined;
  /** The primary number. Removing it needs `confirm: "remove"`. */
  readonly phone?: string | null | undefined;
}

/** A property that is created together with its contact. */
export interface NewProperty extends AddressInput {
  /** Your name for it, so that jobs can refer to it before it exists. */
  readonly ref?: string | undefined;
  readonly name?: string | undefined;
}

/** A new contact. Jobber needs a name or a company name. */
export interface NewContact extends ContactEdit {
  /** Created in the same mutation: Jobber's recommended way to add a lead. */
  readonly property?: NewProperty | undefined;
}

/** Changes of one contact (Jobber's client). */
export interface ContactActions extends PushTarget {
  readonly objectType: "client";
  /** Creates the contact, unless Jobber has one with the same e-mail address or phone number. */
  create(contact: NewContact): PushAction;
  edit(fields: ContactEdit): PushAction<ContactView>;
  archive(): PushAction<ContactView>;
  unarchive(): PushAction<ContactView>;
  /** Adds a note. Its text ends with a marker, by which a note whose response was lost is found. */
  note(message: string): PushAction;
}

/**
 * Names a contact to change, or to create.
 *
 * @param name Jobber's id, or your own name for it
 * @throws {TypeError} for an empty name
 */
export function contact(name: string): ContactActions {
  const target = { ...targetOf("client", name), objectType: "client" } as const;
  return {
    ...target,
    create({ property, ...fields }) {
      const also =
        property?.ref === undefined ? [] : [{ objectType: "property", ref: property.ref } as const];
      return creation(target, "contact.create", { ...fields, property }, null, also);
    },
    edit: (fields) => actionOn(target, "contact.edit", { ...fields }),
    archive: () => actionOn(target, "contact.archive", { isArchived: true }),
    unarchive: () => actionOn(target, "contact.unarchive", { isArchived: false }),
    note: (message) => actionOn(target, "contact.note", { message }),
  };
}
