// Builds canvas.js and LICENSES.txt from src/; `npm ci && npm run build` after a change there.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const read = (path) => readFileSync(new URL(path, import.meta.url), "utf8");
const sources = [...readdirSync(new URL("src/", import.meta.url)).sort().map((f) => `src/${f}`)];
const hash = createHash("sha256");
for (const path of [...sources, "build.mjs", "package-lock.json"]) hash.update(read(path));
const digest = hash.digest("hex"); // a test computes the same and compares

const result = await build({
  entryPoints: ["src/index.jsx"],
  absWorkingDir: new URL(".", import.meta.url).pathname,
  bundle: true,
  minify: true,
  format: "esm",
  target: "es2021",
  jsx: "automatic",
  loader: { ".css": "text" },
  define: { "process.env.NODE_ENV": '"production"' },
  legalComments: "none",
  banner: { js: `/* Layerwise canvas; source ${digest}; licences in LICENSES.txt */` },
  outfile: "canvas.js",
  metafile: true,
});

// whatever really is in the bundle, by the packages its files come from
const packages = new Set();
for (const path of Object.keys(result.metafile.inputs)) {
  const found = path.match(/node_modules\/((?:@[^/]+\/)?[^/]+)\//);
  if (found) packages.add(found[1]);
}
const texts = [...packages].sort().map((name) => {
  const about = JSON.parse(read(`node_modules/${name}/package.json`));
  const file = readdirSync(new URL(`node_modules/${name}/`, import.meta.url)).find((f) =>
    /^licen[cs]e/i.test(f),
  );
  const text = file ? read(`node_modules/${name}/${file}`).trim() : `Licence: ${about.license}`;
  return `${name} ${about.version} (${about.license})\n\n${text}\n`;
});
writeFileSync(new URL("LICENSES.txt", import.meta.url), texts.join(`\n${"-".repeat(80)}\n\n`));
