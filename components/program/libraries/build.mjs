// Writes ../libraries.js, a module of ours that holds the libraries, and ../libraries-licences.txt, their licences.

import { readdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";

const made = await build({
  entryPoints: ["libraries.js"],
  bundle: true,
  minify: true,
  format: "iife",
  globalName: "libraries",
  legalComments: "none",
  charset: "utf8",
  target: "es2022",
  write: false,
  metafile: true,
});
const [{ text }] = made.outputFiles;
const start = "var libraries=";
if (!text.startsWith(start)) throw new Error("esbuild writes something else than it did");
const head = "// Written by `make libraries` from libraries/. Their licences stand in libraries-licences.txt.\n// @ts-nocheck\n\n";
writeFileSync("../libraries.js", `${head}/** @type {any} */\nexport const libraries = ${text.slice(start.length)}`);

const inside = Object.keys(made.metafile.inputs).map((path) => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path)?.[1]);
const packages = [...new Set(inside.filter(Boolean))].sort();
const licence = (name) => {
  const folder = join("node_modules", name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one) && existsSync(join(folder, one)));
  if (!file) throw new Error(`${name} has no licence text`);
  return `${name} ${version} (${license})\n\n${readFileSync(join(folder, file), "utf8").trim()}\n`;
};
const rule = `\n${"-".repeat(80)}\n\n`;
writeFileSync("../libraries-licences.txt", `The licences of what is in libraries.js.\n${rule}${packages.map(licence).join(rule)}`);
