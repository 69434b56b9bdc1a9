import { type RefObject, useEffect, useEffectEvent } from "react";

/** Ctrl and Enter save, Escape closes; Enter alone sends nothing that is half filled in. */
export function useFormKeys(
  form: RefObject<HTMLFormElement | null>,
  acts: { save: () => void; close: () => void },
): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.key === "Escape") acts.close();
    else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) acts.save();
    else if (event.key !== "Enter" || !(event.target instanceof HTMLInputElement)) return;
    event.preventDefault();
  });
  useEffect(() => {
    const on = form.current;
    on?.addEventListener("keydown", press);
    return () => on?.removeEventListener("keydown", press);
  }, [form]);
}
