// Imports that packages and folders may have, and words that the engine may not say. law.json is the law; oxlint reads the imports.
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "../..");
const Law = z.strictObject({
  /** By package: the packages that it may import, and its folders in their order: none imports a later one. `.` are the files beside them. */
  packages: z.record(z.string(), z.strictObject({ imports: z.array(z.string()), folders: z.array(z.string()) })),
  /** The packages that an app may import. */
  apps: z.array(z.string()),
  /** By library: the packages that may import it, `*` for all of them and the apps. A library that is missing here has no home. */
  libraries: z.record(z.string(), z.array(z.string())),
  /** By package: all of Node's own modules that it may import. Packages that are missing here may import any. */
  pure: z.record(z.string(), z.array(z.string())),
  /** All that is imported of node:module, which also has createRequire. */
  ofNodeModule: z.array(z.string()),
  /** Packages that call import.meta.resolve, for the modules of their own child processes. Apps may too: they name the work. */
  resolve: z.array(z.string()),
  /** Files that import a module by a URL that they are handed. */
  load: z.array(z.string()),
  /** Packages that know no relay: they contain none of the literals. */
  engine: z.array(z.string()),
  literals: z.array(z.string()),
});
const law = Law.parse(JSON.parse(readFileSync(join(import.meta.dirname, "law.json"), "utf8")));

interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

const everyPackage = Object.keys(law.packages);
const message = "scripts/law/law.json forbids it";

/** Lets files import what the groups let through: `!` allows, and the last group that fits a specifier decides. */
function allow(files: string, groups: readonly string[]): Override {
  const group = ["*", "**", ...groups, "**/testing", "**/testing/**", "**/*.test.*"];
  // Detours: `./../x.ts`, `../x/../y.ts`, `.//x.ts` and `././x.ts` would fit groups that mean something else.
  const detour = String.raw`//|/\./|(^\.|[^./][^/]*)/\.\.(/|$)`;
  // The groups come last: what they let through is held against no pattern after them.
  const patterns = [
    { regex: detour, message },
    { group, message },
  ];
  const paths = [{ name: "node:module", allowImportNames: law.ofNodeModule, message }];
  return { files: [files], rules: { "no-restricted-imports": ["error", { paths, patterns }] } };
}

/** The groups of what has a name: Node's modules, libraries and packages. Paths that lead upwards are closed again after them. */
function named(name: string, packages: readonly string[]): string[] {
  const modules = law.pure[name] ?? ["node:*", "node:*/**"];
  const libraries = Object.entries(law.libraries).map(([library, homes]) => ({
    library,
    home: homes.includes(name) || homes.includes("*"),
  }));
  const opened = libraries.filter(({ home }) => home).flatMap(({ library }) => [`!${library}`, `!${library}/**`]);
  return [
    ...modules.map((module) => `!${module}`),
    ...libraries.filter(({ home }) => !home).map(({ library }) => library),
    // Opened names without a scope also let the same names in any scope through (`!zod`: `@some/zod`), until `@*/**` closes those.
    ...opened.filter((group) => !group.startsWith("!@")),
    "@*/**",
    ...opened.filter((group) => group.startsWith("!@")),
    ...packages.flatMap((one) => [`!@tasuki/${one}`, `!@tasuki/${one}/**`]),
    "../**",
  ];
}

// The depths of files in a folder, on which depends what leads out of it. A file that lies deeper may import nothing.
const depths = [1, 2, 3, 4];
const upFrom = (depth: number): string => "../".repeat(depth);
/** The groups of what lies in a folder, for its files at some depth. */
const within = (depth: number): string[] => ["!./**", ...(depth > 1 ? ["!../**", `${upFrom(depth)}**`] : [])];
const filesAt = (folder: string, depth: number): string => `${folder}/${"*/".repeat(depth - 1)}*.*`;

