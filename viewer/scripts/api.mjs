// Writes src/api/schema.d.ts from the service's OpenAPI, or with --check fails where it is stale.
//
//   npm run api [-- openapi.json]      without a file, the service is asked:
//   npm run check:api [-- openapi.json]  $CONDYLE, the checkout's .venv, or `condyle` on the path
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import openapiTS, { astToString } from "openapi-typescript";

const root = fileURLToPath(new URL("..", import.meta.url));
const target = join(root, "src/api/schema.d.ts");
const head = "// Generated from the service's OpenAPI by `npm run api`: never edited by hand.\n";

function openapiOfService(folder) {
  const nearby = join(root, "../.venv/bin/condyle");
  const condyle = process.env.CONDYLE ?? (existsSync(nearby) ? nearby : "condyle");
  const file = join(folder, "openapi.json");
  execFileSync(condyle, ["serve", "--openapi", file], { stdio: ["ignore", "ignore", "inherit"] });
  return file;
}

const check = process.argv.includes("--check");
const given = process.argv.slice(2).find((argument) => !argument.startsWith("--"));
const folder = mkdtempSync(join(tmpdir(), "condyle-api-"));
try {
  const file = given ?? openapiOfService(folder);
  const made = head + astToString(await openapiTS(pathToFileURL(file), { alphabetize: true }));
  if (!check) {
    writeFileSync(target, made);
  } else if (!existsSync(target) || readFileSync(target, "utf8") !== made) {
    console.error(
      "The viewer's client is stale.\n" +
        "  found:  src/api/schema.d.ts differs from what the service's OpenAPI gives\n" +
        "  needed: the types of the service as it is\n" +
        "  mend:   run 'npm run api' in viewer/ and commit the file",
    );
    process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
