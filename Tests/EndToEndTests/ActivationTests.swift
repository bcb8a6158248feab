import Glibc
import TestSupport
import Testing

extension EndToEnd {
    /// The master as a service manager starts it, with sockets that are open already (sd_listen_fds(3)).
    @Suite("socket activation") struct ActivationTests {
        /// Opens two sockets called `web` and one called `datagrams`, and becomes the program.
        private static let launcher = """
            import os, socket, sys
            tcp, local, datagrams = socket.socket(), socket.socket(socket.AF_UNIX), socket.socket(type=socket.SOCK_DGRAM)
            tcp.bind(("127.0.0.1", 0))
            tcp.listen()
            local.bind(sys.argv[1])
            local.listen()
            copies = [os.dup(one.fileno()) for one in (tcp, datagrams, local)]
            for number, copy in enumerate(copies, 3):
                os.dup2(copy, number)
            os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="3", LISTEN_FDNAMES="web:datagrams:web")
            os.execv(sys.argv[2], sys.argv[2:])
            """

        private func launcher(_ folder: Folder) -> [String] { [Programs.python, folder["launcher.py"], folder["web.sock"]] }

        private func text(_ listen: String, _ more: String = "", scheduling: String = "round_robin") -> String {
            """
            listen: [\(listen)]
            workers: { count: 1, scheduling: \(scheduling) }
            \(more)
            routes: [{ path: /, respond: "{{client.address}}" }]
            """
        }

        private func start(_ listen: String, _ more: String = "", scheduling: String = "round_robin") throws -> Cluster {
            let folder = try Folder()
            try folder.write(Self.launcher, to: "launcher.py")
            return try Cluster(text(listen, more, scheduling: scheduling), launcher: launcher(folder), folder: folder)
        }

        private func port(of cluster: Cluster) throws -> Int {
            let address = try #require(try cluster.status().listeners.first?.address)
            return try #require(address.split(separator: ":").last.flatMap { Int($0) })
        }

        @Test("all sockets of a name are served, shown as what they are, and outlive every reload and the cluster itself")
        func served() throws {
            let cluster = try start("\"systemd:web\"")
            try cluster.waitUntilReady()
            let port = try port(of: cluster)
            #expect(try cluster.status().listeners.map(\.address) == ["127.0.0.1:\(port)", "unix:\(cluster.folder["web.sock"])"])
            #expect(try get(port: port).text == "127.0.0.1")
            #expect(try Connection(path: cluster.folder["web.sock"]).get().text == "unix")
            #expect(try cluster.status().listeners.map(\.connectionsAccepted) == [1, 1])
            #expect(cluster.log.contains("a socket that was handed over is not used") && cluster.log.contains("datagrams"))
            #expect(try cluster.reload(text("\"127.0.0.1:<port>\"")).result == "ok")
            try eventually("nobody accepts there any more") {
                let sockets = cluster.master.descriptors.values.filter { $0.hasPrefix("socket:") }
                return Set(sockets).count == sockets.count
            }
            let early = try Connection(port: port)
            try early.ask("/", headers: ["Connection: close"])
            #expect(try cluster.reload(text("{ address: \"systemd:web\", defer_accept: 0 }")).result == "ok")
            #expect(try early.response().text == "127.0.0.1")
            #expect(try cluster.stop() == .code(0))
            #expect(cluster.folder.exists("web.sock"))
        }

        @Test("workers accept from them themselves, and PROXY headers are read there")
        func kernelScheduling() throws {
            let listen = "{ address: \"systemd:web\", proxy_protocol: true }"
            let cluster = try start(listen, "trusted_proxies: [127.0.0.1, unix]", scheduling: "kernel")
            try cluster.waitUntilReady()
            for connection in [try Connection(port: try port(of: cluster)), try Connection(path: cluster.folder["web.sock"])] {
                try connection.send("PROXY TCP4 192.0.2.7 192.0.2.1 50000 80\r\n")
                #expect(try connection.get(headers: ["Connection: close"]).text == "192.0.2.7")
            }
            let reload = try cluster.reload(text("\"systemd:api\"", scheduling: "kernel"))
            #expect(reload.result == "failed" && reload.message.contains("no socket \"api\""))
        }

        @Test("programs are given neither the sockets nor the variables that tell of them")
        func programs() throws {
            let folder = try Folder()
            try folder.write(Self.launcher, to: "launcher.py")
            let configuration = "listen: \"systemd:web\"\nworkers: { count: 1, command: [sleep, 1000] }\n"
            let cluster = try Cluster(configuration, launcher: launcher(folder), folder: folder)
            let program = try #require(try cluster.waitUntilRunning("sleep").first).process
            #expect(program.environment.keys.filter { $0.hasPrefix("LISTEN_") } == [])
            #expect(program.descriptors.keys.sorted() == [0, 1, 2])
        }

        @Test("a name that nothing was handed over by is a mistake at its place, at the start and in a reload; a check cannot know")
        func missing() throws {
            let refused = try start("\"systemd:api\"")
            #expect(try refused.command.wait() == .code(2))
            #expect(
                refused.log.contains(
                    "cluster.yaml:1:10: error: the service manager has handed over no socket \"api\" at the start, only \"datagrams\", \"web\""
                ))
            #expect(try refused.run("check").ending == .code(0))
            let datagrams = try start("\"systemd:datagrams\"")
            #expect(try datagrams.command.wait() == .code(2))
            #expect(datagrams.log.contains("takes no connections"))
            let alone = try Cluster.start(text("\"systemd:web\""), isReady: false)
            #expect(try alone.command.wait() == .code(2))
            #expect(alone.log.contains("at the start, none was; write \"FileDescriptorName=web\""))
        }
    }
}
