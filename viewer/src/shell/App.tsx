import { lazy, type ReactNode, useEffect } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { BundlesPage } from "../admin/BundlesPage";
import { UsersPage } from "../admin/UsersPage";
import { Entrance } from "../session/Entrance";
import { SessionProvider } from "../session/session";
import { warmStudy } from "../study/warm";
import { UploadPage } from "../upload/UploadPage";
import { UploadsProvider } from "../upload/uploads";
import { WordsProvider } from "../words";
import { WorklistPage } from "../worklist/WorklistPage";
import { Frame } from "./Frame";
import { NotFound } from "./NotFound";
import { ToastsProvider } from "./toasts";
import { TrailProvider } from "./trail";

// The image engine is large: it comes when the first study is opened.
const StudyPage = lazy(async () => ({ default: (await import("../study/StudyPage")).StudyPage }));

/** The whole viewer. */
export function App(): ReactNode {
  return (
    <WordsProvider>
      <SessionProvider>
        <ToastsProvider>
          <UploadsProvider>
            <BrowserRouter>
              <Entrance>
                <Pages />
              </Entrance>
            </BrowserRouter>
          </UploadsProvider>
        </ToastsProvider>
      </SessionProvider>
    </WordsProvider>
  );
}

/** The pages of somebody who is logged in. */
export function Pages(): ReactNode {
  useEffect(warmStudy, []);
  return (
    <TrailProvider>
      <Routes>
        <Route element={<Frame />}>
          <Route index element={<WorklistPage />} />
          <Route path="studies/:id" element={<StudyPage />} />
          <Route path="upload" element={<UploadPage />} />
          <Route path="bundles" element={<BundlesPage />} />
          <Route path="users" element={<UsersPage />} />
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </TrailProvider>
  );
}
