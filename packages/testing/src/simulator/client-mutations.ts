import type { SimulatedAccount } from "./account.ts";
import { addressOf, type Mutations, rejected, userError } from "./mutations.ts";
import type { SimulatedEmail, SimulatedPhone } from "./records.ts";
import { cleanText, formatPhone } from "./reformat.ts";

interface EmailInput {
  readonly id?: string;
  readonly address?: string | null;
  readonly primary?: boolean | null;
  readonly description?: string | null;
}
interface PhoneInput extends Omit<EmailInput, "address"> {
  readonly number?: string | null;
  readonly smsAllowed?: boolean | null;
}
interface NameInput {
  readonly firstName?: string | null;
  readonly lastName?: string | null;
  readonly companyName?: string | null;
  readonly isCompany?: boolean | null;
}

/** The mutations of clients and their properties. */
export const CLIENT_MUTATIONS: Mutations = {
  clientCreate({ input }, account) {
    const names = namesOf(input, {
      firstName: "",
      lastName: "",
      companyName: null,
      isCompany: false,
    });
    const emails = addEmails([], input.emails ?? []);
    const phones = addPhones([], input.phones ?? []);
    const error = nameError(names) ?? entryError(emails, phones);
    if (error !== null) return rejected({ client: null }, error);
    const billingAddress = addressOf(input.billingAddress, null);
    const client = account.addClient({ ...names, emails, phones, billingAddress, isLead: true });
    for (const { name, address } of input.properties ?? [])
      addProperty(account, client.id, name, address);
    return { client: account.get("client", client.id), userErrors: [] };
  },
  clientEdit({ clientId, input }, account) {
    const client = account.get("client", clientId);
    if (client === null)
      return rejected({ client: null }, userError("client not found", "clientId"));
    const names = namesOf(input, client);
    const emails = addEmails(
      edited(client.emails, input.emailsToEdit ?? [], input.emailsToDelete ?? []),
      input.emailsToAdd ?? [],
    );
    const phones = addPhones(
      edited(client.phones, input.phonesToEdit ?? [], input.phonesToDelete ?? []),
      input.phonesToAdd ?? [],
    );
    const known = new Set([...client.emails, ...client.phones].map(({ id }) => id));
    const named = [
      ...[...(input.emailsToEdit ?? []), ...(input.phonesToEdit ?? [])].map(({ id }) => id),
      ...[...(input.emailsToDelete ?? []), ...(input.phonesToDelete ?? [])],
    ];
    const error = named.every((id) => known.has(id))
      ? (nameError(names) ?? entryError(emails, phones))
      : userError("entry not found", "input");
    if (error !== null) return rejected({ client: null }, error);
    const billingAddress = addressOf(input.billingAddress, client.billingAddress);
    const patch = { ...names, emails, phones, billingAddress };
    return { client: account.update("client", clientId, patch), userErrors: [] };
  },
  clientArchive: ({ clientId }, account) => archived(account, clientId, true),
  clientUnarchive: ({ clientId }, account) => archived(account, clientId, false),
  clientCreateNote({ clientId, input }, account) {
    if (account.get("client", clientId) === null)
      return rejected(
        { client: null, clientNote: null },
        userError("client not found", "clientId"),
      );
    const message = cleanText(input.message);
    if (message === null)
      return rejected({ client: null, clientNote: null }, userError("message is blank", "message"));
    const clientNote = account.addNote("client", clientId, message);
    return { client: account.get("client", clientId), clientNote, userErrors: [] };
  },
  propertyCreate({ clientId, input }, account) {
    const none = { client: null, properties: [] };
    if (account.get("client", clientId) === null)
      return rejected(none, userError("client not found", "clientId"));
    const given = input.properties ?? [];
    if (given.some(({ address }: { address: object }) => !Object.values(address).some(Boolean)))
      return rejected(none, userError("address is blank", "properties"));
    const properties = given.map(({ name, address }: { name?: string; address: object }) =>
      addProperty(account, clientId, name, address),
    );
    return { client: account.get("client", clientId), properties, userErrors: [] };
  },
  propertyEdit({ propertyId, input }, account) {
    const property = account.get("property", propertyId);
    if (property === null)
      return rejected({ property: null }, userError("property not found", "propertyId"));
    const name = input.name === undefined ? property.name : cleanText(input.name);
    const address = addressOf(input.address, property.address) ?? property.address;
    return { property: account.update("property", propertyId, { name, address }), userErrors: [] };
  },
};

