// Makes `dist/`, which any static server can serve: the page, its libraries, and models. `npm run build [EXPORT ...]`

import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const HERE = path.dirname(fileURLToPath(import.meta.url));
const EXPORTS = path.join(HERE, "../../saved_models");
const TASKS = ["classification", "translation", "glimpses", "captioning"];

/** What is wrong with what the user gave, in words. */
class Problem extends Error {}

/** Returns the folder `litert` of an export: of a version, or of the newest version of a model. */
function litertFolder(given) {
  const places = [given, path.join(given, "litert")];
  const versions = fs.existsSync(given) ? fs.readdirSync(given).filter((name) => /^\d+$/.test(name)) : [];
  versions.sort((a, b) => b - a);
  places.push(...versions.map((version) => path.join(given, version, "litert")));
  return places.find((place) => fs.existsSync(path.join(place, "model.json")));
}

/** Returns the name of a model: of `NAME/VERSION/litert`, NAME. */
function nameOf(folder) {
  const parts = path.resolve(folder).split(path.sep);
  return parts.filter((part, i) => i < parts.length - 2 || !(part === "litert" || /^\d+$/.test(part))).pop();
}

/** Returns what `model.json` says, if the page can show the model. */
function describe(folder) {
  const description = JSON.parse(fs.readFileSync(path.join(folder, "model.json"), "utf-8"));
  if (!TASKS.includes(description.task)) {
    const shown = new Intl.ListFormat("en").format(TASKS);
    throw new Problem(`${folder}: the page shows models for ${shown}, and this one is for ${description.task}`);
  }
  if (!description.static) {
    throw new Problem(`${folder}: this export has no file with fixed shapes, which the browser needs; export the run again`);
  }
  return description;
}

/** Copies what the page reads of a model; returns its entry in the list of models. */
function copyModel(folder, dist) {
  const description = describe(folder);
  const name = nameOf(folder);
  const target = path.join(dist, "models", name);
  if (fs.existsSync(target)) {
    throw new Problem(`${folder}: there is a model called ${name} already; give each name once`);
  }
  fs.mkdirSync(target, { recursive: true });
  const tokenizers = fs.readdirSync(folder).filter((file) => file.endsWith("tokenizer.model"));
  for (const file of ["model.json", description.static.file, ...tokenizers]) {
    fs.copyFileSync(path.join(folder, file), path.join(target, file));
  }
  return { name, folder: `models/${encodeURIComponent(name)}/` };
}

/** Copies the libraries, as the import map in `index.html` names them. */
function copyLibraries(dist) {
  const packages = path.join(HERE, "node_modules");
  if (!fs.existsSync(packages)) {
    throw new Problem(`${HERE}: the libraries are not here; run "npm ci" first`);
  }
  const copy = (from, to) => fs.cpSync(path.join(packages, from), path.join(dist, "lib", to), { recursive: true });
  copy("@litertjs/core/dist/index.js", "litert.js");
  copy("@litertjs/wasm-utils/dist/index.js", "wasm-utils.js");
  // Without threads, which need headers that few static servers send; "compat" is for browsers without relaxed SIMD.
  for (const build of ["litert_wasm_internal", "litert_wasm_compat_internal"]) {
    for (const ending of ["js", "wasm"]) {
      copy(`@litertjs/core/wasm/${build}.${ending}`, `wasm/${build}.${ending}`);
    }
  }
  copy("@sctg/sentencepiece-js/LICENSE", "sentencepiece.LICENSE");
  const sentencepiece = fs.readFileSync(path.join(packages, "@sctg/sentencepiece-js/dist/index.js"), "utf-8");
  // The tokenizers of other models that come with it are most of its size, and have licences of their own.
  fs.writeFileSync(path.join(dist, "lib/sentencepiece.js"), sentencepiece.replace(/(const \w+_b64 = )"[^"]*"/g, '$1""'));
}

/** Returns the newest exports in `saved_models/` that the page can show. */
function foundExports() {
  const folders = fs.existsSync(EXPORTS) ? fs.readdirSync(EXPORTS).map((name) => litertFolder(path.join(EXPORTS, name))) : [];
  const shown = folders.filter((folder) => {
    const description = folder && JSON.parse(fs.readFileSync(path.join(folder, "model.json"), "utf-8"));
    return description && description.static && TASKS.includes(description.task);
  });
  if (!shown.length) {
    throw new Problem('no model to show in saved_models/; export one with "toolkit export RUN", or name its folder: npm run build -- FOLDER');
  }
  return shown;
}

function givenExport(given) {
  const folder = litertFolder(given);
  if (!folder) {
    throw new Problem(`${given}: expected an export, a folder with litert/model.json in it or in its newest version; there is none`);
  }
  return folder;
}

function build(given) {
  const folders = given.length ? given.map(givenExport) : foundExports();
  const dist = path.join(HERE, "dist");
  fs.rmSync(dist, { recursive: true, force: true });
  fs.cpSync(path.join(HERE, "page"), dist, { recursive: true });
  copyLibraries(dist);
  const models = folders.map((folder) => copyModel(folder, dist));
  fs.writeFileSync(path.join(dist, "models.json"), `${JSON.stringify(models, null, 1)}\n`);
  console.log(`${path.relative(process.cwd(), dist)}: ${models.map(({ name }) => name).join(", ")}`);
}

try {
  build(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof Problem)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
