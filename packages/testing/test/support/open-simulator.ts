import {
  createSimulator,
  type SimulatedAccount,
  type Simulator,
  type SimulatorOptions,
} from "@jobber-sync/testing/simulator";
import { onTestFinished } from "vitest";

const START = Date.parse("2026-01-25T10:00:00Z");

/** Opens a simulator with a fixed clock and one connected account. Closes it when the test ends. */
export async function openSimulator(options: SimulatorOptions = {}) {
  const clock = { now: START };
  const jobber = await createSimulator({ now: () => clock.now, ...options });
  onTestFinished(() => jobber.close());
  const account = jobber.addAccount();
  const tokens = jobber.connect(account);
  const query = (text: string, variables: object = {}, headers: Record<string, string> = {}) =>
    sendQuery(jobber, tokens.accessToken, text, variables, headers);
  return { clock, jobber, account, tokens, query };
}

/** Sends a query to the GraphQL endpoint. */
export async function sendQuery(
  jobber: Simulator,
  accessToken: string,
  query: string,
  variables: object = {},
  headers: Record<string, string> = {},
) {
  const response = await fetch(jobber.endpoint, {
    method: "POST",
    headers: {
      authorization: `Bearer ${accessToken}`,
      "content-type": "application/json",
      "x-jobber-graphql-version": jobber.version,
      ...headers,
    },
    body: JSON.stringify({ query, variables }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: responses have any shape; the tests assert on it
  return { status: response.status, body: (await response.json()) as any };
}

/** Posts a form to the token endpoint. */
export async function requestToken(jobber: Simulator, form: Record<string, string>) {
  const { clientId, clientSecret } = jobber;
  const response = await fetch(jobber.tokenEndpoint, {
    method: "POST",
    body: new URLSearchParams({ client_id: clientId, client_secret: clientSecret, ...form }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, string> };
}

/** Adds a client with a property and a job. */
export function addJob(account: SimulatedAccount) {
  const client = account.addClient({ firstName: "John", lastName: "Doe" });
  const property = account.addProperty(client.id);
  return { client, property, job: account.addJob(property.id, { title: "Lawn Service" }) };
}
