import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it } from "vitest";
import type { StudyDetail } from "../api/types";
import { detail } from "../findings/testing";
import { report, signed } from "../reports/testing";
import { ME } from "../testing/fakeService";
import { showStudyPage } from "./testing";

const STUDY = "GET /api/v1/studies/7";
const REPORTS = "GET /api/v1/studies/7/reports";

function studyIn(state: "read" | "signed"): StudyDetail {
  const plain = detail({ findings: [] });
  return { ...plain, study: { ...plain.study, state } };
}

const stateShown = () => document.querySelector(".study-state")?.textContent;

it("the head of a page says that its study is signed though no change arrives by itself", async () => {
  const { service } = showStudyPage({
    of: studyIn("read"),
    permissions: [...ME.permissions, "see_identity", "see_findings", "sign"],
    routes: {
      [REPORTS]: () => [report()],
      "GET /api/v1/studies/7/corrections": () => ({ corrections: [], levels: {}, findings: [] }),
      "POST /api/v1/reports/3/signature": () => {
        service.on(STUDY, () => studyIn("signed"));
        return signed();
      },
    },
  });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("tab", { name: "Report" }));
  await user.click(await screen.findByRole("button", { name: "Sign" }));
  const dialog = within(await screen.findByRole("dialog"));
  await user.type(dialog.getByLabelText(/^Your password/), "secret");
  expect(stateShown()).toBe("Read");
  expect(service.of(STUDY)).toHaveLength(1);
  await user.click(dialog.getByRole("button", { name: "Sign as Clara Mora" }));
  await waitFor(() => expect(stateShown()).toBe("Signed"));
  expect(service.of(STUDY)).toHaveLength(2);
});

it("a page that goes on hearing that its signed study is read does not ask without end", async () => {
  const { service } = showStudyPage({
    of: studyIn("read"),
    permissions: [...ME.permissions, "see_identity", "see_findings", "sign"],
    routes: { [REPORTS]: () => [signed()] },
  });
  await userEvent.click(await screen.findByRole("tab", { name: "Report" }));
  await screen.findByText(/^Signed by Clara Mora/);
  await waitFor(() => expect(service.of(STUDY)).toHaveLength(2));
  await userEvent.click(screen.getByRole("tab", { name: "Observations" }));
  expect(service.of(STUDY)).toHaveLength(2);
});
