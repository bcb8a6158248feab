import Foundation
import Glibc
import TestSupport
import Testing

extension EndToEnd {
    @Suite("children") struct ChildrenTests {
        /// Whoever starts the master may hold signals back, ignore some, and leave files open.
        private static let dirty = """
            import os, signal, sys
            signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 32))
            for number in (signal.SIGHUP, signal.SIGPIPE, signal.SIGCHLD, signal.SIGUSR1, signal.SIGTSTP):
                signal.signal(number, signal.SIG_IGN)
            for number in (3, 9, 25):
                os.dup2(os.open('/dev/null', os.O_RDONLY), number, inheritable=True)
            os.environ['NOTIFY_SOCKET'] = '/nowhere/notify'
            os.environ['WATCHDOG_USEC'] = '100000000'
            os.environ['LISTEN_FDS'] = '0'
            os.environ['LISTEN_PIDFDID'] = '1'
            os.environ['SOCKET'] = '/nowhere/socket'
            os.umask(0o027)
            os.execv(sys.argv[1], sys.argv[1:])
            """

        @Test("a program starts clean, however its master was started")
        func clean() throws {
            let folder = try Folder()
            let text = Samples.command("[sleep, \"1000\"]", count: 2, "environment: { OWN: \"<{{port}}>\" }")
            try folder.write(Self.dirty, to: "dirty.py")
            let cluster = try Cluster(text, launcher: [Programs.python, folder["dirty.py"]], folder: folder)
            let worker = try #require(try cluster.waitUntilRunning("sleep", workers: 2).first)
            let process = worker.process
            // 32 and 33 belong to the C library, and what was done to them before the master nobody can undo through it.
            for name in ["SigBlk", "SigIgn", "SigCgt"] {
                #expect(process.signals(name).subtracting([32, 33]).isEmpty, "\(name): \(process.signals(name))")
            }
            #expect(process.session == process.pid)
            #expect(process.group == process.pid)
            #expect(process.parent == cluster.master.pid)
            let descriptors = process.descriptors
            #expect(descriptors.keys.sorted() == [0, 1, 2], "\(descriptors)")
            #expect(descriptors[0] == "/dev/null")
            #expect(descriptors[1]?.hasPrefix("pipe:") == true)
            #expect(descriptors[2]?.hasPrefix("pipe:") == true)
            #expect(process.status("NoNewPrivs") == "1")
            #expect(Int(process.file("oom_score_adj")) ?? 0 > Int(cluster.master.file("oom_score_adj")) ?? 0)
            let environment = process.environment
            #expect(environment["PORT"] == "\(try #require(worker.privatePort))")
            #expect(environment["OWN"] == "<\(environment["PORT"] ?? "")>")
            #expect(environment["HOST"] == "127.0.0.1")
            #expect(environment["CLUSTER_SLOT"] == "0")
            #expect(environment["CLUSTER_ID"] == "\(worker.id)")
            #expect(environment["CLUSTER_GENERATION"] == "1")
            #expect(environment["CLUSTER_WORKERS"] == "2")
            #expect(environment["NODE_APP_INSTANCE"] == "0")
            for name in ["NOTIFY_SOCKET", "WATCHDOG_USEC", "LISTEN_FDS", "LISTEN_PIDFDID", "SOCKET", "CLUSTER_PROXY_INHERITANCE"] {
                #expect(environment[name] == nil, "\(name)")
            }
        }

        @Test("a program has the limit of open files that the master was started with")
        func openFiles() throws {
            let cluster = try Cluster.start(
                Samples.command("[sleep, \"1000\"]"), launcher: ["prlimit", "--nofile=300:2000"], isReady: false)
            let worker = try #require(try cluster.waitUntilRunning("sleep").first)
            let line = worker.process.file("limits").split(separator: "\n").first { $0.hasPrefix("Max open files") }
            #expect(line?.split(separator: " ").dropFirst(3).first == "300")
            let own = cluster.master.file("limits").split(separator: "\n").first { $0.hasPrefix("Max open files") }
            #expect(own?.split(separator: " ").dropFirst(3).first == "2000")
        }

