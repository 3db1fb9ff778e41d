type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only for a value whose type is exactly `T`. Type tests never run. */
export declare function expectType<T>(): <A>(
  value: A,
  ...same: Equal<A, T> extends true ? [] : [never]
) => void;
