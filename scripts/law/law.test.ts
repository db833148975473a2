// Who may import whom, by package and by folder, and what the engine may not say. law.json is the law; oxlint reads the imports.
import { execFile } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { z } from "zod";

const root = join(import.meta.dirname, "../..");
const Law = z.strictObject({
  /** By package: the packages that it may import, and its folders in their order: none imports a later one. `.` are the files beside them. */
  packages: z.record(z.string(), z.strictObject({ imports: z.array(z.string()), folders: z.array(z.string()) })),
  /** The packages that an app may import. */
  apps: z.array(z.string()),
  /** Where what reaches the wire, the disk or the terminal lives. */
  libraries: z.record(z.string(), z.array(z.string())),
  /** Packages without any of Node's own modules. */
  pure: z.array(z.string()),
  /** Packages that know no relay: they contain none of the literals. */
  engine: z.array(z.string()),
  literals: z.array(z.string()),
});
const law = Law.parse(JSON.parse(readFileSync(join(import.meta.dirname, "law.json"), "utf8")));

interface Override {
  readonly files: readonly string[];
  readonly rules: Readonly<Record<string, unknown>>;
}

function forbid(files: string, group: readonly string[]): Override {
  return {
    files: [files],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group, message: "scripts/law/law.json forbids it" }] }] },
  };
}

const everyPackage = Object.keys(law.packages);
const others = (allowed: readonly string[], self = ""): string[] =>
  everyPackage.filter((name) => name !== self && !allowed.includes(name)).flatMap((name) => [`@tasuki/${name}`, `@tasuki/${name}/**`]);
const librariesOf = (name: string): string[] =>
  Object.entries(law.libraries).flatMap(([library, homes]) => (homes.includes(name) ? [] : [library, `${library}/**`]));

function overridesOf(name: string, { imports, folders }: z.infer<typeof Law>["packages"][string]): Override[] {
  const always = [...others(imports, name), ...librariesOf(name), "@tasuki/*/testing", ...(law.pure.includes(name) ? ["node:*"] : [])];
  return folders.flatMap((folder, at): Override[] => {
    const later = [...folders.slice(at + 1), "testing"];
    if (folder === ".") return [forbid(`packages/${name}/src/*.ts`, [...always, ...later.map((one) => `./${one}/**`)])];
    // What leads out of a folder depends on how deep in it a file is.
    return [1, 2].map((depth) => {
      const up = "../".repeat(depth);
      const group = later.map((one) => (one === "." ? `${up}*.ts` : `${up}${one}/**`));
      return forbid(`packages/${name}/src/${folder}/${"*/".repeat(depth - 1)}*.ts`, [...always, ...group]);
    });
  });
}

const config = {
  categories: { correctness: "off" },
  overrides: [
    ...Object.entries(law.packages).flatMap(([name, one]) => overridesOf(name, one)),
    forbid("apps/*/src/**/*.ts", [...others(law.apps), "@tasuki/app-*", "../../../*/**"]),
    { files: ["**/*.test.ts", "**/testing/**"], rules: { "no-restricted-imports": "off" } },
  ],
};

/** What oxlint finds in a tree by the law: `path: import`. */
async function breaches(tree: string): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), "tasuki-law-"));
  onTestFinished(() => rm(folder, { recursive: true }));
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
    return diagnostics.map(({ filename, message }) => `${filename}: ${message}`);
  } finally {
    await rm(path);
  }
}

test("nothing imports what the law forbids it", async () => {
  expect(await breaches(root)).toEqual([]);
});

test.for([
  ["a package above", "packages/store/src/files/blob.ts", "@tasuki/node"],
  ["the shipped relay, from the engine", "packages/node/src/status/status.ts", "@tasuki/contracts/relay"],
  ["the shipped work, from the engine", "packages/executors/src/stage/child.ts", "@tasuki/finder"],
  ["a later folder", "packages/node/src/accept/check.ts", "../consumer/worker.ts"],
  ["a later folder, from deep in one", "packages/contracts/src/artifacts/brief/brief.ts", "../../checks/gaps.ts"],
  ["what stands beside the folders", "packages/store/src/sqlite/rows.ts", "../open-store.ts"],
  ["test support, from the product", "packages/bus/src/server/app.ts", "../testing/bus-fixture.ts"],
  ["test support of another package", "packages/node/src/process/start.ts", "@tasuki/bus/testing"],
  ["a library outside its home", "packages/node/src/status/serve.ts", "express"],
  ["the database outside the store", "packages/node/src/status/rows.ts", "node:sqlite"],
  ["Node's own modules, from what is pure", "packages/flow/src/step.ts", "node:fs"],
  ["another app", "apps/nano/src/main.ts", "@tasuki/app-sg"],
  ["a package that apps leave alone", "apps/nano/src/main.ts", "@tasuki/store"],
] as const)("%s is no import", async ([, path, specifier]) => {
  const tree = await mkdtemp(join(tmpdir(), "tasuki-breach-"));
  onTestFinished(() => rm(tree, { recursive: true }));
  await Promise.all(["packages", "apps"].map((folder) => mkdir(join(tree, folder))));
  await mkdir(dirname(join(tree, path)), { recursive: true });
  await writeFile(join(tree, path), `import { a } from "${specifier}";\nimport { b } from "@tasuki/protocol";\nexport { a, b };\n`);
  const found = await breaches(tree);
  expect(found).toHaveLength(1);
  expect(found[0]).toContain(`'${specifier}'`);
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
const dependenciesOf = (folder: string): string[] =>
  Object.keys(Manifest.parse(JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"))).dependencies)
    .filter((name) => name.startsWith("@tasuki/"))
    .map((name) => name.slice("@tasuki/".length));

// `turbo boundaries` reports an import of a package that is not declared: what is declared must be the law's too.
test.each(everyPackage)("package %s declares no dependency that the law has not", (name) => {
  expect(dependenciesOf(`packages/${name}`).filter((one) => !law.packages[name]?.imports.includes(one))).toEqual([]);
});

test.each(folders("apps"))("app %s declares no dependency that the law has not", (name) => {
  expect(dependenciesOf(`apps/${name}`).filter((one) => !law.apps.includes(one))).toEqual([]);
});

test.each(law.engine)("%s has no word of the shipped relay", (name) => {
  const sources = globSync(`packages/${name}/src/**/*.ts`, { cwd: root }).filter(
    (path) => !path.endsWith(".test.ts") && !path.includes("/testing/"),
  );
  expect(sources.length).toBeGreaterThan(0);
  const said = sources.flatMap((path) => {
    const text = readFileSync(join(root, path), "utf8");
    return law.literals.filter((literal) => text.includes(literal)).map((literal) => `${path}: ${literal}`);
  });
  expect(said).toEqual([]);
});
