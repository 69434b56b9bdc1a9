import type { ReactNode } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shell/NotFound";
import { CollectionPage } from "./CollectionPage";
import { CollectionsPage } from "./CollectionsPage";
import { EditorPage, NewCollectionPage } from "./EditorPage";
import { LearnersPage } from "./LearnersPage";
import { ReadingPage } from "./ReadingPage";
import { ResultPage } from "./ResultPage";
import { ScorePage } from "./ScorePage";
import "./teaching.css";

/** Teaching: cases read unaided, then shown beside the reference and the models. */
export function TeachingPages(): ReactNode {
  return (
    <Routes>
      <Route index element={<CollectionsPage />} />
      <Route path="new" element={<NewCollectionPage />} />
      <Route path="attempts/:id" element={<ReadingPage />} />
      <Route path="attempts/:id/result" element={<ResultPage />} />
      <Route path=":id" element={<CollectionPage />} />
      <Route path=":id/edit" element={<EditorPage />} />
      <Route path=":id/score" element={<ScorePage />} />
      <Route path=":id/learners" element={<LearnersPage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
