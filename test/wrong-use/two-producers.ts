import { definePipeline, defineRole, notes } from "@tasuki/protocol";
import { baker, bread, dough, mixer, order, run, rest } from "./bakery.ts";

const second = defineRole({ name: "second", port: 18103, consumes: [run, dough], produces: [bread], check: () => [] });
// error: role 'second' produces 'bread', which is there already: each artifact has one producer
definePipeline({ ...rest, given: [run, order], roles: [mixer, baker, second] });

// An artifact that main gives has a producer: main.
// error: role 'mixer' produces 'dough', which is there already: each artifact has one producer
definePipeline({ ...rest, given: [run, order, dough], roles: [mixer] });

// Main writes the notes to authors, in any relay.
const scribe = defineRole({ name: "scribe", port: 18104, consumes: [run], produces: [notes], check: () => [] });
// error: role 'scribe' produces 'notes', which is there already: each artifact has one producer
definePipeline({ ...rest, given: [run, order], roles: [mixer, baker, scribe] });
// error: 'notes' is given in every relay: give the artifact another name
definePipeline({ ...rest, given: [run, order, notes], roles: [mixer, baker] });
