/** The measure of all ratios: `node:http` alone, answering everything with the bytes and headers of one answer of Portico's. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerParent } from './child.js';

let headers: string[] = [];
let body = '';

const server = createServer((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));

answerParent({
  port: () => (server.address() as AddressInfo).port,
  serve: (answer: { headers: string[]; body: string }) => {
    ({ headers, body } = answer);
  },
});
