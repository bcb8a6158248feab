// A server as anybody writes it: one process, one port, nothing about clusters in it.
const http = require('node:http');

const slot = process.env.CLUSTER_SLOT ?? '?';

const server = http.createServer((request, response) => {
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(`Hello from Node! I am worker ${slot}, process ${process.pid}\n`);
});

server.listen(Number(process.env.PORT ?? 3000), process.env.HOST ?? '127.0.0.1');

// Asked to stop: finish what is there, take nothing new.
process.on('SIGTERM', () => {
  server.close(() => process.exit(0));
  server.closeIdleConnections();
});
