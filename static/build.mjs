// Builds static/src into static/dist: one stylesheet, one module with lazy chunks, one icon sprite.
import { build, context } from "esbuild";
import { compileString } from "sass";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";

const here = path.dirname(fileURLToPath(import.meta.url));
const root = path.dirname(here);
const src = path.join(here, "src");
const dist = path.join(here, "dist");
const modules = path.join(root, "node_modules");

const tabler = {
  name: "tabler",
  setup(pipeline) {
    pipeline.onLoad({ filter: /\.scss$/ }, async ({ path: file }) => {
      const { css } = compileString(await readFile(file, "utf8"), { loadPaths: [modules], quietDeps: true });
      // Tabler adds its prefix in its own build; without it --primary and ours would meet.
      return { contents: css.replace(/(?<![\w-])--(?!tblr-)(?=[a-z])/g, "--tblr-"), loader: "css" };
    });
  },
};

const tokens = {
  name: "tokens",
  setup(pipeline) {
    pipeline.onLoad({ filter: /tokens\.css$/ }, async ({ path: file }) => {
      const css = await readFile(file, "utf8");
      const dark = css.match(/:root\[data-theme="dark"\] (\{[^}]*\})/)[1];
      const auto = `@media (prefers-color-scheme: dark) { :root[data-theme="auto"] ${dark} }`;
      return { contents: `${css}\n${auto}`, loader: "css" };
    });
  },
};

async function* files(folder, ending) {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.name.startsWith(".") || ["node_modules", "dist", "staticfiles", "tests", "migrations"].includes(entry.name)) continue;
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* files(full, ending);
    else if (ending.test(entry.name)) yield full;
  }
}

/** Names of the icons that templates and Python declare: {% icon "sun" %}, icon="sun", register_verb(…, "sun", …), NotificationKind(…, "sun"). */
async function usedIcons() {
  const used = new Set(JSON.parse(await readFile(path.join(src, "icons.json"), "utf8")));
  for await (const file of files(root, /\.(html|py)$/)) {
    const text = await readFile(file, "utf8");
    for (const [, name] of text.matchAll(/\bicon(?:_name)?(?:: \w+)?\s*=?\s*"([a-z0-9-]+)"/g)) used.add(name);
    for (const [, args] of text.matchAll(/(?:register_verb|NotificationKind)\(([^;]*?)\)\n/g)) {
      for (const [, name] of args.matchAll(/"([a-z0-9-]+)"/g)) used.add(`?${name}`);
    }
  }
  return [...used].sort();
}

/** Writes every used icon into one sprite; a name that Tabler lacks stops the build. */
async function sprite() {
  const symbols = [];
  for (const entry of await usedIcons()) {
    const name = entry.replace("?", "");
    const svg = await readFile(path.join(modules, "@tabler/icons/icons/outline", `${name}.svg`), "utf8").catch(() => null);
    if (svg === null) {
      if (entry.startsWith("?")) continue; // other words of the same call
      throw new Error(`Tabler has no icon called “${name}”.`);
    }
    const body = svg.slice(svg.indexOf(">", svg.indexOf("<svg")) + 1, svg.lastIndexOf("</svg>")).replace(/\s*\n\s*/g, "");
    symbols.push(`<symbol id="${name}" viewBox="0 0 24 24">${body}</symbol>`);
  }
  await writeFile(path.join(dist, "icons.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
}

const options = {
  entryPoints: {
    app: path.join(src, "js/app.js"),
    style: path.join(src, "css/app.css"),
    // Of web forms: their pages, inside a frame and not, and the script that other web sites load.
    public: path.join(src, "css/public.css"),
    framed: path.join(src, "js/framed.js"),
    embed: path.join(src, "js/embed.js"),
  },
  outdir: dist,
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["chrome110", "firefox110", "safari16"],
  minify: true,
  sourcemap: "linked",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "fonts/[name]-[hash]",
  nodePaths: [modules],
  loader: { ".woff2": "file" },
  legalComments: "linked",
  logLevel: "warning",
  plugins: [tabler, tokens],
};

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
await cp(path.join(src, "img"), dist, { recursive: true });
await sprite();
if (process.argv.includes("--watch")) await (await context(options)).watch();
else await build(options);
