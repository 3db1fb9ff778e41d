import { seededRandom } from "./seeded-random.ts";

/** Random choices that repeat with the seed. */
export interface Random {
  /** An integer from 0 up to but not including `below`. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Returns a shuffled copy. */
  shuffle<T>(list: readonly T[]): T[];
}

/** Creates the random choices of a seed. */
export function createRandom(seed: number): Random {
  const next = seededRandom(seed);
  const int = (below: number) => Math.floor(next() * below);
  return {
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
