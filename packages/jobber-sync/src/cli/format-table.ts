import { printable } from "./cli-io.ts";

/** Columns of a table: the heading of each, and the function that reads its value from a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => unknown>>;

const GAP = "  ";
const MIN_WIDTH = 8;

/**
 * Formats rows as a text table with lines of at most `width` characters. The widest columns are
 * narrowed first, and cut values end in `…`. `null` and `undefined` are shown as `-`.
 */
export function formatTable<Row>(columns: Columns<Row>, rows: readonly Row[], width = 120): string {
  const names = Object.keys(columns);
  const cells = rows.map((row) =>
    Object.values(columns).map((value) => printable(String(value(row) ?? "-"))),
  );
  const widest = names.map((name, index) =>
    Math.max(name.length, ...cells.map((line) => line[index]?.length ?? 0)),
  );
  const widths = narrowed(widest, width - GAP.length * (names.length - 1));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => cell(text, widths[index] ?? 0))
      .join(GAP)
      .trimEnd();
  return [line(names), ...cells.map(line)].join("\n");
}

/** Formats names and values as two columns. */
export function formatFields(fields: Readonly<Record<string, unknown>>): string {
  const width = Math.max(...Object.keys(fields).map((name) => name.length));
  return Object.entries(fields)
    .map(([name, value]) => `${name.padEnd(width)}${GAP}${printable(textOf(value))}`)
    .join("\n");
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return "-";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function narrowed(widest: readonly number[], room: number): readonly number[] {
  const widths = [...widest];
  while (widths.reduce((sum, width) => sum + width, 0) > room) {
    const most = Math.max(...widths);
    if (most <= MIN_WIDTH) break;
    widths[widths.indexOf(most)] = most - 1;
  }
  return widths;
}

function cell(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}
