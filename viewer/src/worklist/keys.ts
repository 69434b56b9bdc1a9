/** What a key does in the worklist. */
export type Act =
  | { act: "move"; to: number }
  | { act: "search" | "help" | "previous" | "next" }
  | null;

/** Where the keyboard is: the row that is marked (-1: none) of how many. */
export interface Place {
  row: number;
  rows: number;
}

/** Whether somebody is writing, so that letters are letters. */
export function isWriting(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "SELECT", "TEXTAREA"].includes(target.tagName);
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">;

/** Says what a key does, or `null` where it is none of the worklist's. */
export function actOf(pressed: Pressed, place: Place): Act {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey) return null;
  const last = place.rows - 1;
  switch (pressed.key) {
    case "j":
    case "ArrowDown":
      return move(Math.min(place.row + 1, last));
    case "k":
    case "ArrowUp":
      return move(Math.max(place.row - 1, 0));
    case "Home":
      return move(0);
    case "End":
      return move(last);
    case "/":
      return { act: "search" };
    case "?":
      return { act: "help" };
    case "[":
      return { act: "previous" };
    case "]":
      return { act: "next" };
    default:
      return null;
  }

  function move(to: number): Act {
    return place.rows > 0 ? { act: "move", to } : null;
  }
}
