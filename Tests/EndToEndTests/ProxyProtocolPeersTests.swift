import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// Headers that others have made.
    @Suite("listen.proxy_protocol, with others in front") struct ProxyProtocolPeersTests {
        private static let configuration = """
            listen: { address: "127.0.0.1:<port>", proxy_protocol: true }
            workers: 1
            trusted_proxies: 127.0.0.1
            routes:
              - respond: "{{client.address}} {{client.port}} {{request.header.x-forwarded-for}}"
            """

        @Test(
            "HAProxy, in both versions and with a checksum, for TCP and for HTTP",
            .enabled(if: Installed.has("haproxy"), "haproxy is not installed"),
            arguments: ["send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options crc32c,unique-id,authority"], ["tcp", "http"])
        func haproxy(option: String, mode: String) throws {
            let cluster = try Cluster.start(Self.configuration)
            let proxy = try ProgramServer(
                [Installed.path("haproxy") ?? "haproxy", "-f", "<folder>/haproxy.cfg", "-db"],
                files: [
                    "haproxy.cfg": """
                    defaults
                      mode \(mode)
                      timeout client 10s
                      timeout server 10s
                      timeout connect 5s
                      unique-id-format %[uuid]
                    frontend public
                      bind 127.0.0.1:<port>
                      bind [::1]:<port> v6only
                      default_backend cluster
                    backend cluster
                      server one 127.0.0.1:\(cluster.port) \(option)\(mode == "http" ? "" : " check inter 50ms")

                    """
                ])
            // Each says which port it had, so that nobody can be taken for it. The first has a trusted address, and is believed itself.
            let curl = "curl -s -m 10 -w ' %{local_port}' -H 'X-Forwarded-For: 6.6.6.6'"
            let trusted = try Run.shell("\(curl) http://127.0.0.1:\(proxy.port)/").output
            #expect(trusted.hasPrefix("6.6.6.6 0 6.6.6.6 "), "\(trusted)")
            let words = try Run.shell("\(curl) http://[::1]:\(proxy.port)/").output.split(separator: " ")
            #expect(words.count == 4 && words[0] == "::1" && words[1] == words[3], "\(words)")
            #expect(!cluster.log.contains("is refused"), "\(cluster.log)")
        }

        private static let streams = "/usr/lib/nginx/modules/ngx_stream_module.so"

        @Test(
            "nginx, which passes streams on",
            .enabled(
                if: Installed.has("nginx") && FileManager.default.fileExists(atPath: streams),
                "nginx and its stream module are not installed"))
        func nginx() throws {
            let cluster = try Cluster.start(Self.configuration)
            let proxy = try ProgramServer(
                [
                    Installed.path("nginx") ?? "nginx", "-p", "<folder>", "-c", "<folder>/nginx.conf", "-e", "<folder>/error.log", "-g",
                    "daemon off;",
                ],
                files: [
                    "nginx.conf": """
                    load_module \(Self.streams);
                    pid <folder>/pid;
                    worker_processes 1;
                    events {}
                    stream {
                      server { listen 127.0.0.1:<port>; listen [::1]:<port>; proxy_pass 127.0.0.1:\(cluster.port); proxy_protocol on; }
                    }
                    """
                ])
            let run = try Run.shell("curl -s -m 10 -w ' %{local_port}' -H 'X-Forwarded-For: 6.6.6.6' http://[::1]:\(proxy.port)/")
            let words = run.output.split(separator: " ")
            #expect(words.count == 4 && words[0] == "::1" && words[1] == words[3], "\(run.output) \(cluster.log)")
        }

        // MARK: - Cases that others collected

        private struct Case: Decodable {
            var id: String
            var b64: Data
            var expected: String
            var client: String
        }

        /// It comes without a header, for servers that guess whether there is one.
        private static let guessed = "pp-032"
        /// Its header is good, and its request has no Host.
        private static let hostless = "pp-031"

        @Test(
            "each case of the collection is served with its client, or ends",
            .enabled(if: ConformanceRun.isPresent, "the collection is not there"))
        func collected() throws {
            let file = try #require(ConformanceRun.collection).appending(path: "proxy_protocol.jsonl")
            let cases = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").map {
                try JSONDecoder().decode(Case.self, from: Data($0.utf8))
            }
            #expect(cases.count == 48)
            let cluster = try Cluster.start(Self.configuration)
            for sample in cases {
                let isGood = sample.expected == "accept" && ![Self.guessed, Self.hostless].contains(sample.id)
                for isInPieces in [false, true] {
                    let connection = try Connection(port: cluster.port)
                    // A connection that is refused in its middle takes no more.
                    do {
                        for piece in isInPieces ? sample.b64.map({ [$0] }) : [[UInt8](sample.b64)] { try connection.send(piece) }
                        connection.shutdownWriting()
                    } catch {
                        #expect(!isGood, "\(sample.id)")
                    }
                    let served = try? connection.response()
                    #expect((served?.status == 200) == isGood, "\(sample.id): \(String(describing: served))")
                    if sample.expected == "close" || sample.id == Self.guessed { #expect(served == nil, "\(sample.id)") }
                    if isGood, !sample.client.isEmpty { #expect(served?.text.hasPrefix(sample.client + " ") == true, "\(sample.id)") }
                }
            }
        }
    }
}
