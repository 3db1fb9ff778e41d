import { readdirSync, readFileSync } from "node:fs";
import { documentTypes, SIMULATOR_SDL } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";

const folder = new URL("../src/documents/", import.meta.url);
const modules = await Promise.all(
  readdirSync(folder)
    .filter((file) => file.endsWith("-document.ts"))
    .map((file) => import(new URL(file, folder).href) as Promise<Record<string, unknown>>),
);
const texts = modules
  .flatMap((exports) => Object.entries(exports))
  .filter(([name]) => name.endsWith("_DOCUMENT")) as [string, string][];

/** Inputs and their fields that the verbs fill, which variables do not show to the validation. */
const INPUTS: Readonly<Record<string, readonly string[]>> = {
  AddressAttributes: ["street1", "street2", "city", "province", "postalCode", "country"],
  PropertyAttributes: ["name", "address"],
  EmailCreateAttributes: ["address", "primary"],
  EmailUpdateAttributes: ["id", "address", "primary"],
  PhoneNumberCreateAttributes: ["number", "primary"],
  PhoneNumberUpdateAttributes: ["id", "number", "primary"],
  ClientCreateInput: [
    ...["firstName", "lastName", "companyName", "isCompany"],
    ...["emails", "phones", "billingAddress", "properties"],
  ],
  ClientEditInput: [
    ...["firstName", "lastName", "companyName", "isCompany", "billingAddress"],
    ...["emailsToAdd", "emailsToEdit", "emailsToDelete"],
    ...["phonesToAdd", "phonesToEdit", "phonesToDelete"],
  ],
  ClientCreateNoteInput: ["message"],
  PropertyCreateInput: ["properties"],
  PropertyEditInput: ["name", "address"],
  JobCreateAttributes: ["propertyId", "title", "instructions", "timeframe", "invoicing", "notes"],
  JobInvoicingAttributes: ["invoicingType", "invoicingSchedule", "recurrence"],
  TimeframeAttributes: ["startAt", "durationUnits", "durationValue"],
  JobCreateNoteInput: ["message"],
  JobEditInput: ["title", "instructions"],
  JobCloseInput: ["modifyIncompleteVisitsBy"],
  VisitCreateInput: ["visits"],
  VisitCreateAttributes: ["title", "instructions", "schedule"],
  ScheduledItemAttributes: ["startAt", "endAt", "teamMemberIdsToAssign", "notifyTeam"],
  LocalDateTimeAttributes: ["date", "time", "timezone"],
  VisitEditScheduleInput: ["startAt", "endAt"],
  VisitEditAssignedUsersInput: ["assignedUserIds"],
};

function fieldsOf(sdl: string, input: string): readonly string[] {
  const body = new RegExp(`\\n *input ${input} \\{([\\s\\S]*?)\\n *\\}`).exec(sdl)?.[1] ?? "";
  return [...body.replace(/"""[\s\S]*?"""/g, "").matchAll(/^ *(\w+): /gm)].map(
    ([, name]) => name ?? "",
  );
}

/** Lists every mismatch between the documents, the inputs and a schema. */
function problems(sdl: string): string[] {
  const invalid = texts.flatMap(([name, text]) => {
    const { errors, deprecated } = documentTypes(text, sdl);
    return [...errors, ...deprecated].map((problem) => `${name}: ${problem}`);
  });
  const missing = Object.entries(INPUTS).flatMap(([input, names]) => {
    const known = fieldsOf(sdl, input);
    return names.filter((name) => !known.includes(name)).map((name) => `${input}.${name}`);
  });
  return [...invalid, ...missing];
}

describe("documents", () => {
  it("are 30, and send every value as a variable", () => {
    expect(texts).toHaveLength(30);
    for (const [, text] of texts) expect(text.replace(/first: \d+/g, "")).not.toMatch(/: *["\d]/);
  });

  const sources = [["the simulator's schema", SIMULATOR_SDL]];
  const path = process.env.JOBBER_SYNC_SCHEMA;
  if (path !== undefined) sources.push(["Jobber's schema", readFileSync(path, "utf8")]);

  describe.each(sources)("against %s", (_, sdl = "") => {
    it("are valid, and every input has the fields that the verbs fill", () => {
      expect(problems(sdl)).toEqual([]);
    });

    it("fail the check when an input, an argument or a mutation is renamed", () => {
      const inputs = Object.entries(INPUTS).flatMap(([input, names]) =>
        names.map((name) => [`${input}.${name}`, input, name] as const),
      );
      for (const [label, input, name] of inputs) {
        const inInput = new RegExp(`(\\n *input ${input} \\{[\\s\\S]*?\\n *)${name}(?=: )`);
        expect(inInput.test(sdl), label).toBe(true);
        const known = fieldsOf(sdl.replace(inInput, `$1${name}Renamed`), input);
        expect(known, label).not.toContain(name);
      }
      expect(problems(sdl.replaceAll("ClientEditInput", "ClientChangeInput"))).not.toEqual([]);
      expect(problems(sdl.replaceAll("visitDelete(", "visitRemove("))).not.toEqual([]);
    });
  });
});