function overridesOf(name: string, { imports, folders }: z.infer<typeof Law>["packages"][string]): Override[] {
  const src = `packages/${name}/src`;
  const always = named(name, imports);
  const beside = folders.indexOf(".");
  const belowRoot = beside < 0 ? folders : folders.slice(0, beside);
  return [
    allow(`${src}/*.*`, [...always, "!./*.*", ...belowRoot.map((folder) => `!./${folder}/**`)]),
    ...folders.flatMap((folder, at) =>
      (folder === "." ? [] : depths).map((depth) => {
        const earlier = folders.slice(0, at + 1).map((one) => `!${upFrom(depth)}${one === "." ? "*.*" : `${one}/**`}`);
        const manifest = `!${upFrom(depth + 1)}package.json`;
        return allow(filesAt(`${src}/${folder}`, depth), [...always, ...within(depth), ...earlier, manifest]);
      }),
    ),
  ];
}

const everyWay = {
  "typescript/consistent-type-imports": ["error", { disallowTypeAnnotations: true }],
  "typescript/no-require-imports": "error",
  "no-restricted-globals": ["error", "require"],
  "no-restricted-properties": ["error", { property: "createRequire" }, { property: "getBuiltinModule" }],
  "import/no-dynamic-require": ["error", { esmodule: true }],
};
const config = {
  categories: { correctness: "off" },
  plugins: ["typescript", "import"],
  overrides: [
    // Files that no rule below is for import nothing: an unknown folder is not a free one.
    {
      files: ["packages/**", "apps/**"],
      rules: { ...everyWay, "no-restricted-imports": ["error", { patterns: [{ regex: "", message }] }] },
    },
    ...Object.entries(law.packages).flatMap(([name, one]) => overridesOf(name, one)),
    ...depths.map((depth) => allow(filesAt("apps/*/src", depth), [...named("apps", law.apps), ...within(depth)])),
    { files: law.load, rules: { "import/no-dynamic-require": "off" } },
    {
      files: ["**/*.test.ts", "packages/*/src/testing/**"],
      rules: Object.fromEntries([...Object.keys(everyWay), "no-restricted-imports"].map((rule) => [rule, "off"])),
    },
  ],
};

const productIn = (tree: string, folder: string): string[] =>
  globSync(`${folder}/src/**/*.{ts,tsx,mts,cts}`, { cwd: tree }).filter(
    (path) => !path.endsWith(".test.ts") && !path.startsWith(`${folder}/src/testing/`),
  );

/**
 * The names of packages and the `import.meta.resolve` that stand in a text where the law has them not, comments and strings included.
 * `import.meta` is no object to no-restricted-properties, and no-restricted-imports reads neither its argument nor a template's text.
 *
 * No tool sees `import.meta` under another name (`const { resolve } = import.meta`), a folder's order in the argument of
 * import.meta.resolve or in a template (`import(\`../later/x.ts\`)`), a library in a template, or the URLs that the files in `load` get.
 */
function wordsIn(tree: string): string[] {
  const owners = [
    ...Object.entries(law.packages).map(([name, { imports }]) => ({
      folder: `packages/${name}`,
      imports,
      resolve: law.resolve.includes(name),
    })),
    { folder: "apps/*", imports: law.apps, resolve: true },
  ];
  return owners.flatMap(({ folder, imports, resolve }) =>
    productIn(tree, folder).flatMap((path) => {
      const text = readFileSync(join(tree, path), "utf8");
      const packages = [...text.matchAll(/@tasuki\/([a-z-]+)/g)].filter(([, name = ""]) => !imports.includes(name)).map(([word]) => word);
      const resolved = !resolve && text.includes("import.meta.resolve") ? ["import.meta.resolve"] : [];
      return [...packages, ...resolved].map((word) => `${path}: '${word}' stands there`);
    }),
  );
}

/** Breaches of the law in a tree: `path: import`. */
async function breaches(tree: string): Promise<readonly string[]> {
  // Overrides are relative to the configuration's own folder.
  const path = join(tree, ".law.oxlintrc.json");
  await writeFile(path, JSON.stringify(config));
  try {
    const args = ["--config", path, "--format", "json", "--disable-nested-config", "packages", "apps"];
    const { stdout } = await promisify(execFile)(join(root, "node_modules/.bin/oxlint"), args, { cwd: tree, maxBuffer: 1e8 }).catch(
      (error: unknown) => error as { stdout: string }, // it ends with 1 where it finds something
    );
    const { diagnostics } = z
      .object({ diagnostics: z.array(z.object({ filename: z.string(), message: z.string() })) })
      .parse(JSON.parse(stdout));
    return [...diagnostics.map((one) => `${one.filename}: ${one.message}`), ...wordsIn(tree)];
  } finally {
    await rm(path);
  }
}

test("nothing imports what the law forbids it", async () => {
  expect(await breaches(root)).toEqual([]);
});

interface Case {
  readonly path: string;
  readonly text: string;
}

/**
 * Breaches of the law in files of a few lines. A start of oxlint takes as long as thousands of such files, so that many lie in one tree: a tree for
 * each time that the same path occurs.
 */
async function breachesIn(cases: readonly Case[]): Promise<ReadonlyMap<Case, readonly string[]>> {
  const trees: Map<string, Case>[] = [];
  for (const one of cases) {
    const free = trees.find((tree) => !tree.has(one.path));
    if (free === undefined) trees.push(new Map([[one.path, one]]));
    else free.set(one.path, one);
  }
  const found = new Map<Case, readonly string[]>();
  for (const files of trees) {
    const tree = await mkdtemp(join(tmpdir(), "tasuki-breach-"));
    try {
      await Promise.all(["packages", "apps"].map((folder) => mkdir(join(tree, folder))));
      for (const { path, text } of files.values()) {
        await mkdir(dirname(join(tree, path)), { recursive: true });
        await writeFile(join(tree, path), text);
      }
      const all = await breaches(tree);
      for (const [path, one] of files)
        found.set(
          one,
          all.filter((breach) => breach.startsWith(`${path}: `)),
        );
    } finally {
      await rm(tree, { recursive: true });
    }
  }
  return found;
}

const forbidden = [
  ["a package above", "packages/store/src/files/blob.ts", "@tasuki/node"],
  ["the shipped relay, from the engine", "packages/node/src/status/status.ts", "@tasuki/contracts/relay"],
  ["the shipped work, from the engine", "packages/executors/src/stage/child.ts", "@tasuki/finder"],
  ["a package, from itself", "packages/node/src/accept/check.ts", "@tasuki/node"],
  ["a package above, from an index", "packages/bus/src/index.ts", "@tasuki/node"],
  ["test support, from an index", "packages/bus/src/index.ts", "./testing/index.ts"],
  ["a library outside its home, from an index", "packages/node/src/index.ts", "express"],
  ["a later folder, from the files beside it", "packages/finder/src/fields.ts", "./review/review.ts"],
  ["a later folder", "packages/node/src/accept/check.ts", "../consumer/worker.ts"],
  ["a later folder, from deep in one", "packages/contracts/src/artifacts/brief/brief.ts", "../../checks/gaps.ts"],
  ["a later folder, from deeper in one", "packages/node/src/accept/a/b/check.ts", "../../../consumer/worker.ts"],
  ["a later folder, from deepest in one", "packages/node/src/accept/a/b/c/check.ts", "../../../../consumer/worker.ts"],
  ["a later folder, by way of src", "packages/node/src/accept/check.ts", "../../src/consumer/worker.ts"],
  ["a later folder, by way of the same one", "packages/node/src/accept/check.ts", "./../consumer/worker.ts"],
  ["a later folder, by way of an earlier one", "packages/node/src/accept/check.ts", "../loop/../consumer/worker.ts"],
  ["a later folder, from a .tsx", "packages/node/src/accept/check.tsx", "../consumer/worker.ts"],
  ["a later folder, from a .mts", "packages/node/src/accept/check.mts", "../consumer/worker.ts"],
  ["what stands beside the folders", "packages/store/src/sqlite/rows.ts", "../open-store.ts"],
  ["an index that stands beside the folders", "packages/node/src/accept/check.ts", "../index.ts"],
  ["another package by its path", "packages/node/src/accept/check.ts", "../../../finder/src/index.ts"],
  ["test support, from the product", "packages/bus/src/server/app.ts", "../testing/bus-fixture.ts"],
  ["test support in a folder", "packages/bus/src/server/app.ts", "./testing/bus-fixture.ts"],
  ["a test", "packages/bus/src/server/app.ts", "./bus-app.test.ts"],
  ["test support of another package", "packages/node/src/process/start.ts", "@tasuki/bus/testing"],
  ["a library outside its home", "packages/node/src/status/serve.ts", "express"],
  ["a library without a home", "packages/node/src/status/serve.ts", "fast-check"],
  ["a library that is called like one with a home", "packages/node/src/status/serve.ts", "@some/zod"],
  ["the database outside the store", "packages/node/src/status/rows.ts", "node:sqlite"],
  ["Node's own module, from what is pure", "packages/flow/src/step.ts", "node:fs"],
  ["Node's own module without `node:`, from what is pure", "packages/flow/src/step.ts", "fs"],
  ["Node's own module, from what is pure but for others", "packages/protocol/src/kit/gate.ts", "node:fs/promises"],
  ["Node's own module, from an index of what is pure", "packages/protocol/src/index.ts", "node:fs"],
  ["another app", "apps/nano/src/main.ts", "@tasuki/app-sg"],
  ["another app by its path", "apps/nano/src/main.ts", "../../sg/src/main.ts"],
  ["another app by its path, from a folder", "apps/nano/src/work/main.ts", "../../../sg/src/main.ts"],
  ["a package that apps leave alone", "apps/nano/src/main.ts", "@tasuki/store"],
  ["test support, from an app", "apps/nano/src/main.ts", "@tasuki/node/testing"],
  ["a library, from an app", "apps/nano/src/main.ts", "express"],
] as const;

/** Import that every package may have, beside one that it may not. */
const restOf = (path: string): string => (path.startsWith("packages/protocol/") ? "zod" : "@tasuki/protocol");

const detours = [
  ["export from", "packages/store/src/index.ts", `export { a } from "@tasuki/node";`, "'@tasuki/node' import"],
  ["import()", "packages/flow/src/step.ts", `export const a = await import("node:fs");`, "node:fs"],
  ["import() of a template", "packages/executors/src/stage/child.ts", "export const a = await import(`@tasuki/finder`);", "@tasuki/finder"],
  ["import() of a variable", "packages/flow/src/step.ts", `const a = "node:fs";\nexport const b = await import(a);`, "literal string"],
  ["a type's import()", "packages/flow/src/step.ts", `export type A = import("node:fs").Stats;`, "`import()` type"],
  ["typeof import()", "packages/flow/src/step.ts", `export type A = typeof import("node:fs");`, "`import()` type"],
  ["import.meta.resolve", "packages/operator/src/cli/cli.ts", `export const a = import.meta.resolve("./b.ts");`, "import.meta.resolve"],
  [
    "import.meta.resolve of work",
    "packages/executors/src/stage/child.ts",
    `export const a = import.meta.resolve("@tasuki/finder/write");`,
    "@tasuki/finder",
  ],
  ["import.meta.resolve of an app", "apps/sg/src/main.ts", `export const a = import.meta.resolve("@tasuki/app-jp");`, "@tasuki/app-jp"],
  [
    "createRequire",
    "packages/node/src/loop/loop.ts",
    `import { createRequire } from "node:module";\nexport { createRequire };`,
    "createRequire",
  ],
  ["createRequire of all", "packages/node/src/loop/loop.ts", `import * as a from "node:module";\nexport { a };`, "* import"],
  [
    "createRequire of import()",
    "packages/node/src/loop/loop.ts",
    `export const a = (await import("node:module")).createRequire;`,
    "createRequire",
  ],
  ["require", "packages/flow/src/step.ts", `export const a = require("node:fs");`, "require"],
  ["import of require", "packages/flow/src/step.ts", `import a = require("node:fs");\nexport { a };`, "require"],
  ["getBuiltinModule", "packages/flow/src/step.ts", `export const a = process.getBuiltinModule("node:fs");`, "getBuiltinModule"],
] as const;

const misplaced = [
  ["a file too deep", "packages/node/src/accept/a/b/c/d/check.ts"],
  ["a file in an unknown folder", "packages/node/src/unknown/check.ts"],
  ["a file outside src", "packages/node/check.ts"],
] as const;

const forbiddenCases = forbidden.map(([what, path, specifier]) => {
  const text = `import { a } from "${specifier}";\nimport { b } from "${restOf(path)}";\nexport { a, b };\n`;
  return { what, specifier, path, text };
});
const detourCases = detours.map(([what, path, text, said]) => ({ what, path, text, said }));
const misplacedCases = misplaced.map(([what, path]) => ({ what, path, text: `export { a } from "./a.ts";\n` }));

describe("files of a few lines", () => {
  let found: ReadonlyMap<Case, readonly string[]> = new Map();
  beforeAll(async () => {
    found = await breachesIn([...forbiddenCases, ...detourCases, ...misplacedCases]);
  });
  const breachesOf = (one: Case): readonly string[] => {
    const of = found.get(one);
    if (of === undefined) throw new Error(`${one.path} was not looked at`);
    return of;
  };

  test.each(forbiddenCases)("$what is no import", (one) => {
    const breached = breachesOf(one);
    expect(breached).toContainEqual(expect.stringContaining(`'${one.specifier}' import is restricted`));
    expect(breached.filter((breach) => breach.includes(`'${restOf(one.path)}'`))).toEqual([]);
  });

  test.each(detourCases)("$what is no way around it", (one) => {
    expect(breachesOf(one)).toContainEqual(expect.stringContaining(one.said));
  });

  test.each(misplacedCases)("$what has no import", (one) => {
    expect(breachesOf(one)).toHaveLength(1);
  });
});

const folders = (above: string): string[] =>
  globSync(`${above}/*/package.json`, { cwd: root }).map((path) => dirname(path).slice(above.length + 1));

test("the law knows every package and every folder of it", () => {
  expect(folders("packages").sort()).toEqual(everyPackage.toSorted());
  const unknown = everyPackage.flatMap((name) =>
    globSync(`packages/${name}/src/*/`, { cwd: root })
      .map((path) => path.split("/")[3] ?? "")
      .filter((folder) => folder !== "testing" && !law.packages[name]?.folders.includes(folder))
      .map((folder) => `${name}/${folder}`),
  );
  expect(unknown).toEqual([]);
  const gone = Object.entries(law.packages).flatMap(([name, one]) =>
    one.folders.filter((folder) => !existsSync(join(root, "packages", name, "src", folder))).map((folder) => `${name}/${folder}`),
  );
  expect(gone).toEqual([]);
});

const Manifest = z.object({ dependencies: z.record(z.string(), z.string()).default({}) });
const declaredBy = (folder: string): string[] =>
  Object.keys(Manifest.parse(JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))).dependencies);
const dependenciesOf = (folder: string): string[] =>
  declaredBy(folder)
    .filter((name) => name.startsWith("@tasuki/"))
    .map((name) => name.slice("@tasuki/".length));
const librariesOf = (folder: string): string[] => declaredBy(folder).filter((name) => !name.startsWith("@tasuki/"));

test.each(everyPackage)("package %s declares the libraries that the law has for it", (name) => {
  const homes = Object.entries(law.libraries).filter(([library]) => !library.startsWith("node:"));
  const everywhere = homes.filter(([, at]) => at.includes("*")).map(([library]) => library);
  const own = homes.filter(([, at]) => at.includes(name)).map(([library]) => library);
  const declared = librariesOf(`packages/${name}`);
  expect(declared.filter((library) => !everywhere.includes(library)).sort()).toEqual(own.sort());
});

test.each(folders("apps"))("app %s declares no library that the law has not", (name) => {
  expect(librariesOf(`apps/${name}`).filter((library) => !law.libraries[library]?.includes("*"))).toEqual([]);
});

// `turbo boundaries` reports an import of a package that is not declared: what is declared must be the law's too.
test.each(everyPackage)("package %s declares no dependency that the law has not", (name) => {
  expect(dependenciesOf(`packages/${name}`).filter((one) => !law.packages[name]?.imports.includes(one))).toEqual([]);
});

test.each(folders("apps"))("app %s declares no dependency that the law has not", (name) => {
  expect(dependenciesOf(`apps/${name}`).filter((one) => !law.apps.includes(one))).toEqual([]);
});

test.each(law.engine)("%s has no word of the shipped relay", (name) => {
  const sources = productIn(root, `packages/${name}`);
  expect(sources.length).toBeGreaterThan(0);
  const said = sources.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    return law.literals.filter((literal) => text.includes(literal)).map((literal) => `${path}: ${literal}`);
  });
  expect(said).toEqual([]);
});
