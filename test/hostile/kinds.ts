import { travelling } from "./kinds/files.ts";
import { forms } from "./kinds/forms.ts";
import { framing } from "./kinds/framing.ts";
import { headers } from "./kinds/headers.ts";
import { messages } from "./kinds/messages.ts";
import { procedures } from "./kinds/procedures.ts";
import { targets } from "./kinds/targets.ts";
import { uploads } from "./kinds/uploads.ts";
import type { Kind } from "./request.ts";

/** All kinds of hostile requests. */
export const kinds: readonly Kind[] = [targets, headers, messages, forms, framing, uploads, travelling, procedures];
