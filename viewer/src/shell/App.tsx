import { type ComponentType, lazy, type ReactNode, useEffect } from "react";
import { BrowserRouter, Route, Routes } from "react-router";
import { BundlesPage } from "../admin/BundlesPage";
import { UsersPage } from "../admin/UsersPage";
import { DraftsProvider } from "../observations/drafts";
import { ReportsProvider } from "../reports/drafts";
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
const StudyPage = page(async () => (await import("../study/StudyPage")).StudyPage);
// So do the pages that few open.
const AccountPage = page(async () => (await import("../account/AccountPage")).AccountPage);
const AnnotationPages = page(
  async () => (await import("../annotation/AnnotationPages")).AnnotationPages,
);
const AuditPage = page(async () => (await import("../audit/AuditPage")).AuditPage);
const DashboardPage = page(async () => (await import("../dashboard/DashboardPage")).DashboardPage);
const PatientPage = page(async () => (await import("../patients/PatientPage")).PatientPage);
const TeachingPages = page(async () => (await import("../teaching/TeachingPages")).TeachingPages);

function page(load: () => Promise<ComponentType>): ComponentType {
  return lazy(async () => ({ default: await load() }));
}

/** The whole viewer. */
export function App(): ReactNode {
  return (
    <WordsProvider>
      <SessionProvider>
        <ToastsProvider>
          <UploadsProvider>
            <DraftsProvider>
              <ReportsProvider>
                <BrowserRouter>
                  <Entrance>
                    <Pages />
                  </Entrance>
                </BrowserRouter>
              </ReportsProvider>
            </DraftsProvider>
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
          <Route path="patients/:id" element={<PatientPage />} />
          <Route path="upload" element={<UploadPage />} />
          <Route path="bundles" element={<BundlesPage />} />
          <Route path="users" element={<UsersPage />} />
          <Route path="annotation/*" element={<AnnotationPages />} />
          <Route path="teaching/*" element={<TeachingPages />} />
          <Route path="dashboard" element={<DashboardPage />} />
          <Route path="audit" element={<AuditPage />} />
          <Route path="account" element={<AccountPage />} />
          <Route path="*" element={<NotFound />} />
        </Route>
      </Routes>
    </TrailProvider>
  );
}
