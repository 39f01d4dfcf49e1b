/** Tests of the state behind the screens: the client's own build of Svelte, and a page as small as can be. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [svelte()],
  resolve: { conditions: ["browser"] },
  test: { include: ["tests/**/*.test.ts"], environment: "./tests/page.ts", setupFiles: ["./tests/setup.ts"] },
});
