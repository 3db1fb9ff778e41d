import { CliError } from "../cli-error.ts";

/** The fields that `--set` changes, per kind of record, with the type of their values. */
const FIELDS = {
  client: {
    firstName: "text",
    lastName: "text",
    companyName: "text?",
    isCompany: "boolean",
    email: "text?",
    phone: "text?",
    isLead: "boolean",
    isArchived: "boolean",
    billingAddress: "address",
  },
  property: { name: "text?", address: "address" },
  job: {
    jobNumber: "number",
    title: "text?",
    instructions: "text?",
    jobStatus: "status",
    jobType: "jobType",
    startAt: "time?",
    endAt: "time?",
    completedAt: "time?",
    total: "number",
  },
  visit: {
    title: "text?",
    startAt: "time?",
    endAt: "time?",
    isComplete: "boolean",
    completedAt: "time?",
  },
} as const;

const ADDRESS = ["street", "city", "province", "postalCode", "country"];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  boolean: ["true", "false"],
  jobType: ["ONE_OFF", "RECURRING"],
  status: [
    "requires_invoicing",
    "archived",
    "late",
    "today",
    "upcoming",
    "action_required",
    "on_hold",
    "unscheduled",
    "active",
    "expiring_within_30_days",
  ],
};

/** A kind of record whose fields can be set. */
export type AssignedKind = keyof typeof FIELDS;

/**
 * Parses `--set name=value` into a patch of a simulated record. `null` clears a field, and a member
 * of an address is named with a dot: `address.city=Austin`.
 *
 * @throws {CliError} `ERR_CLI_USAGE` for an unknown field or a value of the wrong type
 */
export function parseAssignments(
  kind: AssignedKind,
  assignments: readonly string[],
  current: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const fields = new Map<string, string>(Object.entries(FIELDS[kind]));
  const patch: Record<string, unknown> = {};
  for (const assignment of assignments) {
    const [, name = "", member, text = ""] = /^(\w+)(?:\.(\w+))?=(.*)$/s.exec(assignment) ?? [];
    const type = fields.get(name);
    if (type === undefined || (type === "address") !== (member !== undefined))
      throw unknownField(kind, assignment, fields);
    if (member === undefined) {
      patch[name] = parseValue(name, type, text);
      continue;
    }
    if (!ADDRESS.includes(member)) throw unknownField(kind, assignment, fields);
    const empty = { street: "", city: null, province: null, postalCode: null, country: null };
    const before = (patch[name] ?? current[name] ?? empty) as Readonly<Record<string, unknown>>;
    patch[name] = { ...before, [member]: text === "null" && member !== "street" ? null : text };
  }
  return patch;
}

function parseValue(name: string, type: string, text: string): unknown {
  if (text === "null" && type.endsWith("?")) return null;
  const words = WORDS[type];
  if (words !== undefined) {
    if (!words.includes(text)) throw wrongValue(name, text, `one of ${words.join(", ")}`);
    return type === "boolean" ? text === "true" : text;
  }
  if (type === "number") {
    if (text.trim() === "" || !Number.isFinite(Number(text)))
      throw wrongValue(name, text, "a number");
    return Number(text);
  }
  if (type === "time?" && Number.isNaN(Date.parse(text)))
    throw wrongValue(name, text, "a time such as 2026-02-02T09:00:00Z");
  return text;
}

function wrongValue(name: string, text: string, expected: string): CliError {
  return new CliError("ERR_CLI_USAGE", `${name} cannot be "${text}": it must be ${expected}.`);
}

function unknownField(
  kind: string,
  assignment: string,
  fields: ReadonlyMap<string, string>,
): CliError {
  const names = [...fields].flatMap(([name, type]) =>
    type === "address" ? ADDRESS.map((member) => `${name}.${member}`) : [name],
  );
  return new CliError(
    "ERR_CLI_USAGE",
    `--set ${assignment}: a ${kind} has no such field. It has ${names.join(", ")}.`,
  );
}
