import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// The service that `npm run dev` talks to; the built viewer is served by it.
const service = process.env.CONDYLE_SERVICE ?? "http://127.0.0.1:8042";

export default defineConfig({
  plugins: [react()],
  // The image engine asks for Node's `events`, which a browser has only by this package.
  resolve: { alias: { events: "events/" } },
  worker: { format: "es" },
  build: {
    outDir: "../src/condyle/service/viewer",
    emptyOutDir: true,
    // Nothing inline: the content security policy allows files of this host alone.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 4000,
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": service, "/dicomweb": service },
  },
  test: {
    restoreMocks: true,
    unstubGlobals: true,
    // A machine that is busy with other things is no failure.
    testTimeout: 30_000,
    isolate: false,
    maxWorkers: 2,
    projects: [
      // What draws nothing needs no page, and starts at once.
      { extends: true, test: { name: "plain", environment: "node", include: ["src/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "pages",
          environment: "jsdom",
          include: ["src/**/*.test.tsx"],
          setupFiles: ["src/testing/setup.ts"],
        },
      },
    ],
  },
});
