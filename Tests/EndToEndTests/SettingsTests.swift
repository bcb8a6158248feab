import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("settings at work") struct SettingsTests {
        @Test("an HTTP probe waits until the program answers well")
        func httpProbe() throws {
            let program = """
                const http = require('http'), fs = require('fs');
                http.createServer((request, response) => {
                  if (request.url === '/health') response.statusCode = fs.existsSync('healthy') ? 200 : 503;
                  response.end('served\\n');
                }).listen(process.env.PORT, '127.0.0.1');
                """
            let cluster = try Cluster.start(
                Samples.command("[node, slow.js]", "ready: { probe: http, path: /health, interval: 50ms }"), files: ["slow.js": program],
                isReady: false)
            try eventually("it is asked") { try cluster.worker(0).state == "starting" }
            try always(for: .milliseconds(600), "it is not ready") { try cluster.worker(0).state == "starting" }
            try cluster.folder.write("", to: "healthy")
            try cluster.waitUntilReady(workers: 1)
            #expect(try get(port: cluster.port).text == "served\n")
        }

        @Test("an HTTP probe speaks the PROXY protocol to a program that expects it", arguments: ["v1", "v2"])
        func httpProbeBehindProxyProtocol(version: String) throws {
            let program = """
                import os, socket
                listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))
                while True:
                    connection, _ = listener.accept()
                    data = b''
                    while b'GET ' not in data or not data.endswith(b'\\r\\n\\r\\n'): data += connection.recv(4096)
                    known = data.startswith((b'PROXY ', b'\\r\\n\\r\\n\\0\\r\\nQUIT\\n'))
                    status = '200 OK' if known else '400 Bad Request'
                    connection.sendall(f'HTTP/1.1 {status}\\r\\nContent-Length: 2\\r\\nConnection: close\\r\\n\\r\\nok'.encode())
                    connection.close()
                """
            let cluster = try Cluster.start(
                Samples.command("[<python>, strict.py]", "proxy_protocol: \(version)\nready: { probe: http }"),
                files: ["strict.py": program])
            #expect(try get(port: cluster.port).text == "ok")
        }

        @Test("least_connections gives a connection to who has the fewest")
        func leastConnections() throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: { count: 2, scheduling: least_connections }
                routes: [{ path: /, respond: "{{worker.slot}}" }]
                """)
            let kept = try Connection(port: cluster.port)
            let busy = try kept.get().text
            for _ in 0..<6 {
                try eventually("the last one has ended") { try cluster.status().workers.map(\.connectionsActive).reduce(0, +) == 1 }
                #expect(try get(port: cluster.port).text != busy)
            }
        }

        @Test("a file of variables, and variables of one's own over the master's")
        func environment() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", "environment_file: app.env\nenvironment: { OWN: own, BOTH: ours }"),
                files: ["server.js": Programs.server, "app.env": "# a remark\nFROM_FILE=\"a b\"\nBOTH=theirs\n"],
                environment: ["FROM_MASTER": "m", "OWN": "master"])
            let text = try get("/environment", port: cluster.port).text
            let variables = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
            #expect(variables["FROM_FILE"] == "a b")
            #expect(variables["FROM_MASTER"] == "m")
            #expect(variables["OWN"] == "own")
            #expect(variables["BOTH"] == "ours")
        }

        @Test("answers may repeat what the request said, and nothing of it breaks out of its place")
        func templates() throws {
            let cluster = try Cluster.start(
                """
                port: <port>
                workers: 1
                routes:
                  - path: /
                    respond:
                      status: 200
                      headers: { X-Path: "{{request.path}}", X-Who: "{{request.header.X-Name}}" }
                      body: "{{request.method}} {{request.host}} {{request.query}} {{client.address}} {{worker.slot}}"
                """)
            let client = try Connection(port: cluster.port)
            let response = try client.get("/a%0d%0aX-Evil:1?q=1", headers: ["X-Name: someone"])
            #expect(response.text == "GET localhost q=1 127.0.0.1 0")
            #expect(response["x-who"] == "someone")
            #expect(response["x-evil"] == nil)
        }

        @Test("relays are as many as asked for")
        func relays() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]", "relays: 3"), files: Samples.serverFile)
            #expect(try cluster.status().relays.count == 3)
            for _ in 0..<6 { #expect(try get(port: cluster.port).status == 200) }
        }

        @Test("without a log there is none, and everything else goes on")
        func noLog() throws {
            let cluster = try Cluster.start(Samples.builtIn(1, "log: { to: off }"))
            #expect(try get(port: cluster.port).status == 200)
            #expect(cluster.log.isEmpty, "\(cluster.log)")
        }

        @Test("private ports come from the range, and rest before they are used again")
        func privatePorts() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", "private_ports: 21000-21009"), files: Samples.serverFile)
            var seen: [Int] = []
            for _ in 0..<4 {
                let worker = try cluster.worker(0)
                let port = try #require(worker.privatePort)
                #expect((21000...21009).contains(port))
                #expect(!seen.contains(port))
                seen.append(port)
                worker.process.send(SIGKILL)
                try cluster.waitForReplacement(of: worker)
            }
        }

        @Test("a private port is used again though connections that its last server closed still rest there")
        func restingPorts() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", "private_ports: 21100-21101"), files: Samples.serverFile)
            for _ in 0..<4 {
                let worker = try cluster.worker(0)
                #expect(try get(port: cluster.port).status == 200)
                worker.process.send(SIGKILL)
                try cluster.waitForReplacement(of: worker)
            }
            #expect(!cluster.log.contains("private port"))
        }

        @Test("a private port that somebody listens on is not taken, and a range without another is a shortage")
        func privatePortsExhausted() throws {
            let folder = try Folder()
            let program = """
                import socket, time
                listener = socket.create_server(('127.0.0.1', 21103))
                open('listens', 'w').close()
                time.sleep(60)
                """
            let stranger = try Command(
                [Programs.python, "-c", "import os; os.chdir('\(folder.path)')\n" + program], in: folder, name: "stranger")
            try eventually("it listens") { folder.exists("listens") }
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", "private_ports: 21102-21103\nrestart: { backoff: { initial: 10ms } }"),
                files: Samples.serverFile)
            cluster.send(SIGUSR2)
            try cluster.waitForLog("could not be started (private port): EADDRINUSE: no port of 21102-21103 is free; widen private_ports")
            try cluster.waitForLog("the restart failed")
            #expect(try get(port: cluster.port).status == 200)
            #expect(stranger.poll() == nil)
        }
    }
}
