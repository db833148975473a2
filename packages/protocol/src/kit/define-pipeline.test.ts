import { describe, expect, expectTypeOf, it } from "vitest";
import { z } from "zod";
import { type AnyArtifact, defineArtifact } from "./define-artifact.ts";
import { artifactNamed, artifactsOf, carriedTo, definePipeline, mainPort, nextRole, roleOf } from "./define-pipeline.ts";
import { type AnyRole, defineRole, optional } from "./define-role.ts";

const plain = {
  version: 1,
  mediaType: "text/plain",
  maxBytes: 8,
  schema: z.string(),
  read: (value: string) => ({ ok: true, value }) as const,
  write: (value: string) => value,
} as const;
const run = defineArtifact({ ...plain, name: "run", file: "run.txt" });
const order = defineArtifact({ ...plain, name: "order", file: "order.txt" });
const dough = defineArtifact({ ...plain, name: "dough", file: "dough.txt" });
const crumbs = defineArtifact({ ...plain, name: "crumbs", file: "crumb*.txt", many: true });
const bread = defineArtifact({ ...plain, name: "bread", file: "bread.txt" });

const mixer = defineRole({ name: "mixer", port: 1, consumes: [run, order], produces: [dough, optional(crumbs)], check: () => [] });
const baker = defineRole({ name: "baker", port: 2, consumes: [run, dough], produces: [bread], check: () => [] });
const rest = { module: import.meta.url, profiles: { plain: "bread" }, intake: { brief: run } };
const bakery = definePipeline({ ...rest, given: [run, order], roles: [mixer, baker] });

const taken = defineRole({ name: "taken", port: 2, consumes: [bread], produces: [], check: () => [] });
/** The type that the compiler asks for in the place of a role: a sentence, which no role is, for a role that doesn't fit. */
type Refusal<Given extends readonly AnyArtifact[], Roles extends readonly AnyRole[], At extends number = 0> = Parameters<
  typeof definePipeline<Given, Roles>
>[0]["roles"][At];

const names = (artifacts: readonly AnyArtifact[]): string[] => artifacts.map(({ name }) => name);

describe("a pipeline", () => {
  it("keeps the types of its roles", () => {
    expectTypeOf(bakery.roles).toEqualTypeOf<readonly [typeof mixer, typeof baker]>();
    expectTypeOf<(typeof bakery)["roles"][number]["name"]>().toEqualTypeOf<"mixer" | "baker">();
  });

  it("does not compile when a role consumes what nothing before it produces", () => {
    // @ts-expect-error role 'baker' consumes 'dough', which nothing before it produces
    definePipeline({ ...rest, given: [run, order], roles: [baker, mixer] });
    // @ts-expect-error role 'mixer' consumes 'order', which is not given
    definePipeline({ ...rest, given: [run], roles: [mixer, baker] });
    const picky = defineRole({ name: "picky", port: 3, consumes: [optional(bread)], produces: [], check: () => [] });
    // @ts-expect-error what a role may leave out must have a producer before it all the same
    definePipeline({ ...rest, given: [run, order], roles: [mixer, picky] });
    type Message = Refusal<[typeof run, typeof order], [typeof baker]>;
    expectTypeOf<Message>().toExtend<`role 'baker' consumes 'dough', which nothing before it produces${string}`>();
  });

  it("does not compile when an artifact has two producers", () => {
    const second = defineRole({ name: "second", port: 3, consumes: [dough], produces: [bread], check: () => [] });
    // @ts-expect-error role 'second' produces 'bread', which is there already
    definePipeline({ ...rest, given: [run, order], roles: [mixer, baker, second] });
    // @ts-expect-error role 'mixer' produces 'dough', which is given
    definePipeline({ ...rest, given: [run, order, dough], roles: [mixer, baker] });
    type Message = Refusal<[typeof run, typeof order, typeof dough], [typeof mixer]>;
    expectTypeOf<Message>().toExtend<`role 'mixer' produces 'dough', which is there already${string}`>();
  });

  it("does not compile when a role or a port is there twice", () => {
    const again = defineRole({ name: "mixer", port: 3, consumes: [dough], produces: [], check: () => [] });
    // @ts-expect-error role 'mixer' is in the pipeline twice
    definePipeline({ ...rest, given: [run, order], roles: [mixer, again] });
    const neighbour = defineRole({ name: "neighbour", port: 1, consumes: [dough], produces: [], check: () => [] });
    // @ts-expect-error role 'neighbour' has port 1, which another role has
    definePipeline({ ...rest, given: [run, order], roles: [mixer, neighbour] });
    const squatter = defineRole({ name: "squatter", port: mainPort, consumes: [run], produces: [], check: () => [] });
    // @ts-expect-error role 'squatter' has the port of main
    definePipeline({ ...rest, given: [run], roles: [squatter] });
    type Twice = Refusal<[typeof run, typeof order], [typeof mixer, typeof mixer], 1>;
    expectTypeOf<Twice>().toExtend<`role 'mixer' is in the pipeline twice${string}`>();
    type Message = Refusal<[typeof run, typeof dough], [typeof baker, typeof taken], 1>;
    expectTypeOf<Message>().toExtend<`role 'taken' has port 2, which another role has${string}`>();
  });

  it("does not compile with something else than roles, or with main, which is in none", () => {
    // @ts-expect-error an artifact is no role
    definePipeline({ ...rest, given: [run], roles: [order] });
    // @ts-expect-error a name is no role
    definePipeline({ ...rest, given: [run, order], roles: ["mixer"] });
    const main = defineRole({ name: "main", port: 3, consumes: [run], produces: [], check: () => [] });
    // @ts-expect-error main opens and closes every pipeline, and stands in none
    definePipeline({ ...rest, given: [run], roles: [main] });
    expectTypeOf<Refusal<[typeof run, typeof order], [typeof mixer, typeof baker], 1>>().not.toExtend<string>();
  });

  it("finds roles, the next hop and artifacts", () => {
    expect(roleOf(bakery, "baker")).toBe(baker);
    expect([roleOf(bakery, "main"), roleOf(bakery, "nobody" as string)]).toEqual([undefined, undefined]);
    expect(["main", "mixer", "baker"].map((stage) => nextRole(bakery, stage))).toEqual(["mixer", "baker", "main"]);
    expect(names(artifactsOf(bakery))).toEqual(["run", "order", "dough", "crumbs", "bread"]);
    expect(artifactNamed(bakery, "bread")).toBe(bread);
    expect(artifactNamed(bakery, "cake")).toBeUndefined();
  });

  it("carries to a role what it or a later one consumes, and to main the run and the last outputs", () => {
    expect(names(carriedTo(bakery, "mixer"))).toEqual(["run", "order"]);
    expect(names(carriedTo(bakery, "baker"))).toEqual(["run", "dough"]);
    expect(names(carriedTo(bakery, "main"))).toEqual(["run", "bread"]);
  });
});
