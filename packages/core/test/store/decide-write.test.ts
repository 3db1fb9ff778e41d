import { type ContactRecord, toInstant } from "@jobber-sync/core";
import {
  type ContactWrite,
  decideWrite,
  planChange,
  type VersionedRow,
} from "@jobber-sync/core/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

type Row = VersionedRow<ContactRecord>;

// Few values, so that the same fields, times and orders meet.
const time = fc.option(fc.constantFrom(...["0", "0", "0.000001", "1"].map(seconds)));
const value = fc.option(fc.constantFrom("A", "B"));
const body = fc.oneof(
  fc.record({
    mode: fc.constantFrom("replace" as const, "fill" as const),
    fields: fc.record({ name: value, email: value, phone: value }, { requiredKeys: [] }),
    sourceUpdatedAt: time,
    revive: fc.boolean(),
  }),
  fc.record({
    mode: fc.constant("delete" as const),
    deletedAt: fc.constantFrom(seconds("0"), seconds("1")),
  }),
);
/** Writes of one contact, each with a place of its own. */
const writes = (length: number) =>
  fc
    .tuple(
      fc.array(body, { minLength: length, maxLength: length }),
      fc.shuffledSubarray(
        Array.from({ length }, (_, index) => index + 1),
        { minLength: length },
      ),
    )
    .map(([bodies, sequences]) =>
      bodies.map((each, index) => rowOf({ ...each, sequence: sequences[index] ?? 0 })),
    );

describe("decideWrite", () => {
  it("does not depend on the order of two writes", () => {
    fc.assert(
      fc.property(writes(2), ([a, b]) => {
        expect(merge(a, b)).toEqual(merge(b, a));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("does not depend on which of three writes are merged first", () => {
    fc.assert(
      fc.property(writes(3), ([a, b, c]) => {
        expect(merge(merge(a, b), c)).toEqual(merge(a, merge(b, c)));
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("changes nothing when a write comes again", () => {
    fc.assert(
      fc.property(writes(2), ([a, b]) => {
        const both = merge(a, b);
        for (const again of [a, b, both]) {
          const { outcome, row } = decideWrite(both, present(again));
          expect(row).toBeNull();
          expect(["unchanged", "stale"]).toContain(outcome);
        }
      }),
      { seed: 1, numRuns: 2000 },
    );
  });

  it("keeps no field versions for records that are only written whole", () => {
    const whole = (sequence: number) => {
      const [row] = planChange({
        contacts: [
          {
            tenant: "acme",
            jobberClientId: "1",
            mode: "replace",
            fields: Object.fromEntries(FIELDS.map((field) => [field, null])),
            sourceUpdatedAt: seconds("0"),
            sequence,
          },
        ],
        jobs: [],
        submissions: [],
      }).contacts;
      return present(row);
    };
    expect(whole(1).fieldVersions).toBeNull();
    expect(merge(whole(1), whole(2)).fieldVersions).toBeNull();
  });
});

const FIELDS = [
  "name",
  "firstName",
  "lastName",
  "companyName",
  "email",
  "phone",
  "isCompany",
  "isLead",
  "isArchived",
  "street",
  "city",
  "state",
  "postalCode",
  "country",
  "webUri",
  "sourceCreatedAt",
];

function seconds(after: string): string {
  const [whole = "0", fraction] = after.split(".");
  const instant = toInstant(Date.parse("2026-01-25T10:00:00Z") + Number(whole) * 1000);
  return fraction === undefined ? instant : instant.replace("Z", `.${fraction}Z`);
}

function rowOf(write: object): Row {
  const contact = { tenant: "acme", jobberClientId: "456", ...write } as ContactWrite;
  return present(planChange({ contacts: [contact], jobs: [], submissions: [] }).contacts[0]);
}

function merge(a: Row | undefined, b: Row | undefined): Row {
  const stored = present(a);
  return decideWrite(stored, present(b)).row ?? stored;
}

function present(row: Row | undefined): Row {
  if (row === undefined) throw new Error("There is no row.");
  return row;
}
