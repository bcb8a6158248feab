import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What others wrote, on both sides: it gets through the proxy what it gets without it.
    @Suite("real programs") struct RealProgramsTests {
        // MARK: - Servers

        private static let fields = [
            "etag", "last-modified", "content-type", "content-length", "content-range", "content-encoding", "location",
        ]
        private static let format = "%{http_code} " + fields.map { "\($0)=%header{\($0)} " }.joined()

        /// What curl sees of each of these, with a checksum of the content.
        private func curl(_ port: Int, _ requests: [String]) throws -> [String] {
            return try requests.map { request in
                let request = request.replacingOccurrences(of: "<base>", with: "http://127.0.0.1:\(port)")
                // What -I writes are the fields, all of them.
                let output = request.contains("-I ") ? "/dev/null" : "body"
                let text = "curl -s -m 60 -o \(output) -w '\(Self.format)' \(request); "
                let run = try Run.shell("touch body; \(text) sha256sum body")
                return run.isGood ? run.output : "\(request): \(run.ending) \(run.error)"
            }
        }

        private func compare(_ server: ProgramServer, _ requests: [String], more: String = "") throws {
            let cluster = try server.front(more)
            let (direct, through) = (try curl(server.port, requests), try curl(cluster.port, requests))
            for (index, request) in requests.enumerated() { #expect(through[index] == direct[index], "\(request)") }
            #expect(direct.allSatisfy { $0.contains("  body") }, "\(direct)")
        }

        @Test("files of python's http.server, which speaks HTTP/1.0")
        func httpServer() throws {
            let server = try ProgramServer(
                [Programs.python, "-m", "http.server", "<port>", "--bind", "127.0.0.1", "--directory", "<folder>"],
                files: ["small.txt": "small\n", "large.txt": String(repeating: "0123456789abcde\n", count: 1 << 18), "empty": ""])
            try compare(
                server,
                ["small.txt", "large.txt", "empty", "nothing", ""].flatMap { ["'<base>/\($0)'", "-I '<base>/\($0)'"] } + [
                    "-d x <base>/small.txt"
                ])
        }

        @Test("a server in node: lengths, chunks, and what comes up", .enabled(if: Installed.has("node"), "node is not installed"))
        func node() throws {
            let server = try ProgramServer(
                ["node", "<folder>/server.js"],
                files: [
                    "server.js": """
                    const http = require('http'), crypto = require('crypto');
                    http.createServer((request, response) => {
                      const hash = crypto.createHash('sha256');
                      request.on('data', (data) => hash.update(data));
                      request.on('end', () => {
                        const chunked = request.url.startsWith('/chunks');
                        const body = hash.digest('hex').repeat(request.url.endsWith('large') ? 20000 : 1);
                        response.writeHead(200, { 'Content-Type': 'text/plain', ...(chunked ? {} : { 'Content-Length': body.length }) });
                        if (chunked) for (let start = 0; start < body.length; start += 1000) response.write(body.slice(start, start + 1000));
                        response.end(chunked ? undefined : body);
                      });
                    }).listen(process.env.PORT, '127.0.0.1');
                    """, "up": String(repeating: "0123456789abcde\n", count: 1 << 17),
                ])
            let up = server.folder["up"]
            try compare(
                server,
                ["/", "/chunks", "/large", "/chunks/large"].flatMap {
                    [
                        "<base>\($0)", "-I <base>\($0)", "-d abc <base>\($0)", "-T \(up) <base>\($0)",
                        "-H 'Transfer-Encoding: chunked' -T \(up) <base>\($0)",
                        "-H 'Expect: 100-continue' -T \(up) <base>\($0)", "-0 <base>\($0)",
                    ]
                })
        }

        @Test(
            "files of nginx: parts of them, compressed ones, unchanged ones", .enabled(if: Installed.has("nginx"), "nginx is not installed")
        )
        func nginx() throws {
            let server = try ProgramServer(
                [
                    Installed.path("nginx") ?? "nginx", "-p", "<folder>", "-c", "<folder>/nginx.conf", "-e", "<folder>/error.log", "-g",
                    "daemon off;",
                ],
                files: [
                    "large.txt": String(repeating: "0123456789abcde\n", count: 1 << 19), "small.txt": "small\n",
                    "nginx.conf": """
                    pid <folder>/pid;
                    user root;
                    worker_processes 1;
                    events {}
                    http {
                      access_log off;
                      default_type text/plain;
                      client_body_temp_path <folder>/a; proxy_temp_path <folder>/b; fastcgi_temp_path <folder>/c;
                      uwsgi_temp_path <folder>/d; scgi_temp_path <folder>/e;
                      gzip on; gzip_types text/plain; gzip_proxied any; gzip_min_length 100;
                      server { listen 127.0.0.1:<port>; root <folder>; location /old { return 301 /small.txt; } }
                    }
                    """,
                ])
            try compare(
                server,
                [
                    "<base>/small.txt", "<base>/large.txt", "-I <base>/large.txt", "-r 0-9 <base>/large.txt",
                    "-r 5000000- <base>/large.txt",
                    "-r 99999999- <base>/large.txt", "-H 'Accept-Encoding: gzip' <base>/large.txt",
                    "-z 2040-01-01 <base>/small.txt", "-H 'If-None-Match: *' <base>/small.txt", "-H 'If-Match: \"x\"' <base>/small.txt",
                    "<base>/nothing",
                    "<base>/old", "-X DELETE <base>/small.txt", "-0 <base>/small.txt",
                ])
        }

        @Test(
            "applications of flask under gunicorn, and of starlette under uvicorn, for requests and httpx",
            .enabled(if: Installed.hasPython, Installed.noPython), arguments: ["flask", "starlette"])
        func applications(name: String) throws {
            let python = try #require(Installed.python)
            let folder = Installed.script("")
            let arguments =
                name == "flask"
                ? [
                    "-m", "gunicorn", "--chdir", folder, "--bind", "127.0.0.1:<port>", "--threads", "4", "--no-control-socket",
                    "flask_server:application",
                ]
                : [Installed.script("starlette_server.py"), "<port>"]
            let server = try ProgramServer([python] + arguments, environment: ["PYTHONDONTWRITEBYTECODE": "1"])
            let cluster = try server.front()
            let runs = try [server.port, cluster.port].map {
                try Run([python, Installed.script("http_clients.py"), "http://127.0.0.1:\($0)", "example.test:81"])
            }
            #expect(runs[0].isGood && runs[1].isGood, "\(runs[0].error) \(runs[1].error)")
            let (direct, through) = (runs[0].output.split(separator: "\n"), runs[1].output.split(separator: "\n"))
            #expect(direct.count > 60)
            #expect(through == direct)
        }

        @Test("each event of a stream comes before the next one is sent", .enabled(if: Installed.hasPython, Installed.noPython))
        func events() throws {
            let python = try #require(Installed.python)
            let server = try ProgramServer([python, Installed.script("starlette_server.py"), "<port>"])
            let url = "http://127.0.0.1:\(try server.front().port)/events?count=10&interval=0.2"
            let delays = try Run([python, Installed.script("event_stream_client.py"), url]).output.split(separator: "\n").compactMap {
                Double($0)
            }
            #expect(delays.count == 10 && delays.allSatisfy { $0 < 200 }, "\(delays)")
            #expect(delays.sorted()[5] < 50, "\(delays)")
        }

        @Test("WebSockets: every case comes out as without the proxy", .enabled(if: Installed.hasPython, Installed.noPython))
        func webSockets() throws {
            let python = try #require(Installed.python)
            let server = try ProgramServer([python, Installed.script("websocket_server.py"), "<port>"])
            let cluster = try server.front()
            let runs = try [server.port, cluster.port].map {
                try Run([python, Installed.script("websocket_cases.py"), "\($0)"], within: .seconds(160))
            }
            #expect(runs[0].isGood && runs[1].isGood, "\(runs[0].error) \(runs[1].error)")
            #expect(runs[0].output.split(separator: "\n").count == 85)
            #expect(runs[1].output.split(separator: "\n") == runs[0].output.split(separator: "\n"))
            #expect(runs[1].output.hasSuffix("many 200\n"))
        }

        @Test("git clones and pushes", .enabled(if: Installed.has("git"), "git is not installed"))
        func git() throws {
            let server = try ProgramServer([Programs.python, Installed.script("git_server.py"), "<port>", "<folder>"])
            let run = try Run.shell(
                """
                export HOME=$PWD GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
                git config --global user.name a; git config --global user.email a@b; git config --global init.defaultBranch main
                git init -q --bare origin.git; git -C origin.git config http.receivepack true
                git clone -q $BASE/origin.git one; cd one
                head -c 3000000 /dev/urandom > random; for i in $(seq 200); do echo $i > file$i; done
                git add .; git commit -qm first; git push -q origin main; cd ..
                git clone -q $BASE/origin.git two; cd two
                head -c 5000000 /dev/urandom > more; git add .; git commit -qm second
                git -c http.postBuffer=65536 push -q origin main; cd ../one
                git -c protocol.version=1 pull -q origin main; git fsck
                test $(git rev-parse HEAD) = $(git -C ../origin.git rev-parse main); cmp more ../two/more; git log --oneline | wc -l
                """, environment: ["BASE": "http://127.0.0.1:\(try server.front().port)"], in: server.folder)
            #expect(run.isGood && run.output.hasSuffix("2\n"), "\(run.output) \(run.error)")
        }

        // MARK: - Bodies

        /// A gigabyte, or an eighth of one.
        private static let blocks = Installed.isLong ? 1 << 14 : 1 << 11

        @Test("a long body comes whole, down and up, with a length and in chunks, and the worker grows by little")
        func longBodies() throws {
            let upstream = try Upstream()
            let cluster = try Cluster.start("port: <port>\nworkers: 1\nroutes:\n  - upstream: http://127.0.0.1:\(upstream.port)")
            let worker = try cluster.worker(0).process
            func down(_ port: Int, _ path: String) throws -> String {
                try Run.shell("curl -sS --fail http://127.0.0.1:\(port)/\(path)?\(Self.blocks) | sha256sum").output
            }
            func up(_ arguments: String) throws -> String {
                try Run.shell("curl -sS --fail \(arguments) -T body http://127.0.0.1:\(cluster.port)/digest", in: cluster.folder).output
            }
            let expected = try down(upstream.port, "bytes")
            let before = worker.residentBytes
            #expect(try down(cluster.port, "bytes") == expected)
            #expect(try down(cluster.port, "chunks") == expected)
            _ = try Run.shell("curl -sS --fail -o body http://127.0.0.1:\(upstream.port)/bytes?\(Self.blocks)", in: cluster.folder)
            let digest = "\(Self.blocks << 16) " + expected.prefix(64)
            #expect(try up("") == digest)
            #expect(try up("-H 'Transfer-Encoding: chunked'") == digest)
            #expect(try up("-H 'Expect: 100-continue' --limit-rate 1G") == digest)
            let peak = (Int(worker.status("VmHWM").split(separator: " ")[0]) ?? .max) * 1024
            #expect(peak - before < 8 << 20, "\(before) to \(peak)")
        }

        // MARK: - Clients

        private func front() throws -> (ProgramServer, Cluster) {
            let server = try ProgramServer(["node", "<folder>/server.js"], files: ["server.js": Programs.server])
            return (server, try server.front())
        }

        @Test(
            "wrk sees neither errors nor other answers",
            .enabled(if: Installed.has("wrk") && Installed.has("node"), "wrk or node is not installed"))
        func wrk() throws {
            let (server, cluster) = try front()
            let run = try Run(["wrk", "-t", "1", "-c", "32", "-d", "2s", "http://127.0.0.1:\(cluster.port)/"])
            #expect(
                run.isGood && run.output.contains("Requests/sec") && !run.output.contains("Socket errors")
                    && !run.output.contains("Non-2xx"), "\(run)")
            #expect(cluster.log.contains("error") == false)
            withExtendedLifetime(server) {}
        }

        @Test(
            "ab speaks HTTP/1.0, and keeps its connection only when it asks for that",
            .enabled(if: Installed.has("ab") && Installed.has("node"), "ab or node is not installed"), arguments: [false, true])
        func ab(keepsAlive: Bool) throws {
            let (server, cluster) = try front()
            let run = try Run(["ab", "-q", "-n", "2000", "-c", "16"] + (keepsAlive ? ["-k"] : []) + ["http://127.0.0.1:\(cluster.port)/"])
            for text in [#/Complete requests: +2000\n/#, #/Failed requests: +0\n/#] { #expect(run.output.contains(text), "\(run)") }
            #expect(run.output.contains(#/Keep-Alive requests: +2000\n/#) == keepsAlive && !run.output.contains("Non-2xx"), "\(run)")
            withExtendedLifetime(server) {}
        }

        @Test("h2load in HTTP/1.1", .enabled(if: Installed.has("h2load") && Installed.has("node"), "h2load or node is not installed"))
        func h2load() throws {
            let (server, cluster) = try front()
            let run = try Run(["h2load", "--h1", "-n", "2000", "-c", "16", "http://127.0.0.1:\(cluster.port)/"])
            #expect(run.output.contains("2000 succeeded, 0 failed, 0 errored, 0 timeout"), "\(run)")
            withExtendedLifetime(server) {}
        }

        @Test("curl and requests can read a refusal while they are still sending", .enabled(if: Installed.hasPython, Installed.noPython))
        func refusals() throws {
            let upstream = try Upstream()
            let cluster = try Cluster.start("port: <port>\nworkers: 1\nroutes:\n  - upstream: http://127.0.0.1:\(upstream.port)")
            let base = "http://127.0.0.1:\(cluster.port)"
            let run = try Run.shell(
                """
                head -c 50000000 /dev/zero > body
                curl -s -o /dev/null -w '%{http_code} ' -H 'Expect:' -T body \(base)/early
                curl -s -o /dev/null -w '%{http_code} ' -H 'Expect:' -H 'Host: a b' -T body \(base)/
                curl -s -o /dev/null -w '%{http_code} ' -H 'Expect:' -H "X: $(head -c 50000 /dev/zero | tr '\\0' x)" -T body \(base)/
                \(try #require(Installed.python)) -c 'import requests
                with open("body", "rb") as body: print(requests.put("\(base)/early", data=body).status_code)'
                """, in: cluster.folder)
            #expect(run.output == "413 400 431 413\n", "\(run)")
        }
    }
}
