/** Columns of a table: the heading of each, and the function that reads its value from a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => unknown>>;

const GAP = "  ";
const MIN_WIDTH = 6;

/**
 * Formats rows as a text table with lines of at most `width` characters. The widest columns are
 * narrowed first, and cut values end in `…`. `null` and `undefined` are shown as `-`.
 */
export function formatTable<Row>(columns: Columns<Row>, rows: readonly Row[], width = 100): string {
  const names = Object.keys(columns);
  const cells = rows.map((row) => Object.values(columns).map((value) => String(value(row) ?? "-")));
  const widths = narrow(
    names.map((name, index) =>
      Math.max(name.length, ...cells.map((line) => line[index]?.length ?? 0)),
    ),
    width,
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => pad(text, widths[index] ?? 0))
      .join(GAP)
      .trimEnd();
  return [line(names), line(widths.map((w) => "-".repeat(w))), ...cells.map(line)].join("\n");
}

function narrow(wanted: readonly number[], width: number): readonly number[] {
  const widths = [...wanted];
  const room = width - GAP.length * (widths.length - 1);
  while (widths.reduce((sum, w) => sum + w, 0) > room) {
    const widest = Math.max(...widths);
    if (widest <= MIN_WIDTH) break;
    widths[widths.indexOf(widest)] = widest - 1;
  }
  return widths;
}

function pad(text: string, width: number): string {
  return text.length <= width ? text.padEnd(width) : `${text.slice(0, width - 1)}…`;
}
