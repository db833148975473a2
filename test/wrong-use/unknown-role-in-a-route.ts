import { carriedTo, nextRole, roleOf } from "@tasuki/protocol";
import { bakery } from "./bakery.ts";

// error: role 'miller' is not in the pipeline: name one of mixer, baker, or put it into 'roles'
nextRole(bakery, "miller");
// error: role 'miller' is not in the pipeline: name one of mixer, baker, or put it into 'roles'
carriedTo(bakery, "miller");
// error: role 'Baker' is not in the pipeline: name one of mixer, baker, or put it into 'roles'
roleOf(bakery, "Baker");
