import { createContext, useContext } from "react";
import type { Api } from "./http";

const ApiContext = createContext<Api | null>(null);

export const ApiProvider = ApiContext.Provider;

/** The client that the page was given. */
export function useApi(): Api {
  const api = useContext(ApiContext);
  if (!api) throw new Error("useApi stands outside an ApiProvider");
  return api;
}
