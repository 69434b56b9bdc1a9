import { render, type RenderResult } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { vi } from "vitest";
import { DraftsProvider } from "../observations/drafts";
import { ReportsProvider } from "../reports/drafts";
import { Entrance } from "../session/Entrance";
import { SessionProvider } from "../session/session";
import { Pages } from "../shell/App";
import { ToastsProvider } from "../shell/toasts";
import { UploadsProvider } from "../upload/uploads";
import { type Language, WordsProvider } from "../words";
import { type FakeEvents, fakeEventSources } from "./fakeEvents";
import type { FakeService } from "./fakeService";

/** The whole viewer at an address, with a fake service behind it. */
export function open(
  service: FakeService,
  address = "/",
  language: Language = "en",
): RenderResult & { events: FakeEvents[] } {
  const { opened, source } = fakeEventSources();
  vi.stubGlobal("EventSource", source);
  const shown = render(
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <UploadsProvider>
            <DraftsProvider>
              <ReportsProvider>
                <MemoryRouter initialEntries={[address]}>
                  <Entrance>
                    <Pages />
                  </Entrance>
                </MemoryRouter>
              </ReportsProvider>
            </DraftsProvider>
          </UploadsProvider>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
  return { ...shown, events: opened };
}
