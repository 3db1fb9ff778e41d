import { describe, expect, it } from "vitest";
import { encodeVersion, NEVER, versionTime } from "../../src/store/version.ts";

describe("encodeVersion", () => {
  it("sorts as text in the one total order: time first, then sequence, no time before every time", () => {
    const ordered = [
      NEVER,
      encodeVersion(null, 1),
      encodeVersion(null, 2),
      encodeVersion(null, 10),
      encodeVersion(null, Number.MAX_SAFE_INTEGER),
      encodeVersion("0001-01-01T00:00:00Z", 1),
      encodeVersion("2026-01-25T09:59:59.999999Z", 9),
      encodeVersion("2026-01-25T10:00:00Z", 1),
      encodeVersion("2026-01-25T10:00:00Z", 2),
      encodeVersion("2026-01-25T10:00:00.000001Z", 1),
      encodeVersion("2026-01-25T10:00:00.1Z", 1),
      encodeVersion("2026-01-25T10:00:00.12Z", 1),
      encodeVersion("2026-01-25T10:00:01Z", 1),
      encodeVersion("9999-12-31T23:59:59Z", 1),
    ];
    expect(ordered.toSorted()).toEqual(ordered);
    // As a database sorts text by its bytes.
    const bytes = ordered.map((version) => Buffer.from(version));
    expect(bytes.toSorted(Buffer.compare)).toEqual(bytes);
    expect(new Set(ordered).size).toBe(ordered.length);
  });

  it("gives the time back as it was", () => {
    for (const time of [
      "2026-01-25T10:00:00Z",
      "2026-01-25T10:00:00.5Z",
      "0001-01-01T00:00:00.000001Z",
      null,
    ]) {
      expect(versionTime(encodeVersion(time, 7))).toBe(time);
    }
    expect(versionTime(NEVER)).toBeNull();
  });
});
