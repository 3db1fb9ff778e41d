// Reviews a packed package before it is published: its files, its size, README and licence.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

/** The largest packed size. Bytes. */
const MAX_BYTES = 400_000;
const ALWAYS = ["package.json", "README.md", "LICENSE"];
const ALLOWED = /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/|sql\/)/;
const FORBIDDEN = /\.(map|tsbuildinfo|env|db)$|(^|\/)(test|src)\//;
const BLOCK = 512;

/** Returns the files of a tarball with their content. @returns {Map<string, Buffer>} */
export function readTarball(path) {
  const archive = gunzipSync(readFileSync(path));
  const files = new Map();
  const text = (from, length) =>
    archive.toString("utf8", from, from + length).replace(/\0.*$/s, "");
  for (let at = 0; at < archive.length && archive[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const name = [text(at + 345, 155), text(at, 100)].filter(Boolean).join("/");
    const isFile = ["0", ""].includes(text(at + 156, 1));
    const begin = at + BLOCK;
    if (isFile) files.set(name.replace(/^package\//, ""), archive.subarray(begin, begin + size));
    at = begin + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

/** Returns the mistakes of a packed package. @param {string} path @returns {string[]} */
export function reviewTarball(path) {
  const files = readTarball(path);
  const names = [...files.keys()];
  const manifest = JSON.parse(files.get("package.json")?.toString() ?? "{}");
  const bytes = readFileSync(path).length;
  const targets = [...JSON.stringify(manifest.exports ?? {}).matchAll(/"\.\/([^"]+)"/g)]
    .map(([, target]) => target)
    .filter((target) => /\.\w+$/.test(target));
  const bins = Object.values(manifest.bin ?? {}).map((bin) => bin.replace(/^\.\//, ""));
  return [
    ...ALWAYS.filter((name) => !files.has(name)).map((name) => `${name} is missing`),
    ...names
      .filter((name) => !ALLOWED.test(name) || FORBIDDEN.test(name))
      .map((name) => `${name} should not be published`),
    ...[...targets, ...bins]
      .filter((target) => !files.has(target))
      .map((target) => `package.json names ${target}, which is missing`),
    ...Object.entries(manifest.dependencies ?? {})
      .filter(([, range]) => /^(workspace|catalog|file|link):/.test(range))
      .map(([name, range]) => `the dependency ${name} has the range ${range}`),
    ...(JSON.stringify(manifest).includes("jobber-sync-source")
      ? ["package.json names sources, which are not published"]
      : []),
    ...(manifest.license === "MIT" ? [] : ["package.json has no licence"]),
    ...(bytes > MAX_BYTES ? [`${bytes} bytes packed, more than ${MAX_BYTES}`] : []),
  ];
}
