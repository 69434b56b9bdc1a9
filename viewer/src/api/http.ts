import createClient, { type Client } from "openapi-fetch";
import { ApiProblem, problemOf } from "./problem";
import type { paths } from "./schema";

/** What every call carries and where a lost session is told. */
export interface Wire {
  /** Gives the value of the `X-CSRF-Token` header; empty before log-in. */
  readonly csrf: () => string;
  /** The language that texts of the service come in. */
  readonly language: string;
  /** Called when the service no longer knows the session. */
  readonly loggedOut: () => void;
}

/** The typed client, and what it carries. */
export interface Api {
  readonly client: Client<paths>;
  readonly wire: Wire;
}

const OF_PASSWORDS = /^(POST .*\/session|PUT .*\/session\/password)$/;
const SAFE = new Set(["GET", "HEAD", "OPTIONS"]);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The headers that a call needs beside its own. */
export function headersOf(wire: Wire, method: string): Record<string, string> {
  const headers: Record<string, string> = { "Accept-Language": wire.language };
  if (!SAFE.has(method.toUpperCase()) && wire.csrf()) headers["X-CSRF-Token"] = wire.csrf();
  return headers;
}

/**
 * Makes the client of the service.
 *
 * @param wire - What each call carries.
 * @param fetcher - What sends a request; the browser's own where none is given.
 */
export function createApi(wire: Wire, fetcher: typeof fetch = fetch): Api {
  const client = createClient<paths>({
    baseUrl: globalThis.location?.origin,
    credentials: "same-origin",
    fetch: (request: Request) => fetcher(request),
  });
  client.use({
    onRequest({ request }) {
      for (const [name, value] of Object.entries(headersOf(wire, request.method))) {
        request.headers.set(name, value);
      }
      return request;
    },
    onResponse({ request, response }) {
      // A password that does not fit is refused in the same way, and ends no session.
      const isPassword = OF_PASSWORDS.test(`${request.method} ${request.url}`);
      if (response.status === 401 && !isPassword) wire.loggedOut();
    },
  });
  return { client, wire };
}

/**
 * Waits for an answer and gives its body.
 *
 * @throws ApiProblem - The service refused, failed, or did not answer. An abort stays an abort.
 */
export async function answer<T>(call: Promise<Answer<T>>): Promise<T> {
  let got: Answer<T>;
  try {
    got = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new ApiProblem(0, { failed: "", found: error instanceof Error ? error.message : "" });
  }
  if (!got.response.ok) throw problemOf(got.response.status, got.error);
  return got.data as T;
}
