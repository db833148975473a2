import { defineExecutor } from "@tasuki/executors";
import { mixer } from "./bakery.ts";

// A number as a text.
// error: role 'mixer' returns a 'dough' whose 'grams' is not as it should be: compare it with the schema of artifact 'dough'
defineExecutor(mixer, () => ({ dough: { flour: "rye", grams: "500" }, note: undefined }));

// A field that is missing.
// error: role 'mixer' returns a 'dough' without its 'flour': compare it with the schema of artifact 'dough'
defineExecutor(mixer, () => ({ dough: { grams: 500 }, note: undefined }));

// No object at all.
// error: role 'mixer' returns a 'note' that is none: compare it with the schema of artifact 'note'
defineExecutor(mixer, () => ({ dough: { flour: "rye", grams: 500 }, note: 3 }));
// A text, and a list, where there is one object.
// error: role 'mixer' returns a 'dough' that is none: compare it with the schema of artifact 'dough'
defineExecutor(mixer, () => ({ dough: "500 g of rye", note: undefined }));
// error: role 'mixer' returns a 'dough' that is none: compare it with the schema of artifact 'dough'
defineExecutor(mixer, () => ({ dough: [{ flour: "rye", grams: 500 }], note: undefined }));
