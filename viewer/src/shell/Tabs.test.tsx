import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { type ReactNode, useState } from "react";
import { expect, test } from "vitest";
import { Tabs } from "./Tabs";

function Three(): ReactNode {
  const [open, choose] = useState("b");
  const tabs = ["a", "b", "c"].map((name) => ({
    name,
    title: `Tab ${name}`,
    panel: <p>under {name}</p>,
  }));
  return <Tabs label="Letters" tabs={tabs} open={open} choose={choose} />;
}

test("what is under the open tab alone is there, and named after it", async () => {
  render(<Three />);
  expect(screen.getByRole("tabpanel", { name: "Tab b" }).textContent).toBe("under b");
  await userEvent.click(screen.getByRole("tab", { name: "Tab a" }));
  expect(screen.getByRole("tabpanel", { name: "Tab a" }).textContent).toBe("under a");
  expect(screen.getAllByRole("tab", { selected: true })).toHaveLength(1);
});

test("arrow keys go round, and only the open tab is in the order of the tab key", async () => {
  render(<Three />);
  screen.getByRole("tab", { selected: true }).focus();
  await userEvent.keyboard("{ArrowRight}{ArrowRight}");
  expect(document.activeElement).toBe(screen.getByRole("tab", { name: "Tab a" }));
  await userEvent.keyboard("{ArrowLeft}");
  expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Tab c");
  expect(screen.getAllByRole("tab").map(({ tabIndex }) => tabIndex)).toEqual([-1, -1, 0]);
});
