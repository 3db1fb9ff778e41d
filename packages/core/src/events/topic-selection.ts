import { type KnownTopic, SYNC_TOPICS } from "./topics.ts";

/** The notifications to act on. Snapshots are always acted on. */
export type TopicSelection = "sync" | "all" | readonly (KnownTopic | (string & {}))[];

/**
 * Returns whether a topic is selected.
 *
 * @throws {TypeError} if `topics` is not a selection
 */
export function checkTopics(topics: TopicSelection = "sync"): (topic: string) => boolean {
  if (topics === "all") return () => true;
  const list: unknown = topics === "sync" ? SYNC_TOPICS : topics;
  if (!Array.isArray(list) || !list.every((topic) => typeof topic === "string" && topic !== "")) {
    throw new TypeError('topics must be "sync", "all" or a list of topics such as "JOB_CREATE".');
  }
  const set = new Set<string>(list);
  return (topic) => set.has(topic);
}
