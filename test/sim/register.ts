// Preloaded (--import) into a simulating process: what a node's code knows of the machine is replaced, its own code is not. With
// TASUKI_BROKEN_BUILD, one place of that code is broken on purpose, to see whether the checker notices.
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import { brokenBuilds } from "./broken-builds.ts";
import { installAbortSignals } from "./machine/abort-signals.ts";
import { installTimers } from "./machine/timers.ts";

const replaced: Readonly<Record<string, string>> = Object.fromEntries(
  ["fs", "fs/promises", "sqlite", "timers/promises"].map((name) => [
    `node:${name}`,
    new URL(`machine/${name.replace("/", "-")}.ts`, import.meta.url).href,
  ]),
);
const ofNodes = /\/packages\/(store|bus|node)\/src\//;
const root = fileURLToPath(new URL("../../", import.meta.url));
const broken = brokenBuilds.find(({ name }) => name === process.env["TASUKI_BROKEN_BUILD"]);

installTimers();
installAbortSignals();
registerHooks({
  resolve(specifier, context, next) {
    const url = ofNodes.test(context.parentURL ?? "") ? replaced[specifier] : undefined;
    return url === undefined ? next(specifier, context) : { url, shortCircuit: true };
  },
  load(url, context, next) {
    const loaded = next(url, context);
    const breaks = broken?.changes.filter(({ file }) => url.startsWith("file:") && fileURLToPath(url) === `${root}${file}`) ?? [];
    if (breaks.length === 0) return loaded;
    return { ...loaded, source: breaks.reduce((source, change) => breakSource(source, change), textOf(loaded.source)) };
  },
});

function breakSource(source: string, { file, find, put }: { file: string; find: string; put: string }): string {
  const parts = source.split(find);
  if (parts.length !== 2)
    throw new Error(`the broken build no longer fits ${file}: ${JSON.stringify(find)} stands there ${parts.length - 1} times`);
  return parts.join(put);
}

function textOf(source: unknown): string {
  return typeof source === "string" ? source : Buffer.from(source as Uint8Array).toString("utf8"); // a module's source is text or its bytes
}
