import { expect, test } from "vitest";
import { formatTable } from "../src/format-table.ts";

const columns = {
  id: (row: { id: number; name: string | null }) => row.id,
  name: (row: { id: number; name: string | null }) => row.name,
};

test("columns are as wide as what is in them", () => {
  expect(
    formatTable(columns, [
      { id: 1, name: "Ada" },
      { id: 23, name: null },
    ]),
  ).toBe(["id  name", "--  ----", "1   Ada", "23  -"].join("\n"));
});

test("the widest column gives way when a line would be too long", () => {
  const table = formatTable(columns, [{ id: 123456, name: "a".repeat(40) }], 20);
  expect(table.split("\n").map((line) => line.length)).toEqual([12, 20, 20]);
  expect(table).toContain("123456  aaaaaaaaaaa…");
});

test("a table without rows is its headings", () => {
  expect(formatTable(columns, [])).toBe("id  name\n--  ----");
});
