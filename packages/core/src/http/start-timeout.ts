import type { BodyLimits } from "./body-reader.ts";

/** Calls `listener` when the body must be complete. Returns the function that prevents it. */
export function startTimeout(
  { timeoutMs, onTimeout }: BodyLimits,
  listener: () => void,
): () => void {
  if (onTimeout === undefined) {
    const timer = setTimeout(listener, timeoutMs);
    return () => clearTimeout(timer);
  }
  onTimeout(listener);
  return () => onTimeout(null);
}
