/** Compares a value that Jobber returned with one that was sent, or that a caller saw. */
export type SameValue = (a: unknown, b: unknown) => boolean;

/** Text: Jobber trims it, and returns `""` or `null` for none. */
export const sameText: SameValue = (a, b) => textOf(a) === textOf(b);

/** E-mail addresses, regardless of case. */
export const sameEmail: SameValue = (a, b) => textOf(a).toLowerCase() === textOf(b).toLowerCase();

/** Phone numbers, by their digits: Jobber reformats them. */
export const samePhone: SameValue = (a, b) => {
  const [left, right] = [normalizePhone(textOf(a)), normalizePhone(textOf(b))];
  return left === "" || right === "" ? textOf(a) === textOf(b) : left === right;
};

/** Booleans; an absent one is `false`. */
export const sameFlag: SameValue = (a, b) => Boolean(a) === Boolean(b);

/** Sets of Jobber ids, in any order and with or without padding. */
export const sameIds: SameValue = (a, b) => idsOf(a) === idsOf(b);

/** Returns the digits of a phone number, without the North American country code. */
export function normalizePhone(text: string): string {
  const digits = text.replace(/\D/g, "");
  return digits.length === 11 && digits.startsWith("1") ? digits.slice(1) : digits;
}

/** Returns an id without its padding, of which copies with and without circulate. */
export function unpadded(id: string): string {
  return id.replace(/=+$/, "");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value.replaceAll("\r\n", "\n").trim() : "";
}

function idsOf(value: unknown): string {
  const ids: readonly unknown[] = Array.isArray(value) ? value : [];
  return ids
    .map((id) => unpadded(String(id)))
    .sort()
    .join(" ");
}
