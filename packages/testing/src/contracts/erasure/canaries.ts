import { randomBytes } from "node:crypto";

/** Creates a canary: a value that occurs nowhere else, to be searched for. */
export type PlantCanary = (name: string) => string;

/** Canaries that were planted together. */
export interface Canaries {
  readonly plant: PlantCanary;
  /** In the order in which they were planted. */
  readonly all: readonly string[];
}

/** Creates an empty set of canaries. */
export function createCanaries(set: string): Canaries {
  const all: string[] = [];
  return {
    all,
    plant(name) {
      const canary = `${set}-${name}-${randomBytes(6).toString("hex")}`;
      all.push(canary);
      return canary;
    },
  };
}
