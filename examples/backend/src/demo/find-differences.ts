/**
 * Compares two JSON values and returns one line per difference, with its path. Key order does not
 * matter; a missing key is a difference.
 */
export function findDifferences(
  path: string,
  actual: unknown,
  expected: unknown,
): readonly string[] {
  if (Object.is(actual, expected)) return [];
  if (
    !isObject(actual) ||
    !isObject(expected) ||
    Array.isArray(actual) !== Array.isArray(expected)
  ) {
    return [`${path} is ${show(actual)}, expected ${show(expected)}`];
  }
  const keys = new Set([...Object.keys(expected), ...Object.keys(actual)]);
  return [...keys].flatMap((key) =>
    findDifferences(
      Array.isArray(expected) ? `${path}[${key}]` : `${path}.${key}`,
      Object.hasOwn(actual, key) ? actual[key] : undefined,
      Object.hasOwn(expected, key) ? expected[key] : undefined,
    ),
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function show(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value);
}
