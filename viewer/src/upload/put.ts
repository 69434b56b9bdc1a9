import { headersOf, type Wire } from "../api/http";
import { ApiProblem, problemOf } from "../api/problem";

/** How one file is sent. */
export interface Sending {
  url: string;
  file: Blob;
  /** Told the bytes that are on their way. */
  progressed: (bytes: number) => void;
  signal: AbortSignal;
}

/**
 * Sends a file as the raw body of a PUT. `fetch` says nothing of how far a body is, so this is the
 * older interface.
 *
 * @throws ApiProblem - The service refused it, or did not answer. An abort is an `AbortError`.
 */
export function put(wire: Wire, sending: Sending): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("PUT", sending.url);
    for (const [name, value] of Object.entries(headersOf(wire, "PUT"))) {
      request.setRequestHeader(name, value);
    }
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.addEventListener("progress", (event) => sending.progressed(event.loaded));
    request.addEventListener("load", () => {
      if (request.status >= 200 && request.status < 300) return resolve();
      if (request.status === 401) wire.loggedOut();
      reject(problemOf(request.status, bodyOf(request.responseText)));
    });
    request.addEventListener("error", () => reject(new ApiProblem(0, { failed: "" })));
    request.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    sending.signal.addEventListener("abort", () => request.abort(), { once: true });
    if (sending.signal.aborted) return reject(new DOMException("", "AbortError"));
    request.send(sending.file);
  });
}

function bodyOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
