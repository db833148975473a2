import { type Arbitrary, array, boolean, constant, constantFrom, double, integer, oneof, record, stringMatching, tuple } from "fast-check";
import { z } from "zod";
import { text } from "./arbitrary-text.ts";

/** The part of JSON Schema that drafts are made of. */
const Node = z.strictObject({
  $schema: z.string().optional(),
  description: z.string().optional(),
  type: z.enum(["object", "array", "string", "number", "integer", "boolean"]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).default({}),
  required: z.array(z.string()).default([]),
  additionalProperties: z.literal(false).optional(),
  items: z.unknown().optional(),
  prefixItems: z.array(z.unknown()).optional(),
  maxItems: z.int().default(4),
  pattern: z.string().optional(),
  minLength: z.int().default(0),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
});

/** Values of every shape that a schema takes. Throws a `ZodError` where the schema is more than the JSON Schema of `Node`. */
export function arbitraryValue<Schema extends z.ZodType>(schema: Schema): Arbitrary<z.output<Schema>> {
  return toArbitrary(z.toJSONSchema(schema, { io: "input" }))
    .map((value) => schema.safeParse(value))
    .filter(({ success }) => success)
    .map(({ data }) => data as z.output<Schema>); // of those that succeeded
}

function toArbitrary(schema: unknown): Arbitrary<unknown> {
  const node = Node.parse(schema);
  if (node.const !== undefined) return constant(node.const);
  if (node.enum !== undefined) return constantFrom(...node.enum);
  if (node.anyOf !== undefined) return oneof(...node.anyOf.map(toArbitrary));
  const { minimum = node.exclusiveMinimum, maximum } = node;
  const range = { ...(minimum !== undefined && { min: minimum }), ...(maximum !== undefined && { max: maximum }) };
  switch (node.type) {
    case "object":
      return record(Object.fromEntries(Object.entries(node.properties).map(([name, held]) => [name, toArbitrary(held)])), {
        requiredKeys: node.required,
      });
    case "array":
      if (node.prefixItems !== undefined) return tuple(...node.prefixItems.map(toArbitrary));
      return array(toArbitrary(node.items), { maxLength: Math.min(node.maxItems, 4) });
    case "string":
      return (node.pattern === undefined ? text : stringMatching(new RegExp(node.pattern))).filter(
        ({ length }) => length >= node.minLength,
      );
    case "integer":
      return integer({ ...range, max: Math.min(maximum ?? 99_999, 99_999) });
    case "number":
      return double({ ...range, noNaN: true, noDefaultInfinity: true });
    case "boolean":
      return boolean();
    case undefined:
      throw new TypeError(`a schema without a type: ${JSON.stringify(schema)}`);
  }
}
