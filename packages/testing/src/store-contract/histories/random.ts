/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** An integer from 0 up to but not including `below`. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** A new list with the same members in any order. */
  shuffle<T>(list: readonly T[]): T[];
}

/** mulberry32: 32 bits of state, one multiplication chain a number, good enough to mix test data. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
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
