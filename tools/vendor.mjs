// Copies the named browser libraries into cpd_app/static/vendor and draws the icon sprite; copies
// the typefaces that PDFs are set in into cpd_app/documents/fonts.
//
//   npm ci --ignore-scripts && npm run vendor     copy, and write vendor.json
//   npm run vendor:check                          fail when what lies there differs
//
// Only files named here reach a browser. Source map comments are cut, because the maps are not
// copied and a browser's tools would ask for them. The sprite holds only icons whose names stand
// in our templates, scripts and Python files; an unknown name stops the run.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");
const target = join(root, "cpd_app", "static", "vendor");
const fontTarget = join(root, "cpd_app", "documents", "fonts");
const checking = process.argv.includes("--check");

const FILES = {
  "bootstrap-reboot.css": "bootstrap/dist/css/bootstrap-reboot.min.css",
  "bootstrap-grid.css": "bootstrap/dist/css/bootstrap-grid.min.css",
  "htmx.js": "htmx.org/dist/htmx.min.js",
  "idb.js": "idb/build/index.js",
  "lean-qr.js": "lean-qr/index.mjs", // draws codes: 7 KB, the alphanumeric mode of short links
  // reads codes: the reader alone, with its program; their paths are those of the package
  "zxing/reader/index.js": "zxing-wasm/dist/es/reader/index.js",
  "zxing/share.js": "zxing-wasm/dist/es/share.js",
  "zxing/reader.wasm": "zxing-wasm/dist/reader/zxing_reader.wasm",
  ...Object.fromEntries(
    ["core", "routing", "strategies", "precaching", "expiration", "cacheable-response"].map(
      (part) => [`workbox/workbox-${part}.js`, `workbox-${part}/build/workbox-${part}.prod.js`],
    ),
  ),
};

// Never sent to a browser, so not among the static files.
const SERIF = "@expo-google-fonts/noto-serif-sc";
// Latin of all languages, Greek and Cyrillic: the face above has those of Western Europe.
const LATIN = "@expo-google-fonts/noto-serif";
const FONTS = {
  "NotoSerifSC-Regular.ttf": `${SERIF}/400Regular/NotoSerifSC_400Regular.ttf`,
  "NotoSerifSC-Bold.ttf": `${SERIF}/700Bold/NotoSerifSC_700Bold.ttf`,
  "OFL.txt": `${SERIF}/LICENSE_FONT`,
  "NotoSerif-Regular.ttf": `${LATIN}/400Regular/NotoSerif_400Regular.ttf`,
  "NotoSerif-Bold.ttf": `${LATIN}/700Bold/NotoSerif_700Bold.ttf`,
  "OFL-NotoSerif.txt": `${LATIN}/LICENSE_FONT`,
};

// `icon("x")`, `icon="x"`, `icon_name="x"`, `lead_icon="x"`, `"icon": "x"`, and for names that are
// chosen while drawing a list in a comment: `icons: x y z`.
const NAME = "[a-z0-9]+(?:-[a-z0-9]+)*";
const SINGLE = new RegExp(`\\b(?:[a-z]+_)?icon(?:_name)?["']?\\s*[(=:]\\s*["'](${NAME})["']`, "g");
const LIST = new RegExp(`\\bicons:\\s*(${NAME}(?:[, ]+${NAME})*)`, "g");

function* filesUnder(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!["vendor", "dist", "__pycache__", "translations"].includes(entry.name)) {
        yield* filesUnder(path);
      }
    } else if (/\.(html|py|js)$/.test(entry.name)) {
      yield path;
    }
  }
}

function iconsUsed() {
  const used = new Map();
  for (const path of filesUnder(join(root, "cpd_app"))) {
    const text = readFileSync(path, "utf8");
    const names = [...text.matchAll(SINGLE)].map((match) => match[1]);
    for (const [, list] of text.matchAll(LIST)) names.push(...list.split(/[, ]+/));
    for (const name of names) used.set(name, used.get(name) ?? relative(root, path));
  }
  return new Map([...used].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function sprite() {
  const symbols = [];
  for (const [name, where] of iconsUsed()) {
    const path = join(modules, "bootstrap-icons", "icons", `${name}.svg`);
    if (!existsSync(path)) {
      throw new Error(`${where} asks for the icon “${name}”, which bootstrap-icons does not have`);
    }
    const svg = readFileSync(path, "utf8");
    const box = svg.match(/viewBox="([^"]+)"/)[1];
    const body = svg.replace(/^[\s\S]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    symbols.push(`<symbol id="${name}" viewBox="${box}">${body.replace(/\n\s*/g, "")}</symbol>`);
  }
  return `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
}

function outputs() {
  const out = new Map();
  for (const [name, source] of Object.entries(FILES)) {
    const bytes = readFileSync(join(modules, source));
    const text = /\.(?:js|css)$/.test(name) && bytes.toString("utf8");
    const cut = text && text.replace(/^\s*(?:\/\/|\/\*)[#@]\s*sourceMappingURL=.*$/gm, "");
    const from = source.match(/^(?:@[^/]+\/)?[^/]+/)[0];
    out.set(name, { bytes: text ? Buffer.from(cut) : bytes, from });
  }
  out.set("icons.svg", { bytes: Buffer.from(sprite()), from: "bootstrap-icons" });
  const described = [...out].map(([name, { bytes, from }]) => {
    const { version, license } = JSON.parse(readFileSync(join(modules, from, "package.json")));
    return {
      file: name,
      package: from,
      version,
      licence: license,
      bytes: bytes.length,
      gzip: gzipSync(bytes, { level: 9 }).length,
      integrity: `sha384-${createHash("sha384").update(bytes).digest("base64")}`,
    };
  });
  out.set("vendor.json", { bytes: Buffer.from(`${JSON.stringify(described, null, 2)}\n`) });
  return out;
}

if (!existsSync(modules)) {
  console.error("node_modules is missing: run  npm ci --ignore-scripts  first");
  process.exit(1);
}
const wanted = new Map([
  ...[...outputs()].map(([name, { bytes }]) => [join(target, name), bytes]),
  ...Object.entries(FONTS).map(([name, source]) => [
    join(fontTarget, name),
    readFileSync(join(modules, source)),
  ]),
]);
if (checking) {
  const differing = [...wanted]
    .filter(([path, bytes]) => !existsSync(path) || !readFileSync(path).equals(bytes))
    .map(([path]) => relative(root, path));
  if (differing.length) {
    console.error(`not as built: ${differing.join(", ")}; run  npm run vendor`);
    process.exit(1);
  }
  console.log(`${wanted.size} files as built`);
} else {
  // The folder is emptied only of what an earlier run listed there, never blindly.
  const list = join(target, "vendor.json");
  for (const { file } of existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : []) {
    rmSync(join(target, file), { force: true });
  }
  for (const [path, bytes] of wanted) {
    if (existsSync(path) && readFileSync(path).equals(bytes)) continue; // somebody may be reading it
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, bytes);
  }
  console.log(`${wanted.size} files in ${relative(root, target)} and ${relative(root, fontTarget)}`);
}
