import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, describe, expect, it } from "vitest";
import { SideHandle } from "./SideHandle";
import { fitting, NARROW_PX, useSide } from "./useSide";

function Page() {
  const side = useSide();
  return (
    <div data-testid="page" style={side.style}>
      <SideHandle side={side} />
      <button type="button" aria-pressed={side.wide} onClick={() => side.setWide(!side.wide)}>
        Wide
      </button>
    </div>
  );
}

const handle = () => screen.getByRole("separator", { name: "Width of the panel" });
const width = () => Number(handle().getAttribute("aria-valuenow"));

afterEach(() => window.sessionStorage.clear());

describe("the side beside the images", () => {
  it("is as wide as its page is told", () => {
    render(<Page />);
    expect(width()).toBe(NARROW_PX);
    expect(screen.getByTestId("page").style.getPropertyValue("--side")).toBe(`${NARROW_PX}px`);
  });

  it("is widened to half of the window and back by its button", () => {
    render(<Page />);
    const button = screen.getByRole("button", { name: "Wide" });
    fireEvent.click(button);
    expect(width()).toBe(window.innerWidth / 2);
    expect(button.getAttribute("aria-pressed")).toBe("true");
    fireEvent.click(button);
    expect(width()).toBe(NARROW_PX);
  });

  it("stays as it was made while the tab is open", () => {
    const { unmount } = render(<Page />);
    fireEvent.doubleClick(handle());
    const made = width();
    expect(made).toBeGreaterThan(NARROW_PX);
    unmount();
    render(<Page />);
    expect(width()).toBe(made);
  });

  it("is moved by arrow keys, which then scroll no image", () => {
    let heard = 0;
    const hear = () => {
      heard += 1;
    };
    window.addEventListener("keydown", hear);
    render(<Page />);
    fireEvent.keyDown(handle(), { key: "ArrowLeft" });
    expect(width()).toBe(NARROW_PX + 32);
    fireEvent.keyDown(handle(), { key: "ArrowRight" });
    expect(width()).toBe(NARROW_PX);
    expect(heard).toBe(0);
    fireEvent.keyDown(handle(), { key: "w" });
    expect(heard).toBe(1);
    window.removeEventListener("keydown", hear);
  });

  it("is dragged, and let go", () => {
    render(<Page />);
    fireEvent.pointerDown(handle(), { clientX: 600 });
    fireEvent.pointerMove(handle(), { clientX: 500 });
    expect(width()).toBe(NARROW_PX + 100);
    fireEvent.pointerUp(handle(), { clientX: 500 });
    fireEvent.pointerMove(handle(), { clientX: 300 });
    expect(width()).toBe(NARROW_PX + 100);
  });

  it("leaves the images some of the window, and the words enough", () => {
    expect(fitting(5000, 1000)).toBe(700);
    expect(fitting(10, 1000)).toBe(288);
    expect(fitting(10, 200)).toBe(288);
  });
});
