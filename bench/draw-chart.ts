import { OURS, type PeerRow } from "./peers.ts";

const WIDTH = 760;
const NAME_WIDTH = 190;
const BAR_WIDTH = 430;
const ROW_HEIGHT = 30;
const TOP = 64;

/**
 * Draws the CPU time of each library's Express route as bars with their intervals. Bars longer than
 * three times the first one are cut, with their value beside them.
 */
export function drawChart(peers: readonly PeerRow[]): string {
  const sorted = [...peers].sort((a, b) => a.express.median - b.express.median);
  const longest = 3 * (sorted[0]?.express.median ?? 1);
  const scale =
    BAR_WIDTH / Math.min(longest, Math.max(...sorted.map(({ express }) => express.high)));
  const height = TOP + sorted.length * ROW_HEIGHT + 16;
  const bars = sorted.map(({ name, express }, index) => {
    const y = TOP + index * ROW_HEIGHT;
    const length = Math.min(BAR_WIDTH, express.median * scale);
    const cut = express.median * scale > BAR_WIDTH;
    const [low, high] = [express.low, express.high].map((value) =>
      (NAME_WIDTH + Math.min(BAR_WIDTH, value * scale)).toFixed(1),
    );
    const middle = y + 10;
    const interval = cut
      ? ""
      : `<path d="M${low} ${middle}H${high}M${low} ${middle - 4}v8M${high} ${middle - 4}v8" stroke="#333" fill="none"/>`;
    const label = `${cut ? "→ " : ""}${express.median.toFixed(1)} µs`;
    return [
      `<text x="${NAME_WIDTH - 10}" y="${y + 15}" text-anchor="end">${name}</text>`,
      `<rect x="${NAME_WIDTH}" y="${y}" width="${length.toFixed(1)}" height="20" fill="${name === OURS ? "#2a78d6" : "#b9c3cf"}"/>`,
      interval,
      `<text x="${NAME_WIDTH + BAR_WIDTH + 12}" y="${y + 15}">${label}</text>`,
    ].join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="14" fill="#222" role="img" aria-labelledby="title">
<title id="title">CPU time per request of Express routes that verify and parse a webhook</title>
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="16" y="26" font-size="17" font-weight="600">Express route: verify and parse a webhook</text>
<text x="16" y="46" fill="#555">CPU time of the server's process per request, median with its 95 % interval. Shorter is better.</text>
${bars.join("\n")}
</svg>
`;
}
