import type { Pipeline } from "@tasuki/protocol";
import { everyArtifact, exampleRelay as relay } from "@tasuki/contracts/testing";
import { expect, test } from "vitest";
import { parseName, toCamel } from "./names.ts";
import { planArtifact } from "./plan-artifact.ts";
import { planArtifactRemoval, planRemoval } from "./plan-removal.ts";
import { planRole, type RoleRequest } from "./plan-role.ts";

const artifacts = await everyArtifact();
const surroundings = { pipeline: relay, artifacts, neighbour: { manifest: {}, tsconfig: "{}", env: "" } };
const plan = (request: Partial<RoleRequest>) =>
  planRole({ name: "legal", after: "sg", consumes: ["sg-review"], feedback: [], produces: ["opinion"], ...request }, surroundings);

test("a new role gets the next free port, and its place in the order", () => {
  const { port, relay, created } = plan({});
  expect(port).toBe(18104);
  expect(relay).toContain("roles: [nano, sg, legal, jp]");
  expect(Object.keys(created)).toContain("apps/legal/src/work.ts");
  expect(Object.keys(created)).toContain("packages/contracts/src/artifacts/opinion/opinion.ts");
});

test("a role may have what later roles produce as feedback", () => {
  const definition = plan({ feedback: ["jp-final"] }).created["packages/contracts/src/roles/legal.ts"];
  expect(definition).toContain("\n  feedback: [jpFinal],\n");
  expect(definition).toContain('import { jpFinal } from "../artifacts/jp-final/jp-final.ts";');
});

test.for<[string, Partial<RoleRequest>, string]>([
  ["a name that can't be one", { name: "Legal" }, "'Legal' can't name a role: lower-case letters"],
  ["a name of the language", { name: "class" }, "'class' can't name a role: it means something else already"],
  ["main's name", { name: "main" }, "'main' can't name a role"],
  ["a taken name", { name: "jp" }, "there is a role 'jp' already"],
  ["an artifact's name", { name: "sg-review" }, "a role and an artifact can't both be called 'sg-review'"],
  ["a place after nobody", { after: "jpp" }, "there is no such role; there are main, nano, sg, jp"],
  ["an artifact that nobody knows", { consumes: ["reviews"] }, "'reviews', which nothing before it produces; there are: run, brief"],
  ["an artifact of a later role", { consumes: ["jp-final"] }, "'jp-final', which 'jp' produces only after it: --after jp."],
  [
    "feedback of an earlier role",
    { feedback: ["sg-review"] },
    "'sg-review' as feedback, which no later role produces; there are: jp-final.",
  ],
  ["feedback of nobody", { after: "jp", consumes: [], feedback: ["opinions"] }, "which no later role produces; there is no later role."],
  ["nothing produced", { produces: [] }, "a role produces something: --produces legal-report"],
  ["its own name produced", { produces: ["legal"] }, "can't both be called 'legal'"],
  ["another's artifact produced", { produces: ["jp-final"] }, "'jp-final' is produced by 'jp'"],
  ["the notes, which any relay has, produced", { produces: ["notes"] }, "'notes' is given by main"],
  ["what main gives produced", { produces: ["brief"] }, "'brief' is given by main"],
  [
    "an artifact that the code would call as another",
    { produces: ["sgReview".toLowerCase(), "jp-final-2"] },
    "version 2 of an artifact 'jp-final'",
  ],
])("a role with %s is refused", ([, request, sentence]) => {
  expect(() => plan(request)).toThrow(sentence);
});

test("what the generated files import and declare names nothing else", () => {
  const sources = Object.entries(plan({}).created).flatMap(([path, text]) => (path.endsWith(".ts") ? [text] : []));
  const imported = sources.flatMap((text) =>
    [...text.matchAll(/^import (?:type )?\{ (.+) \}/gm)].flatMap(([, list = ""]) => list.split(", ")),
  );
  const declared = sources.flatMap((text) => [...text.matchAll(/\bconst (?:\{ )?(\w+)/g)].map(([, name = ""]) => name));
  const own = ["legal", "opinion", "Opinion", ...artifacts.map(({ name }) => toCamel(name)).filter((name) => name !== "run")];
  const names = [...new Set([...imported, ...declared].map((name) => name.replace("type ", "")))].filter((name) => !own.includes(name));
  expect(names).toContain("contract");
  for (const name of names) {
    const given = name.replaceAll(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase();
    expect(() => parseName(given, "an artifact"), given).toThrow("it means something else already");
  }
});

test.for([
  [{ name: "jp-final", file: "final.txt" }, "there is an artifact 'jp-final' already, in files named jp-final.txt."],
  [{ name: "opinion", file: "jp-final.txt" }, "files named jp-final.txt are those of artifact 'jp-final'"],
  [{ name: "opinion", file: "S3.txt" }, "files named S3.txt are those of artifact 'source-text'"],
  [{ name: "opinion", file: "opinion.pdf" }, "a file name that ends in .txt or .md"],
  [{ name: "opinion", file: "../opinion.txt" }, "a file name that ends in .txt or .md"],
  [{ name: "opinion-2", file: "opinion.txt" }, "artifacts/opinion/opinion-2.ts is where version 2 of an artifact 'opinion' stays"],
  [{ name: "nano", file: "nano.txt" }, "a role and an artifact can't both be called 'nano'"],
] as const)("an artifact %j is refused", ([request, sentence]) => {
  expect(() => planArtifact(request, { pipeline: relay, artifacts })).toThrow(sentence);
});

test("what goes with a role is its own: the app, the definition, and the folder of what it produces", () => {
  const { removed, relay: rest } = planRemoval("jp", { pipeline: relay, files: ["jp-final.1.txt", "run.1.json"] });
  expect(removed).toContain("apps/jp");
  expect(removed).toContain("packages/contracts/src/artifacts/jp-final");
  expect(removed.filter((path) => path.includes("fixtures"))).toEqual(["packages/contracts/fixtures/artifacts/jp-final.1.txt"]);
  expect(rest).toContain("roles: [nano, sg]");
});

test("a role whose output another consumes stays, and so does one that is not there", () => {
  const removal = (name: string) => () => planRemoval(name, { pipeline: relay, files: [] });
  expect(removal("nano")).toThrow("'nano' can't go: 'sg' consumes its 'candidate-list'");
  expect(removal("legal")).toThrow("there is no role 'legal'; there are: nano, sg, jp.");
});

test("an artifact goes alone where no role produces it and main doesn't give it", () => {
  const unused = { ...relay, roles: relay.roles.slice(0, 2) };
  const removal = (name: string, pipeline: Pipeline) => () => planArtifactRemoval(name, { pipeline, artifacts, files: ["jp-final.1.txt"] });
  expect(removal("jp-final", unused)()).toContain("packages/contracts/fixtures/artifacts/jp-final.1.txt");
  expect(removal("jp-final", relay)).toThrow("'jp' produces it, and pnpm new role jp --remove takes it along");
  expect(removal("brief", relay)).toThrow("main gives it");
  expect(removal("notes", relay)).toThrow("any relay has it");
  expect(removal("opinion", relay)).toThrow("there is no artifact 'opinion'");
});
