/** The page of study 7 in a test, of a clinician who is logged in, with a fake service and engine. */
import { render } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { vi } from "vitest";
import type { Overlays, StudyDetail } from "../api/types";
import { corrections as noCorrections, TERMS } from "../corrections/testing";
import { ReportsProvider } from "../reports/drafts";
import { Entrance } from "../session/Entrance";
import { SessionProvider } from "../session/session";
import { ToastsProvider } from "../shell/toasts";
import { fakeEventSources } from "../testing/fakeEvents";
import { fakeService, type Handler, ME } from "../testing/fakeService";
import { EngineProvider } from "../viewport/engine";
import { fakeEngine } from "../viewport/fakeEngine";
import { type Language, WordsProvider } from "../words";
import { StudyPage } from "./StudyPage";

export interface Showing {
  of: StudyDetail | Response;
  overlays?: Overlays;
  engine?: ReturnType<typeof fakeEngine>;
  permissions?: string[];
  routes?: Record<string, Handler>;
  language?: Language;
}

export function showStudyPage({
  of,
  overlays = { structures: [], labels: [] },
  engine = fakeEngine({}),
  permissions = [...ME.permissions, "see_findings", "correct"],
  routes = {},
  language = "en",
}: Showing) {
  const { opened, source } = fakeEventSources();
  vi.stubGlobal("EventSource", source);
  const service = fakeService({
    "GET /api/v1/session": () => ({ ...ME, language, permissions }),
    "GET /api/v1/terms": () => TERMS,
    "GET /api/v1/studies/7": () => of,
    "GET /api/v1/studies/7/overlays": () => overlays,
    "GET /api/v1/studies/7/outside": () => ({ held: false, results: [], left_out: 0 }),
    "GET /api/v1/studies/7/corrections": () => noCorrections({ findings: [] }),
    "GET /api/v1/patients/4/observations": () => [],
    ...routes,
  });
  render(
    <WordsProvider first={language}>
      <SessionProvider fetcher={service.fetch}>
        <ToastsProvider>
          <ReportsProvider>
            <EngineProvider start={async () => engine.engine}>
              <MemoryRouter initialEntries={["/studies/7"]}>
                <Entrance>
                  <Routes>
                    <Route path="/studies/:id" element={<StudyPage />} />
                  </Routes>
                </Entrance>
              </MemoryRouter>
            </EngineProvider>
          </ReportsProvider>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>,
  );
  return { ...engine, service, events: opened };
}
