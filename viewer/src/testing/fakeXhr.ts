import type { FakeService } from "./fakeService";

/** Stands in for `XMLHttpRequest` where files are sent, and hands them to a fake service. */
export function fakeXhr(service: FakeService): typeof XMLHttpRequest {
  class Request extends EventTarget {
    readonly upload = new EventTarget();
    readonly #headers = new Headers();
    #method = "";
    #url = "";
    status = 0;
    responseText = "";

    open(method: string, url: string): void {
      this.#method = method;
      this.#url = new URL(url, window.location.origin).href;
    }

    setRequestHeader(name: string, value: string): void {
      this.#headers.set(name, value);
    }

    send(): void {
      const asked = { method: this.#method, headers: this.#headers };
      service.fetch(this.#url, asked).then(
        async (response) => {
          this.status = response.status;
          this.responseText = await response.text();
          this.dispatchEvent(new Event("load"));
        },
        () => this.dispatchEvent(new Event("error")),
      );
    }

    abort(): void {
      this.dispatchEvent(new Event("abort"));
    }
  }
  return Request as unknown as typeof XMLHttpRequest;
}
