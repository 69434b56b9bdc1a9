import { expect, test } from "vitest";

const SOURCES = import.meta.glob("../**/*.{ts,tsx,css}", {
  query: "?raw",
  import: "default",
  eager: true,
}) as Record<string, string>;
const [PAGE = ""] = Object.values(
  import.meta.glob("../../index.html", { query: "?raw", import: "default", eager: true }),
) as string[];

const shipped = Object.entries(SOURCES).filter(
  ([path]) => !/\.test\.tsx?$|\/testing\/|schema\.d\.ts$|^\.\/[^/]*$/.test(path),
);

test("there are sources to look at", () => {
  expect(shipped.length).toBeGreaterThan(60);
  expect(PAGE).toContain("<html");
});

test("no source names an outside host", () => {
  // Namespaces of XML are names, and nothing is fetched from them.
  const hosts = /(?:https?|wss?):\/\/(?!www\.w3\.org\/)[^\s"'`)]+/g;
  for (const [path, text] of [...shipped, ["index.html", PAGE]] as [string, string][])
    expect(text.match(hosts) ?? [], path).toEqual([]);
});

test("the page runs no script and no style but those of files, as its policy demands", () => {
  expect(PAGE).not.toMatch(/<style|\sstyle=|\son\w+=/);
  const scripts = PAGE.match(/<script[^>]*>[^<]*/g) ?? [];
  expect(scripts).toHaveLength(1);
  expect(scripts[0]).toMatch(/src="\/src\/main\.tsx">\s*$/);
});

test("no source makes a page of text, or runs text", () => {
  for (const [path, text] of shipped)
    expect(text, path).not.toMatch(/dangerouslySetInnerHTML|innerHTML|outerHTML|\beval\(|new Function/);
});

test("nothing of a patient is kept in the browser: only the language, an upload's name and a width", () => {
  const kept = /(?:localStorage|sessionStorage)\.setItem\(([^,]+),/g;
  const keys = shipped.flatMap(([path, text]) =>
    [...text.matchAll(kept)].map((found) => `${path.split("/")[1]} ${found[1]}`),
  );
  expect(keys.toSorted()).toEqual(["study KEPT_AS", "upload KEPT_AS", "words KEPT_AS"]);
});
