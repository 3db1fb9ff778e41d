import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { drawChart } from "./draw-chart.ts";
import { type Figure, holds, targetText, valueText } from "./figure.ts";
import type { Median } from "./median.ts";
import type { PeerRow } from "./peers.ts";

const PAGE = new URL("../docs/benchmarks.md", import.meta.url);
const CHART = new URL("../docs/benchmarks.svg", import.meta.url);

/** The results to write. */
export interface Results {
  readonly figures: readonly Figure[];
  readonly peers: readonly PeerRow[];
  /** Number of runs behind each figure. */
  readonly runs: number;
}

/** Replaces the measured parts of `docs/benchmarks.md` that were measured now, and the chart. */
export function writePage({ figures, peers, runs }: Results): void {
  let page = readFileSync(PAGE, "utf8");
  if (figures.length > 0) page = replacePart(page, "figures", figureTable(figures, runs));
  if (peers.length > 0) {
    page = replacePart(page, "peers", peerTable(peers));
    writeFileSync(CHART, drawChart(peers));
  }
  writeFileSync(PAGE, page);
}

function replacePart(page: string, name: string, content: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- end of ${name} -->`];
  const before = page.slice(0, page.indexOf(begin) + begin.length);
  return `${before}\n\n${content}\n\n${page.slice(page.indexOf(end))}`;
}

function figureTable(figures: readonly Figure[], runs: number): string {
  const rows = figures.map((figure) => [
    figure.name,
    figure.against,
    targetText(figure),
    valueText(figure),
    holds(figure) ? "yes" : "**no**",
  ]);
  const heading = ["what", "against", "target", "measured", "reached"];
  return `${machine(`medians of ${runs} ${runs === 1 ? "run" : "runs"}, smallest and largest round in brackets`)}\n\n${table(heading, rows)}`;
}

function peerTable(peers: readonly PeerRow[]): string {
  const micros = ({ median, low, high }: Median, digits: number) =>
    `${median.toFixed(digits)} (${low.toFixed(digits)}–${high.toFixed(digits)})`;
  const rows = peers.map(({ name, version, verify, express }) => [
    name,
    version,
    micros(verify, 2),
    micros(express, 1),
  ]);
  const heading = ["library", "version", "verify + parse, µs", "Express route, µs"];
  return `${machine("medians of 15 rounds with their 95 % intervals")}\n\n${table(heading, rows)}`;
}

function machine(what: string): string {
  const [first] = cpus();
  const load = loadavg()[0]?.toFixed(1);
  return `Node.js ${process.version.slice(1)}, ${cpus().length} × ${first?.model ?? "unknown"}, load average ${load}; ${what}.`;
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = heading.map((_, column) =>
    Math.max(3, ...[heading, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = widths.map((width) => "-".repeat(width));
  return [line(heading), line(rule), ...rows.map(line)].join("\n");
}
