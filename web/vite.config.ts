// Builds the web client into the server's package, and a service worker that keeps the whole client on the phone.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig, type Plugin } from "vite";

const PUBLIC = ["/manifest.webmanifest", "/icon.svg"];

/** Writes sw.js: src/sw.js with the list of files to keep and a version made from their contents. */
function serviceWorker(): Plugin {
  return {
    name: "warung-service-worker",
    apply: "build",
    enforce: "post", // after the page: an entry that has become empty is no file any more
    generateBundle(_, bundle) {
      const files = Object.values(bundle).filter((file) => file.fileName !== "index.html" && !/\.map$|^\.vite\//.test(file.fileName));
      const source = readFileSync(new URL("./src/sw.js", import.meta.url), "utf8");
      const seen = createHash("sha256").update(source);
      for (const file of Object.values(bundle)) seen.update(file.fileName).update(file.type === "chunk" ? file.code : file.source);
      const keep = ["/", ...PUBLIC, ...files.map((file) => "/" + file.fileName)];
      this.emitFile({
        type: "asset",
        fileName: "sw.js",
        source: source.replace("__VERSION__", `shell-${seen.digest("hex").slice(0, 12)}`).replace("['__FILES__']", JSON.stringify(keep)),
      });
    },
  };
}

/** The names under which pages written for WeChat ask for its script. */
const WX_VERSIONS = ["1.0.0", "1.2.0", "1.3.2", "1.4.0", "1.6.0"];

/** Writes what the pages of official accounts load: the bridge, and the bridge with `wx`. They run in others' pages, so they stay plain. */
function pageScripts(): Plugin {
  return {
    name: "warung-page-scripts",
    apply: "build",
    enforce: "post",
    generateBundle() {
      const [bridge, wx] = ["bridge", "jweixin"].map((name) => readFileSync(new URL(`./src/open/${name}.js`, import.meta.url), "utf8"));
      this.emitFile({ type: "asset", fileName: "open/js/bridge.js", source: bridge });
      for (const version of WX_VERSIONS) {
        this.emitFile({ type: "asset", fileName: `open/js/jweixin-${version}.js`, source: `${bridge}\n${wx}` });
      }
    },
  };
}

export default defineConfig({
  plugins: [svelte(), serviceWorker(), pageScripts()],
  build: {
    outDir: "../src/warung/static",
    emptyOutDir: true,
    // Android 6 stops at Chrome 106 and Web Push begins with iOS 16.4; below that every class field would be written out.
    target: ["chrome99", "firefox97", "safari16.4"],
    assetsInlineLimit: 0,
    // A lazy part asks for the styles it needs; its scripts are imported by the part itself, and a list of them would cost every first visit.
    modulePreload: { polyfill: false, resolveDependencies: (_, files) => files.filter((file) => file.endsWith(".css")) },
    rolldownOptions: {
      checks: { pluginTimings: false }, // on a slow machine it would be the first thing that a newcomer reads
      // What the first screen needs is one file: it packs better than forty.
      output: { codeSplitting: { groups: [{ name: "first", tags: ["$initial"] }] } },
      treeshake: { moduleSideEffects: [{ test: /node_modules\/svelte\/src\/(?!internal\/flags)/, sideEffects: false }] },
    },
    reportCompressedSize: true,
    manifest: true, // which part brings what: the tests add it up
  },
  server: { proxy: { "/api": "http://localhost:8000", "/ws": { target: "ws://localhost:8000", ws: true } } },
});