        @Test("umask, nice, user and directory are as configured", .enabled(if: getuid() == 0))
        func program() throws {
            let settings = """
                umask: 0077
                nice: 5
                user: nobody
                working_directory: /usr
                environment: { A: "1", B: "{{slot}} {{id}}" }
                """
            let cluster = try Cluster.start(Samples.command("[sleep, \"1000\"]", settings), isReady: false)
            let worker = try #require(try cluster.waitUntilRunning("sleep").first)
            let process = worker.process
            #expect(process.status("Umask") == "0077")
            #expect(process.status("Uid").split(whereSeparator: \.isWhitespace).allSatisfy { $0 == "65534" })
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(process.pid)/cwd") == "/usr")
            #expect(process.environment["A"] == "1")
            #expect(process.environment["B"] == "0 \(worker.id)")
            #expect(process.environment["USER"] == "nobody")
            #expect(process.environment["LOGNAME"] == "nobody")
        }

        @Test("a program with another user is looked for by that user: a folder for root alone is passed over", .enabled(if: getuid() == 0))
        func searchedByItsUser() throws {
            let text = Samples.command(
                "[sleep, \"1000\"]", "user: nobody\nenvironment: { PATH: '<folder>/own:/usr/bin:/bin' }")
            let folder = try Folder()
            try FileManager.default.createDirectory(atPath: folder["own"], withIntermediateDirectories: false)
            try folder.write("#!/bin/false\n", to: "own/sleep")
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder["own/sleep"])
            try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: folder["own"])
            let cluster = try Cluster(text, folder: folder)
            #expect(try cluster.waitUntilRunning("sleep").first?.process.arguments == ["sleep", "1000"])
        }

        @Test(
            "a program with another user is ready where a container keeps its master from looking at its sockets",
            .enabled(if: canDropTracing))
        func userWithoutTracing() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", "user: nobody"), files: Samples.serverFile,
                launcher: ["setpriv", "--bounding-set=-sys_ptrace"])
            #expect(try get(port: cluster.port).text == "worker 0\n")
        }

        /// Taking a capability away needs root, and setpriv(1).
        private static let canDropTracing: Bool = {
            guard let folder = try? Folder(),
                let setpriv = try? Command(["setpriv", "--bounding-set=-sys_ptrace", "true"], in: folder, name: "setpriv")
            else { return false }
            return (try? setpriv.wait()) == .code(0)
        }()

        @Test("built-in workers hold nothing but what they are given")
        func builtIn() throws {
            let folder = try Folder()
            try folder.write(Self.dirty, to: "dirty.py")
            let cluster = try Cluster(Samples.builtIn(1), launcher: [Programs.python, folder["dirty.py"]], folder: folder)
            let worker = try #require(try cluster.waitUntilReady(workers: 1).workers.first).process
            // Control pair, queue, two memories, the snapshot, the private door; then what the worker opened for itself.
            #expect(worker.descriptors.count <= 16, "\(worker.descriptors)")
            #expect(!worker.descriptors.filter { $0.key > 2 }.values.contains("/dev/null"))
            #expect(worker.signals("SigIgn").isDisjoint(with: [17]))
            #expect(worker.session == worker.pid)
        }

        @Test("a shell command that was killed is not waited for, though a dead process stays in its group")
        func zombieInGroup() throws {
            // Deaf to TERM; its grandchild stays in the group and is reaped by nobody: the child between them has left, and does not look.
            let program = """
                import os, signal, socket, time
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
                if os.fork() == 0:
                    if os.fork() == 0: time.sleep(60)
                    os.setsid()
                    time.sleep(60)
                listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))
                time.sleep(60)
                """
            let cluster = try Cluster.start(
                Samples.command("exec <python> zombie.py", "stop: { grace: 300ms }"), files: ["zombie.py": program])
            #expect(try cluster.stop(within: .seconds(10)) == .code(0))
        }

        @Test("a program that ignores TERM is killed at the end of its grace, with its children")
        func stubborn() throws {
            let cluster = try Cluster.start(
                Samples.command("[<python>, stubborn.py]", count: 2, "stop: { grace: 700ms }"),
                files: ["stubborn.py": Programs.stubborn])
            #expect(cluster.processes.count >= 2 + 2 + 2)
            let clock = ContinuousClock()
            let start = clock.now
            #expect(try cluster.stop() == .code(0))
            #expect(clock.now - start >= .milliseconds(600))
            #expect(cluster.processes.isEmpty)
        }

        @Test("the stop signal is the configured one")
        func stopSignal() throws {
            let command = "\"trap 'echo usr1 > ended; kill $!; exit 0' USR1; node server.js & wait\""
            let cluster = try Cluster.start(
                Samples.command(command, "stop: { signal: USR1, grace: 5s }"), files: Samples.serverFile)
            #expect(try cluster.stop() == .code(0))
            #expect(cluster.folder.text(of: "ended") == "usr1\n")
        }

        @Test("a program that is stopped acts on TERM all the same")
        func continued() throws {
            let cluster = try Cluster.start(Samples.command("[node, server.js]"), files: Samples.serverFile)
            let process = try cluster.worker(0).process
            process.send(SIGSTOP)
            try eventually("it is stopped") { process.isStopped }
            #expect(try cluster.stop(within: .seconds(10)) == .code(0))
        }

        @Test("a program that finds its port taken is given another, and that is no failure")
        func portRace() throws {
            let marker = "if [ ! -e tried ]; then touch tried; echo 'Error: listen EADDRINUSE: address already in use' >&2; exit 1; fi"
            let cluster = try Cluster.start(
                Samples.command("\"\(marker); exec node server.js\"", "restart: { crash_loop: { failures: 1 } }"), files: Samples.serverFile
            )
            #expect(try cluster.worker(0).restarts == 0)
            #expect(try get(port: cluster.port).status == 200)
        }

        @Test("a program may listen on a socket instead of a port")
        func socket() throws {
            let cluster = try Cluster.start(
                Samples.command("[node, server.js]", count: 2, "bind: unix\nenvironment: { HOST: own }"), files: Samples.serverFile,
                environment: ["PORT": "1", "HOST": "elsewhere"])
            let environment = try cluster.worker(0).process.environment
            #expect(environment["PORT"] == nil && environment["HOST"] == "own")
            for _ in 0..<4 { #expect(try get(port: cluster.port).status == 200) }
            #expect(try cluster.worker(0).privateAddress?.hasPrefix("unix:/") == true)
        }

        @Test("programs that listen on sockets are reached whatever their user becomes", .enabled(if: getuid() == 0))
        func socketsOfUsers() throws {
            let program = "require('http').createServer((_, r) => r.end('' + process.getuid())).listen(process.env.SOCKET)"
            func text(_ more: String) -> String {
                Samples.command("[node, -e, \"\(program)\"]", count: 2, "bind: unix\n" + more)
            }
            let cluster = try Cluster.start(text("user: nobody\numask: 0077\nworking_directory: /usr"))
            let relays = try cluster.status().relays
            #expect(relays.allSatisfy { $0.process.status("Umask") == cluster.master.status("Umask") })
            for (more, user) in [("user: daemon", "1"), ("user: nobody\numask: 0077", "65534"), ("", "0")] {
                #expect(try cluster.reload(text(more)).result == "ok")
                for _ in 0..<4 { #expect(try get(port: cluster.port).text == user) }
            }
            #expect(try cluster.status().relays.map(\.pid) == relays.map(\.pid))
        }
    }
}
