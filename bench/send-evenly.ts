import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

/** A POST that can be sent repeatedly. */
export interface SignedRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Options for {@link sendEvenly}. */
export interface EvenLoad {
  readonly url: string;
  readonly requests: readonly SignedRequest[];
  readonly perSecond: number;
  readonly seconds: number;
}

/**
 * Sends requests at a steady rate, without waiting for responses, as webhooks arrive. Each time
 * starts when the request was due, so a server that stalls also pays for the requests that queue up
 * behind it.
 *
 * @returns the sorted times of the requests with a 200, in milliseconds, and the number of all
 * others
 */
export async function sendEvenly({ url, requests, perSecond, seconds }: EvenLoad): Promise<{
  readonly times: readonly number[];
  readonly rejected: number;
}> {
  const agent = new Agent({ keepAlive: true, maxSockets: 256 });
  const times: number[] = [];
  let rejected = 0;
  const waiting: Promise<void>[] = [];
  const start = performance.now();
  for (let index = 0; index < perSecond * seconds; index += 1) {
    const planned = start + (index * 1000) / perSecond;
    const early = planned - performance.now();
    if (early > 1) await delay(early);
    const item = requests[index % requests.length];
    if (item === undefined) continue;
    waiting.push(
      post(url, item, agent).then(
        (status) => {
          if (status === 200) times.push(performance.now() - planned);
          else rejected += 1;
        },
        () => {
          rejected += 1;
        },
      ),
    );
  }
  await Promise.all(waiting);
  agent.destroy();
  return { times: times.sort((a, b) => a - b), rejected };
}

function post(
  url: string,
  { headers, body }: SignedRequest,
  agent: Agent,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { method: "POST", headers, agent }, (response) => {
      response.resume().on("end", () => resolve(response.statusCode));
    })
      .on("error", reject)
      .end(body);
  });
}
