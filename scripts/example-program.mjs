import { existsSync, readdirSync } from "node:fs";
import { root } from "./child.mjs";

const DEFAULT = "express-sqlite";
/** What an example may be started as: receiver and worker in one program, or each by itself. */
const PROGRAMS = ["start", "receiver", "worker"];

const file = (example, program) => `examples/${example}/src/${program}.ts`;
const exists = (example, program) => existsSync(new URL(file(example, program), root));
const examples = () =>
  readdirSync(new URL("examples/", root)).filter((name) => exists(name, "start"));

/**
 * The program that `npm start -- <example> <program>` means.
 *
 * @throws {Error} naming what there is
 */
export function startProgram([example = DEFAULT, program = "start", ...rest]) {
  if (!examples().includes(example))
    throw new Error(`There is no example "${example}". Examples: ${examples().join(", ")}.`);
  const programs = PROGRAMS.filter((name) => exists(example, name));
  if (!programs.includes(program) || rest.length > 0)
    throw new Error(
      `${example} cannot be started as "${[program, ...rest].join(" ")}". It can as: ${programs.join(", ")}.`,
    );
  return file(example, program);
}

/**
 * The script that `npm run deliveries -- <example> <command>` means, and what it is told; the example may be left out.
 *
 * @param {readonly string[]} args
 */
export function deliveriesProgram(args) {
  const [first, ...rest] = args;
  return examples().includes(first)
    ? { file: file(first, "deliveries"), args: rest }
    : { file: file(DEFAULT, "deliveries"), args };
}
