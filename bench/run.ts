import { printAckTimes } from "./ack.ts";
import { print, type Ratio } from "./compare.ts";
import { httpRows } from "./http.ts";
import { importRows } from "./import.ts";
import { postgresRows } from "./postgres.ts";
import { sqliteRows } from "./sqlite.ts";
import { verifyRows } from "./verify.ts";

const groups: Readonly<Record<string, () => Promise<void>>> = {
  verify: printing(verifyRows),
  http: printing(httpRows),
  sqlite: printing(sqliteRows),
  postgres: printing(postgresRows),
  import: printing(importRows),
  ack: printAckTimes,
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !Object.hasOwn(groups, name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(", ")}. There are: ${Object.keys(groups).join(", ")}.`);
  process.exit(2);
}

console.log(
  `Node ${process.version}; each figure is the median of paired rounds, with the smallest and the largest.\n`,
);
for (const [name, measure] of Object.entries(groups)) {
  if (wanted.length === 0 || wanted.includes(name)) await measure();
}

function printing(rows: () => Promise<readonly Ratio[]>): () => Promise<void> {
  return async () => {
    for (const ratio of await rows()) print(ratio);
  };
}
