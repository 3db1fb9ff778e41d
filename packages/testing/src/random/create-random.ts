import { seededRandom } from "./seeded-random.ts";

/**
 * Random choices that depend on a seed alone: the same seed makes the same choices on every
 * machine.
 */
export interface Random {
  /** Returns a number from 0 up to, but not including, 1. */
  next(): number;
  /** Returns an integer from 0 up to, but not including, `below`. */
  int(below: number): number;
  /** Returns true with the given probability. */
  chance(probability: number): boolean;
  /** Returns one member of the list. */
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Returns a new list with the same members in random order. */
  shuffle<T>(list: readonly T[]): T[];
}

/** Creates the random choices of a seed. */
export function createRandom(seed: number): Random {
  const next = seededRandom(seed);
  const int = (below: number) => Math.floor(next() * below);
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick: (list) => list[int(list.length)] ?? list[0],
    shuffle<T>(list: readonly T[]): T[] {
      const shuffled: T[] = [];
      for (const member of list) shuffled.splice(int(shuffled.length + 1), 0, member);
      return shuffled;
    },
  };
}
