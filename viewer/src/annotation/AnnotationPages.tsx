import type { ReactNode } from "react";
import { Route, Routes } from "react-router";
import { NotFound } from "../shell/NotFound";
import { DecideListPage } from "./DecideListPage";
import { DecidePage } from "./DecidePage";
import { DrawPage } from "./DrawPage";
import { ListPage } from "./ListPage";
import { ListsPage } from "./ListsPage";
import { NewListPage } from "./NewListPage";
import "./annotation.css";

/** Lists of cases that several draw on: leading them, drawing, deciding. */
export function AnnotationPages(): ReactNode {
  return (
    <Routes>
      <Route index element={<ListsPage />} />
      <Route path="new" element={<NewListPage />} />
      <Route path="lists/:id" element={<ListPage />} />
      <Route path="cases/:id" element={<DrawPage />} />
      <Route path="decide/lists/:id" element={<DecideListPage />} />
      <Route path="decide/:id" element={<DecidePage />} />
      <Route path="*" element={<NotFound />} />
    </Routes>
  );
}
