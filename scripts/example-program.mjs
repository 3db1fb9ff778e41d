import { existsSync, readdirSync } from "node:fs";
import { root } from "./child.mjs";

const DEFAULT = "express-sqlite";
/**
 * The programs of an example that `npm start` can start: receiver and worker together, or one of
 * them.
 */
const PROGRAMS = ["start", "receiver", "worker"];

const file = (example, program) => `examples/${example}/src/${program}.ts`;
const exists = (example, program) => existsSync(new URL(file(example, program), root));
const examples = () =>
  readdirSync(new URL("examples/", root)).filter((name) => exists(name, "start"));

/**
 * Returns the file and the arguments that a command of the root's package.json stands for.
 *
 * @param {string} command `demo`, `start` or `deliveries`
 * @param {readonly string[]} args
 * @throws {RangeError} if no example matches; the message lists those that exist
 */
export function exampleProgram(command, args) {
  if (command === "demo") return demoProgram(args);
  if (command === "start") return { file: startProgram(args), args: [] };
  return deliveriesProgram(args);
}

/** `npm run demo`, or `npm run demo -- --postgres`. */
function demoProgram([first, ...rest]) {
  return first === "--postgres"
    ? { file: file("fastify-postgres", "demo"), args: rest }
    : { file: file(DEFAULT, "demo"), args: first === undefined ? [] : [first, ...rest] };
}

/** `npm start -- <example> <program>`. */
function startProgram([example = DEFAULT, program = "start", ...rest]) {
  if (!examples().includes(example))
    throw new RangeError(`There is no example "${example}". Examples: ${examples().join(", ")}.`);
  const programs = PROGRAMS.filter((name) => exists(example, name));
  if (!programs.includes(program) || rest.length > 0)
    throw new RangeError(
      `${example} has no program "${[program, ...rest].join(" ")}". Programs: ${programs.join(", ")}.`,
    );
  return file(example, program);
}

/** `npm run deliveries -- <example> <arguments>`; the example can be left out. */
function deliveriesProgram(args) {
  const [first, ...rest] = args;
  return examples().includes(first)
    ? { file: file(first, "deliveries"), args: rest }
    : { file: file(DEFAULT, "deliveries"), args };
}
