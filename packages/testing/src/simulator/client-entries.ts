import type { SimulatedClient, SimulatedEmail, SimulatedPhone } from "./records.ts";

type Entries = Pick<SimulatedClient, "email" | "phone" | "emails" | "phones">;

/**
 * Returns a client's e-mail addresses and phone numbers after a change, and the primary ones among
 * them. A change names the lists, the primary values, or neither.
 */
export function clientEntries(
  patch: Partial<Entries>,
  before: Entries | null,
  newId: (type: string) => string,
): Entries {
  const emails =
    patch.emails ??
    (patch.email === undefined
      ? (before?.emails ?? [])
      : withPrimary<SimulatedEmail>(before?.emails ?? [], patch.email, "address", () => ({
          id: newId("Email"),
          address: "",
          primary: true,
          description: "MAIN",
          contactName: null,
        })));
  const phones =
    patch.phones ??
    (patch.phone === undefined
      ? (before?.phones ?? [])
      : withPrimary<SimulatedPhone>(before?.phones ?? [], patch.phone, "number", () => ({
          id: newId("ClientPhoneNumber"),
          number: "",
          primary: true,
          smsAllowed: true,
          description: "MAIN",
          contactName: null,
        })));
  return {
    emails,
    phones,
    email: emails.find(isPrimary)?.address ?? null,
    phone: phones.find(isPrimary)?.number ?? null,
  };
}

function isPrimary(entry: SimulatedEmail | SimulatedPhone): boolean {
  return entry.primary && entry.contactName === null;
}

/** Replaces the value of the primary entry; adds one where there is none, removes it for `null`. */
function withPrimary<E extends SimulatedEmail | SimulatedPhone>(
  entries: readonly E[],
  value: string | null,
  name: keyof E & string,
  create: () => E,
): readonly E[] {
  const primary = entries.find(isPrimary);
  if (value === null) return entries.filter((entry) => entry !== primary);
  if (primary === undefined) return [...entries, { ...create(), [name]: value }];
  return entries.map((entry) => (entry === primary ? { ...entry, [name]: value } : entry));
}
