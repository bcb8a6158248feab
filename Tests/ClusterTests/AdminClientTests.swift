import Cluster
import Engine
import Foundation
import Kernel
import Testing

@Suite("The command line's end of the admin socket")
struct AdminClientTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder["admin.sock"]
    }

    /// A master on a thread of its own that answers so many requests and ends.
    private func serve(_ count: Int, _ reply: @escaping @Sendable (AdminCommand) -> AdminReply) throws {
        let server = try AdminServer(path: path, mode: 0o600, configuration: "/srv/web.yaml", listenerKind: 1, clientKind: 2)
        nonisolated(unsafe) let handed = server
        try Detached.run {
            guard var queue = try? EventQueue() else { return }
            let server = unsafe handed
            guard server.start(in: queue) else { return }
            var answered = 0
            while answered < count || server.clientCount > 0 {
                for index in 0..<queue.wait(milliseconds: 100) {
                    for request in server.handle(queue[index], in: queue, now: 0) {
                        answered += 1
                        server.answer(request.client, reply(request.command), in: queue, now: 0)
                    }
                }
                if answered >= count, reply(.status).lasts { return }
            }
        }
    }

    @Test("a command is asked and its answer read, however large it is")
    func ask() throws {
        try serve(2) { command in command == .status ? .ok(String(repeating: "x", count: 3_000_000)) : .failed("no") }
        var client = try AdminClient(socket: path, configuration: "/srv/web.yaml")
        #expect(try client.ask(.status, patience: 10_000).body.count == 3_000_000)
        var second = try AdminClient(socket: path, configuration: "/srv/web.yaml")
        #expect(try second.ask(.reload) == .failed("no"))
    }

    @Test("a stop is waited for until the master is gone")
    func stop() throws {
        try serve(1) { _ in .stopping("stopping") }
        var client = try AdminClient(socket: path, configuration: "/srv/web.yaml")
        #expect(try client.ask(.stop).message == "stopping")
        client.waitUntilGone()
    }

    @Test("where nobody listens the message names the configuration and the socket")
    func nobody() throws {
        let failure = #expect(throws: AdminFailure.self) { _ = try AdminClient(socket: path, configuration: "/srv/web.yaml") }
        #expect(
            "\(try #require(failure))" == "no master is running for /srv/web.yaml (nobody listens on \(path)); "
                + "one whose file has another admin.socket is found with --admin PATH")
        do { _ = try Listener.bind(path: path) }
        #expect(throws: AdminFailure.nobody(configuration: "/srv/web.yaml", socket: path)) {
            _ = try AdminClient(socket: path, configuration: "/srv/web.yaml")
        }
    }

    @Test("a master that is silent, and one that ends, are told apart")
    func noAnswer() throws {
        let listener = try Listener.bind(path: path)
        try listener.listen(backlog: 4)
        var client = try AdminClient(socket: path, configuration: "x")
        let silent = #expect(throws: AdminFailure.self) { try client.ask(.status, patience: 50) }
        #expect(silent == .noAnswer(socket: path, "the master is silent"))
        if case .connection(let other, from: _) = listener.accept() { _ = Socket.send(other.number, Array("ok 10\nhal".utf8).span) }
        let ended = #expect(throws: AdminFailure.self) { try client.ask(.status, patience: 1000) }
        #expect(ended == .ended(socket: path))
    }
}

@Suite("The admin socket's place")
struct AdminAddressTests {
    @Test("the name has the file's stem and a hash of the whole path that never changes")
    func name() {
        #expect(AdminAddress.fileName("/srv/web.yaml").hasPrefix("web-"))
        #expect(AdminAddress.fileName("/srv/web.yaml").utf8.count == "web-0123456789abcdef.sock".utf8.count)
        #expect(AdminAddress.fileName("/srv/web.yaml") != AdminAddress.fileName("/srv2/web.yaml"))
        #expect(AdminAddress.fileName("a") == "a-af63dc4c8601ec8c.sock")
        #expect(AdminAddress.fileName("/x/my app ü.yml").hasPrefix("my_app___-"))
        #expect(AdminAddress.fileName("/x/" + String(repeating: "n", count: 200) + ".yaml").utf8.count == 32 + 22)
        #expect(AdminAddress.fileName("/.yaml").hasPrefix(".yaml-"))
    }

    @Test("root has /run, others their runtime folder, and everybody a folder of one's own under the temporary one")
    func places() {
        #expect(
            AdminAddress.places(user: 0, runtimeFolder: "/run/user/0", temporaryFolder: nil).map(\.folder)
                == ["/run/cluster-proxy", "/run/user/0/cluster-proxy", "/tmp/cluster-proxy-0"])
        #expect(
            AdminAddress.places(user: 7, runtimeFolder: nil, temporaryFolder: "/var/tmp/").map(\.folder)
                == ["/var/tmp/cluster-proxy-7", "/tmp/cluster-proxy-7"])
        #expect(AdminAddress.places(user: 7, runtimeFolder: "relative", temporaryFolder: "").map(\.folder) == ["/tmp/cluster-proxy-7"])
    }

    @Test("a folder is made ours alone, and one that others can write to is passed over")
    func folders() throws {
        let folder = try TemporaryFolder()
        func place(_ name: String) -> AdminAddress.Place { .init(folder: folder[name], isShared: true) }
        let path = try AdminAddress.standard(absolutePath: "/srv/web.yaml", in: [place("a")])
        #expect(path == folder["a"] + "/" + AdminAddress.fileName("/srv/web.yaml"))
        #expect(try Files.status(of: folder["a"]).mode == 0o700)
        #expect(try AdminAddress.standard(absolutePath: "/srv/web.yaml", in: [place("a")]) == path)

        try Files.setMode(0o777, of: folder["a"])
        _ = try Files.create(folder["file"])
        try FileManager.default.createSymbolicLink(atPath: folder["link"], withDestinationPath: folder["b"])
        try Files.makeDirectory(folder["b"], mode: 0o700)
        let long = place(String(repeating: "l", count: 90))
        let failure = #expect(throws: AdminFailure.self) {
            try AdminAddress.standard(absolutePath: "/srv/web.yaml", in: [place("a"), place("file"), place("link"), place("no/x"), long])
        }
        let text = "\(try #require(failure))"
        for reason in ["a: others may write", "file: is no folder", "link: is no folder", "x: ENOENT", "too long for a socket"] {
            #expect(text.contains(reason))
        }
        #expect(try AdminAddress.standard(absolutePath: "/srv/web.yaml", in: [place("a"), place("b")]).hasPrefix(folder["b"] + "/"))
    }
}
