import { Problem, RunRequest, SteerRequest } from "@tasuki/protocol";
import { z } from "zod";
import { openApiWords } from "./openapi-words.ts";
import { type Operation, operations, UploadQuery } from "./operations.ts";
import { TaskEnvelope } from "./task-request.ts";

type Json = Readonly<Record<string, unknown>>;

/** Makes the OpenAPI 3.1 document of the REST spelling from the table of operations. */
export function openApiDocument(): Json {
  const schemas = new Map<string, Json>();
  const paths = Object.entries(operations satisfies Record<string, Operation>).flatMap(([name, operation]: [string, Operation]) =>
    operation.rest === undefined
      ? []
      : [[operation.rest.path, { [operation.rest.method.toLowerCase()]: toOperation(name, operation, schemas) }] as const],
  );
  const problem = refer("Problem", Problem, { schemas, io: "output" });
  return {
    openapi: "3.1.0",
    info: {
      title: "The bus of a Tasuki node",
      version: "1",
      description: "Four verbs of one node. Every refusal is RFC 9457 problem+json with a stable `code`.",
    },
    // The empty alternative stands for the tailnet, which proves a caller with nothing in the request.
    security: [{ loopback: [] }, {}],
    paths: Object.fromEntries(paths),
    components: {
      securitySchemes: {
        loopback: { type: "http", scheme: "bearer", description: "With the loopback identity (development): the caller's secret." },
      },
      responses: { Problem: { description: "Refused.", content: { "application/problem+json": { schema: problem } } } },
      schemas: Object.fromEntries([...schemas].sort(([a], [b]) => (a < b ? -1 : 1))),
    },
  };
}

function toOperation(name: string, { rest, summary, input, output, kind }: Operation, schemas: Map<string, Json>): Json {
  const answer = refer(`${capital(name)}Answer`, output, { schemas, io: "output" });
  const success = {
    description: kind === "mutation" ? "Accepted, durably: the receipt is signed." : "Done.",
    content: { "application/json": { schema: answer } },
  };
  return {
    operationId: name,
    summary,
    ...(kind === "query" && input instanceof z.ZodObject && { parameters: toParameters(input) }),
    ...(kind === "upload" && { parameters: toParameters(UploadQuery) }),
    ...bodyOf(kind, schemas),
    responses: {
      [String(rest?.status)]: success,
      ...(kind === "upload" && { "200": { ...success, description: "The bytes were here already." } }),
      default: { $ref: "#/components/responses/Problem" },
    },
  };
}

function bodyOf(kind: Operation["kind"], schemas: Map<string, Json>): Json {
  const bytes = { schema: {}, example: "# A document" };
  const file = {
    type: "string",
    contentMediaType: "application/octet-stream",
    description: "The file, and no other part.",
    examples: ["# A document"],
  };
  const form = { schema: { type: "object", required: ["file"], properties: { file } } };
  switch (kind) {
    case "mutation": {
      const anyOf = Object.entries({ RunRequest, SteerRequest, TaskEnvelope }).map(([name, schema]) =>
        refer(name, schema, { schemas, io: "input" }),
      );
      const parameters = [
        toParameter("header", "tasuki-budget-ms", { type: "integer", minimum: 0 }),
        toParameter("header", "traceparent", { type: "string" }),
      ];
      const body = { schema: { anyOf }, example: { kind: "run", brief: "What is a receipt?" } };
      const description =
        "A run as a person or script asks for it, or a nudge or cancel of one, where the policy grants that: a field that is not known here is refused. Or a DSSE envelope, as nodes send it; small files that the task names may travel with it.";
      return { parameters, requestBody: { description, required: true, content: { "application/json": body } } };
    }
    case "upload":
      return {
        requestBody: {
          description:
            "The bytes themselves, or a form with exactly one file. Their length must be declared; the cap is the contract's, bytes.",
          required: true,
          content: { "application/octet-stream": bytes, "multipart/form-data": form },
        },
      };
    case "query":
    case "subscription":
      return {};
  }
}

function toParameters(schema: z.ZodObject): Json[] {
  const { properties = {} } = toJson(schema, "input") as { properties?: Record<string, Json> }; // an object schema has them
  return Object.entries(properties).map(([name, property]) => toParameter("query", name, property));
}

function toParameter(place: "query" | "header", name: string, schema: Json): Json {
  const [description, example] = wordsFor(place, name) ?? [];
  return { name, in: place, description, schema, example };
}

function wordsFor(parent: string, name: string) {
  return openApiWords[`${parent}.${name}`] ?? openApiWords[name];
}

/** Schema with the words of each of its fields, at any depth. `parent` is the name of the schema, or of the field that it is of. */
function described(schema: Json, parent: string): Json {
  const within = (value: unknown, key: string): unknown => {
    if (key === "properties")
      return Object.fromEntries(
        Object.entries(value as Readonly<Record<string, Json>>).map(([name, property]) => {
          const [description, example] = wordsFor(parent, name) ?? [];
          return [name, { ...(description !== undefined && { description, examples: [example] }), ...described(property, name) }];
        }),
      );
    if (Array.isArray(value)) return value.map((one) => (isJson(one) ? described(one, parent) : one));
    return isJson(value) && key !== "default" ? described(value, parent) : value;
  };
  return Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, within(value, key)]));
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Puts a schema under a name, and refers to it. */
function refer(name: string, schema: z.ZodType, { schemas, io }: { schemas: Map<string, Json>; io: "input" | "output" }): Json {
  schemas.set(name, described(toJson(schema, io), name));
  return { $ref: `#/components/schemas/${name}` };
}

function toJson(schema: z.ZodType, io: "input" | "output"): Json {
  // A reader drops the keys that it doesn't know. Zod says of such an object that it has no others, as of one that refuses them; none does here.
  const override = ({ jsonSchema }: { jsonSchema: z.core.JSONSchema.BaseSchema }): void => {
    if (jsonSchema.additionalProperties === false) jsonSchema.additionalProperties = {};
  };
  // The schema is cloned, since zod's own object has a `~standard` key that can't be deleted.
  const { $schema: _dialect, ...json } = JSON.parse(JSON.stringify(z.toJSONSchema(schema, { io, override }))) as Json;
  return json;
}

function capital(name: string): string {
  return `${name.slice(0, 1).toUpperCase()}${name.slice(1)}`;
}
