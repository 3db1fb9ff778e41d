import { readdirSync, readFileSync } from "node:fs";
import { documentTypes, SIMULATOR_SDL } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";
import type { ExtraText } from "../../src/documents/extra-text.ts";

/** The types the mapping expects. A selected field that is not listed here fails the test, too. */
const EXPECTED: Readonly<Record<string, string>> = {
  "Query.account": "Account",
  "Query.client": "Client",
  "Query.clients": "ClientConnection!",
  "Query.job": "Job",
  "Query.jobs": "JobConnection!",
  "Query.property": "Property",
  "Query.visit": "Visit",
  "Account.id": "EncodedId!",
  "Job.id": "EncodedId!",
  "Job.jobNumber": "Int!",
  "Job.title": "String",
  "Job.jobStatus": "JobStatusTypeEnum!",
  "Job.jobType": "JobTypeTypeEnum!",
  "Job.instructions": "String",
  "Job.startAt": "ISO8601DateTime",
  "Job.endAt": "ISO8601DateTime",
  "Job.completedAt": "ISO8601DateTime",
  "Job.total": "Float!",
  "Job.jobberWebUri": "String!",
  "Job.createdAt": "ISO8601DateTime!",
  "Job.updatedAt": "ISO8601DateTime!",
  "Job.property": "Property!",
  "Job.client": "Client!",
  "Property.id": "EncodedId!",
  "Property.client": "Client",
  "Property.address": "PropertyAddress!",
  "Property.jobs": "JobConnection!",
  "PropertyAddress.street": "String!",
  "PropertyAddress.city": "String",
  "PropertyAddress.province": "String",
  "PropertyAddress.postalCode": "String",
  "PropertyAddress.country": "String",
  "Client.id": "EncodedId!",
  "Client.name": "String!",
  "Client.firstName": "String!",
  "Client.lastName": "String!",
  "Client.companyName": "String",
  "Client.email": "String",
  "Client.phone": "String",
  "Client.isCompany": "Boolean!",
  "Client.isLead": "Boolean!",
  "Client.clientProperties": "PropertyConnection!",
  "PropertyConnection.nodes": "[Property!]!",
  "Client.isArchived": "Boolean!",
  "Client.billingAddress": "ClientAddress",
  "Client.jobberWebUri": "String!",
  "Client.createdAt": "ISO8601DateTime!",
  "Client.updatedAt": "ISO8601DateTime!",
  "ClientAddress.street": "String!",
  "ClientAddress.city": "String!",
  "ClientAddress.province": "String!",
  "ClientAddress.postalCode": "String!",
  "ClientAddress.country": "String!",
  "Visit.job": "Job!",
  "JobConnection.nodes": "[Job!]!",
  "JobConnection.pageInfo": "PageInfo!",
  "ClientConnection.nodes": "[Client!]!",
  "ClientConnection.pageInfo": "PageInfo!",
  "PageInfo.endCursor": "String",
  "PageInfo.hasNextPage": "Boolean!",
};

const folder = new URL("../../src/documents/", import.meta.url);
const modules = await Promise.all(
  readdirSync(folder)
    .filter((file) => file.endsWith("-document.ts"))
    .map(
      (file) => import(new URL(file, folder).href) as Promise<Readonly<Record<string, unknown>>>,
    ),
);
const texts = modules
  .flatMap((exports) => Object.entries(exports))
  .flatMap(([name, exported]) => {
    const text = name.endsWith("Document")
      ? (exported as (extra: ExtraText) => string)({ job: "", client: "" })
      : exported;
    return typeof text === "string" ? [[name, text] as const] : [];
  });

/** Lists every mismatch between the documents, the expected types and a schema. */
function problems(sdl: string): string[] {
  return texts.flatMap(([name, text]) => {
    const { errors, fields, deprecated } = documentTypes(text, sdl);
    const mistyped = Object.entries(fields).filter(([field, type]) => EXPECTED[field] !== type);
    return [...errors, ...mistyped.map(([field]) => field), ...deprecated].map(
      (problem) => `${name}: ${problem}`,
    );
  });
}

describe("documents", () => {
  it("are nine, and send every value as a variable", () => {
    expect(texts.map(([name]) => name)).toHaveLength(9);
    for (const [, text] of texts)
      expect(text.replace(/\[\{ key[^\]]*\]|\{ key[^}]*\}|\(first: 2\)/g, "")).not.toMatch(
        /: *["\d]/,
      );
  });

  const sources = [["the simulator's schema", SIMULATOR_SDL]];
  const path = process.env.JOBBER_SYNC_SCHEMA;
  if (path !== undefined) sources.push(["Jobber's schema", readFileSync(path, "utf8")]);

  describe.each(sources)("against %s", (_, sdl = "") => {
    it("are valid, and select fields of the types the mapping expects", () => {
      expect(problems(sdl)).toEqual([]);
    });

    it.each(Object.keys(EXPECTED).filter((name) => !name.startsWith("Query.")))(
      "fail the check when %s is renamed or changes its type",
      (name) => {
        const [type, field] = name.split(".");
        const inType = new RegExp(
          `(\\ntype ${type}\\b[^{]*\\{(?:(?!\\n *\\}\\n)[\\s\\S])*?\\n *)${field}\\b(?=[(:])`,
        );
        const indented = sdl.replace(/\n {2}(?=type )/g, "\n");
        expect(inType.test(indented)).toBe(true);
        expect(problems(indented.replace(inType, `$1${field}Renamed`))).not.toEqual([]);
        const typed = new RegExp(
          `(\\ntype ${type}\\b(?:(?!\\n *\\}\\n)[\\s\\S])*?\\n *${field}\\b(?:\\([^)]*\\))?): [^\\n@]+`,
        );
        expect(problems(indented.replace(typed, "$1: Account"))).not.toEqual([]);
      },
    );
  });
});