function archived(account: SimulatedAccount, id: string, isArchived: boolean): object {
  if (account.get("client", id) === null)
    return rejected({ client: null }, userError("client not found", "clientId"));
  const hasOpenJob = account
    .all("job")
    .some(({ clientId, jobStatus }) => clientId === id && jobStatus !== "archived");
  if (isArchived && hasOpenJob)
    return rejected({ client: null }, userError("client has open jobs", "clientId"));
  return { client: account.update("client", id, { isArchived }), userErrors: [] };
}

function addProperty(
  account: SimulatedAccount,
  clientId: string,
  name: string | null | undefined,
  address: object,
): object {
  const stored = addressOf(address, null);
  return account.addProperty(clientId, {
    name: cleanText(name),
    ...(stored === null ? {} : { address: stored }),
  });
}

function namesOf(input: NameInput, before: Required<NameInput>) {
  const text = (name: "firstName" | "lastName") =>
    cleanText(input[name] === undefined ? before[name] : input[name]) ?? "";
  return {
    firstName: text("firstName"),
    lastName: text("lastName"),
    companyName: cleanText(
      input.companyName === undefined ? before.companyName : input.companyName,
    ),
    isCompany: input.isCompany ?? before.isCompany ?? false,
  };
}

function nameError({ firstName, lastName, companyName, isCompany }: ReturnType<typeof namesOf>) {
  if (isCompany && companyName === null) return userError("company name is blank", "companyName");
  return firstName + lastName === "" && companyName === null
    ? userError("a client needs a name or a company name", "firstName")
    : null;
}

function entryError(emails: readonly SimulatedEmail[], phones: readonly SimulatedPhone[]) {
  if (emails.some(({ address }) => !/^[^\s@]+@[^\s@]+$/.test(address)))
    return userError("email is invalid", "emails");
  return phones.some(({ number }) => !/\d/.test(number))
    ? userError("phone number is invalid", "phones")
    : null;
}

function addEmails(before: readonly SimulatedEmail[], added: readonly EmailInput[]) {
  return onePrimary(before, added, ({ address, primary, description }, id) => ({
    id,
    address: address?.trim() ?? "",
    primary: primary ?? false,
    description: description ?? "MAIN",
    contactName: null,
  }));
}

function addPhones(before: readonly SimulatedPhone[], added: readonly PhoneInput[]) {
  return onePrimary(before, added, ({ number, primary, description, smsAllowed }, id) => ({
    id,
    number: formatPhone(number ?? ""),
    primary: primary ?? false,
    smsAllowed: smsAllowed ?? true,
    description: description ?? "MAIN",
    contactName: null,
  }));
}

let entries = 0;

/** Adds entries. The last one marked as primary wins; without one, the first entry is primary. */
function onePrimary<E extends { readonly primary: boolean }, I>(
  before: readonly E[],
  added: readonly I[],
  create: (input: I, id: string) => E,
): readonly E[] {
  const all = [
    ...before,
    ...added.map((input) => {
      entries += 1;
      return create(input, Buffer.from(`gid://Jobber/Entry/${entries}`).toString("base64"));
    }),
  ];
  const primary = all.findLastIndex((entry) => entry.primary);
  return all.map((entry, index) => ({ ...entry, primary: index === Math.max(0, primary) }));
}

/** Applies edits and deletions. An edit that makes an entry primary ends the others' being it. */
function edited<E extends SimulatedEmail | SimulatedPhone>(
  before: readonly E[],
  edits: readonly (EmailInput & PhoneInput)[],
  deleted: readonly string[],
): readonly E[] {
  const promoted = edits.find(({ primary }) => primary === true)?.id;
  return before
    .filter(({ id }) => !deleted.includes(id))
    .map((entry) => {
      const edit = edits.find(({ id }) => id === entry.id);
      const primary = promoted === undefined ? entry.primary : entry.id === promoted;
      if (edit === undefined) return { ...entry, primary };
      return "address" in entry
        ? { ...entry, primary, address: edit.address?.trim() ?? entry.address }
        : {
            ...entry,
            primary,
            number: edit.number == null ? entry.number : formatPhone(edit.number),
          };
    });
}
