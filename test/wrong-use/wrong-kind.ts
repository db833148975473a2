import type { OperatorClient } from "@tasuki/operator";

declare const client: OperatorClient;

// error: a client starts tasks of kind 'run', not 'work': the others are main's and the roles' own to send, and signed
void client.start({ v: 1, kind: "work", brief: "What is a receipt?", attachments: [] });
// error: a client starts tasks of kind 'run', not 'close': the others are main's and the roles' own to send, and signed
void client.start({ v: 1, kind: "close", attachments: [] });
