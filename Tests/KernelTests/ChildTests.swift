import Glibc
import Kernel
import Testing

/// Rule 15 of the life of a process, as real programs find it.
@Suite struct ChildTests {
    // MARK: - What a program finds

    @Test func `a program finds no signal blocked, ignored, caught or waiting, whatever its parent does`() throws {
        let run = try onThread {
            Signals.blockAll()
            return try ProgramRun("/bin/cat", ["/proc/self/status"])
        }
        for mask in ["SigBlk:", "SigIgn:", "SigCgt:", "SigPnd:", "ShdPnd:"] {
            #expect(run.words(after: mask) == ["0000000000000000"], "\(mask)")
        }
        #expect(run.words(after: "NoNewPrivs:") == ["1"])
        #expect(run.ending == .code(0) && run.failure == nil)
    }

    @Test func `a deaf one ignores what terminals and service managers send`() throws {
        let run = try ProgramRun("/bin/cat", ["/proc/self/status"]) { $0.isDeaf = true }
        let ignored = try #require(UInt64(run.words(after: "SigIgn:").first ?? "", radix: 16))
        for signal in [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGPIPE, SIGTSTP, SIGTTIN, SIGTTOU] {
            #expect(ignored >> UInt64(signal - 1) & 1 == 1, "signal \(signal)")
        }
        #expect(run.words(after: "SigBlk:") == ["0000000000000000"])
    }

    @Test func `it is searched as execvpe(3) does: what is not there, and what may not be run, is passed over`() throws {
        let folder = try TemporaryFolder()
        let plain = try folder.file("true", "no program")
        let plan = SpawnPlan(
            program: .paths([folder.path + "/missing", plain + "/below", plain, folder.path, "/bin/true", "/bin/false"]),
            arguments: ["true"],
            environment: [])
        let run = try ProgramRun(plan)
        #expect(run.failure == nil && run.ending == .code(0))
    }

    @Test func `where nothing can be run, what may not be is the reason before what is not there`() throws {
        let folder = try TemporaryFolder()
        let plain = try folder.file("true", "no program")
        for (paths, error) in [
            ([plain, folder.path + "/missing"], Errno.accessDenied), ([folder.path + "/missing"], .noEntry), ([], .noEntry),
            ([folder.path + "/missing", plain + "/below"], .noEntry), ([plain + "/below"], .notFolder),
        ] {
            let run = try ProgramRun(SpawnPlan(program: .paths(paths), arguments: ["true"], environment: []))
            #expect(run.failure == SpawnFailure(step: .exec, error: error))
        }
    }

    @Test func `and by the account that it has by then`() throws {
        guard getuid() == 0 else { return }
        let folder = try TemporaryFolder()
        let program = try folder.file("true", "#!/bin/false\n")
        try Files.setMode(0o700, of: program)
        let run = try ProgramRun("/bin/true", []) {
            $0.program = .paths([program, "/bin/true"])
            $0.account = (user: 65534, group: 65534, groups: [])
        }
        #expect(run.failure == nil && run.ending == .code(0))
    }

    @Test func `it leads a session and a group of its own`() throws {
        let run = try ProgramRun("/bin/cat", ["/proc/self/stat"])
        let fields = run.output.split(separator: ")").last.map { $0.split(separator: " ").compactMap { Int32($0) } } ?? []
        #expect(fields.prefix(3) == [Processes.ownID, run.pid, run.pid], "parent, group, session")
    }

    @Test func `it has descriptors 0, 1, 2, what it is given in order, and no other`() throws {
        let first = try SealedText(name: "first", bytes: [1])
        let second = try SealedText(name: "second", bytes: [2])
        // Not close-on-exec, as one that we inherited ourselves may be.
        let stray = Descriptor(adopting: dup(first.descriptor.number))
        let run = try ProgramRun("/bin/ls", ["-l", "/proc/self/fd"]) {
            $0.inherited = [second.descriptor.number, first.descriptor.number, second.descriptor.number]
        }
        _ = consume stray
        let links = run.output.split(separator: "\n").compactMap { line -> (Int, String)? in
            let words = line.split(separator: " ")
            guard let arrow = words.firstIndex(of: "->"), let number = Int(words[arrow - 1]) else { return nil }
            return (number, words[(arrow + 1)...].joined(separator: " "))
        }.filter { !$0.1.hasPrefix("/proc/") }  // the folder that it is listing
        #expect(links.map { $0.0 } == [0, 1, 2, 3, 4, 5])
        guard links.count == 6 else { return }
        #expect(links[0].1 == "/dev/null")
        #expect(links[1].1.hasPrefix("pipe:") && links[2].1 == links[1].1)
        #expect(links[3...].map { $0.1 } == ["/memfd:second (deleted)", "/memfd:first (deleted)", "/memfd:second (deleted)"])
    }

    @Test func `sixteen descriptors are as many as there can be`() throws {
        let zero = try Files.open(reading: "/dev/zero")
        let most = try ProgramRun("/bin/sh", ["-c", "test -e /proc/self/fd/18 && ! test -e /proc/self/fd/19"]) {
            $0.inherited = Array(repeating: zero.number, count: 16)
        }
        #expect(most.ending == .code(0))
        let tooMany = try ProgramRun("/bin/true", []) { $0.inherited = Array(repeating: zero.number, count: 17) }
        #expect(tooMany.failure == SpawnFailure(step: .descriptors, error: Errno(code: E2BIG)))
    }

    @Test func `a binary that is open already runs, and does not see its own descriptor`() throws {
        let binary = try Files.open(reading: "/bin/ls")
        var plan = SpawnPlan(program: .descriptor(binary.number), arguments: ["list", "/proc/self/fd"], environment: [])
        plan.inherited = [binary.number]
        let run = try ProgramRun(plan)
        #expect(run.output.split(separator: "\n") == ["0", "1", "2", "3", "4"], "3 is given, 4 is the folder that it is listing")
    }

    @Test func `it has the limits, umask, niceness, folder and environment of its plan`() throws {
        let own = try OpenFilesLimit.current()
        let script =
            "cat /proc/$$/limits /proc/$$/status; echo nice $(nice); echo folder $(readlink /proc/$$/cwd); echo $A/$B; echo all $(env -u PWD -u _ | wc -l)"
        let run = try ProgramRun("/bin/sh", ["-c", script]) {
            $0.openFiles = OpenFilesLimit(soft: 77, hard: min(own.hard, 99))
            $0.umask = 0o27
            $0.nice = 7
            $0.directory = "/proc/sys"
            $0.environment = ["A=1", "B=two words", "PATH=/usr/bin:/bin"]
        }
        #expect(run.words(after: "Max open files").prefix(2) == ["77", "99"])
        #expect(run.words(after: "Umask:") == ["0027"])
        #expect(run.words(after: "nice") == ["7"])
        #expect(run.words(after: "folder") == ["/proc/sys"])
        #expect(run.output.contains("1/two words\n"))
        #expect(run.words(after: "all") == ["3"])
    }

    @Test func `without a plan for them it has those of its parent`() throws {
        let run = try ProgramRun("/bin/sh", ["-c", "ulimit -Sn; ulimit -Hn; /bin/readlink /proc/$$/cwd"])
        let own = try OpenFilesLimit.current()
        #expect(try run.output == "\(own.soft)\n\(own.hard)\n\(Files.currentDirectory())\n")
    }

    @Test(arguments: [3, 16]) func `a low limit of descriptors does not keep it from starting`(limit: Int) throws {
        let run = try ProgramRun("/bin/cat", ["/proc/self/oom_score_adj"]) {
            $0.openFiles = OpenFilesLimit(soft: limit, hard: 64)
            $0.oomScoreAdjustment = "900"
        }
        #expect(run.failure == nil)
        // With three there is nothing left for its loader to open.
        if limit > 3 { #expect(run.output == "900\n") }
    }

    @Test func `its chance to be killed for want of memory is raised, never lowered`() throws {
        func score(_ wish: String?) throws -> Int? {
            let run = try ProgramRun("/bin/cat", ["/proc/self/oom_score_adj"]) { $0.oomScoreAdjustment = wish }
            return Int(run.output.prefix { $0 != "\n" })
        }
        let own = try #require(try score(nil))
        #expect(try score("200") == max(own, 200))
        #expect(try score("1000") == 1000)
        #expect(try score("-900") == own)
    }

    @Test(.enabled(if: Accounts.ownUser == 0, "only root can become somebody else"))
    func `it is the user and the groups of its plan, and nothing of root is left`() throws {
        let run = try ProgramRun("/bin/cat", ["/proc/self/status"]) {
            $0.account = (user: 12_345, group: 23_456, groups: [34_567, 45_678])
            $0.deathSignal = .kill
            $0.oomScoreAdjustment = "300"
        }
        #expect(run.words(after: "Uid:") == Array(repeating: "12345", count: 4))
        #expect(run.words(after: "Gid:") == Array(repeating: "23456", count: 4))
        #expect(run.words(after: "Groups:") == ["34567", "45678"])
        #expect(run.words(after: "CapEff:") == ["0000000000000000"] && run.words(after: "CapPrm:") == ["0000000000000000"])
        #expect(run.words(after: "NoNewPrivs:") == ["1"])
    }

    // MARK: - What keeps one from starting

    @Test func `what keeps a program from running arrives as a step and an error`() throws {
        let folder = try TemporaryFolder()
        let plain = try folder.file("plain", "#!/bin/sh\n")
        let orphan = try folder.file("orphan", "#!/no/such/interpreter\n", mode: 0o755)
        let nonsense = try folder.file("nonsense", "\u{1}\u{2}", mode: 0o755)

        func failure(_ path: String, _ change: (inout SpawnPlan) -> Void = { _ in }) throws -> SpawnFailure? {
            let run = try ProgramRun(path, [], change)
            #expect(run.ending == .code(127) && run.output.isEmpty)
            return run.failure
        }
        #expect(try failure(folder.path + "/missing") == SpawnFailure(step: .exec, error: .noEntry))
        #expect(try failure(plain) == SpawnFailure(step: .exec, error: .accessDenied))
        #expect(try failure(folder.path) == SpawnFailure(step: .exec, error: .accessDenied))
        #expect(try failure(orphan) == SpawnFailure(step: .exec, error: .noEntry))
        #expect(try failure(nonsense) == SpawnFailure(step: .exec, error: Errno(code: ENOEXEC)))
        #expect(try failure(plain + "/below") == SpawnFailure(step: .exec, error: Errno(code: ENOTDIR)))
        #expect(try failure("/bin/true") { $0.directory = "/no/such/folder" } == SpawnFailure(step: .directory, error: .noEntry))
        #expect(try failure("/bin/true") { $0.directory = plain } == SpawnFailure(step: .directory, error: Errno(code: ENOTDIR)))
        #expect(try failure("/bin/true") { $0.inherited = [1_000_000] } == SpawnFailure(step: .descriptors, error: .badDescriptor))
        #expect(try failure("/bin/true") { $0.openFiles = .init(soft: 9, hard: 8) } == SpawnFailure(step: .limits, error: .invalid))
        let long = [String](repeating: String(repeating: "x", count: 100_000), count: 100)
        #expect(try failure("/bin/true") { $0.environment = long } == SpawnFailure(step: .exec, error: Errno(code: E2BIG)))
    }

    @Test(.enabled(if: Accounts.ownUser == 0, "as root there is something to lose"))
    func `what a user may not do, it may not do on the way to its program either`() throws {
        let folder = try TemporaryFolder()
        try Files.setMode(0o700, of: folder.path)
        let hidden = try ProgramRun("/bin/true", []) {
            $0.account = (user: 12_345, group: 12_345, groups: [])
            $0.directory = folder.path
        }
        #expect(hidden.failure == SpawnFailure(step: .directory, error: .accessDenied))
        let many = try ProgramRun("/bin/true", []) { $0.account = (user: 1, group: 1, groups: Array(repeating: 1, count: 70_000)) }
        #expect(many.failure == SpawnFailure(step: .group, error: .invalid))
    }

    @Test(.enabled(if: Accounts.ownUser == 0, "only root can become one who is refused"))
    func `one who is not root becomes nobody else, and no more urgent`() async {
        await #expect(processExitsWith: .success) {
            guard setgid(12_345) == 0, setuid(12_345) == 0 else { exit(2) }
            let other = try ProgramRun("/bin/true", []) { $0.account = (user: 1, group: 1, groups: []) }
            guard other.failure == SpawnFailure(step: .group, error: .notPermitted) else { exit(3) }
            let urgent = try ProgramRun("/bin/true", []) { $0.nice = -5 }
            guard urgent.failure == SpawnFailure(step: .priority, error: .accessDenied) else { exit(4) }
            let more = try ProgramRun("/bin/true", []) { $0.openFiles = OpenFilesLimit(soft: 1 << 20, hard: 1 << 40) }
            guard more.failure == SpawnFailure(step: .limits, error: .notPermitted) else { exit(5) }
            exit(0)
        }
    }

    @Test func `a full table of descriptors in the child is reported like any other failure`() async {
        await #expect(processExitsWith: .success) {
            var stuffing = try DescriptorTable.fill(leaving: 2)  // Just enough for the report's pipe.
            var child = try Child.spawn(SpawnPlan(program: .path("/bin/true"), arguments: ["true"], environment: []))
            if let number = stuffing.popLast() { close(number) }
            guard case .some(let report) = child.takeReport(), isReadable(report.number) else { exit(2) }
            guard Child.readFailure(report) == SpawnFailure(step: .descriptors, error: .tableFull) else { exit(3) }
            exit(0)
        }
    }

    @Test func `a start without room for its pipe leaves nothing behind`() async {
        await #expect(processExitsWith: .success) {
            let notes = try Pipe()
            _ = try DescriptorTable.fill(leaving: 1)
            var plan = SpawnPlan(program: .path("/bin/sleep"), arguments: ["sleep", "60"], environment: [])
            plan.guardian = notes.writing.number
            do throws(SpawnFailure) {
                _ = try Child.spawn(plan)
                exit(2)
            } catch {
                guard error == SpawnFailure(step: .pipe, error: .tableFull) else { exit(3) }
            }
            guard Processes.someDeadChild() == nil, GroupNote.read(from: notes.reading) == .none else { exit(4) }
            exit(0)
        }
    }

    // MARK: - Groups, guardian, parent

    @Test func `its group is noted before the program runs`() throws {
        let notes = try Pipe()
        var plan = SpawnPlan(program: .path("/bin/true"), arguments: ["true"], environment: [])
        plan.guardian = notes.writing.number
        var child = try Child.spawn(plan)
        let report = child.takeReport()
        guard case .some(let report) = report else { throw Errno.noEntry }
        #expect(isReadable(report.number))
        #expect(Child.readFailure(report) == nil, "an end without a byte: the program runs")
        #expect(GroupNote.read(from: notes.reading) == .note(GroupNote(group: child.pid, isGone: false)))
        #expect(GroupNote.read(from: notes.reading) == .none)
        #expect(isReadable(child.descriptor.number) && child.reap()?.ending == .code(0))
    }

    @Test func `one that never comes to run has noted its group as well`() throws {
        let notes = try Pipe()
        let run = try ProgramRun("/no/such/program", []) { $0.guardian = notes.writing.number }
        #expect(GroupNote.read(from: notes.reading) == .note(GroupNote(group: run.pid, isGone: false)))
    }

    /// SIGPIPE that is blocked waits, ignored or not, and would come as soon as the child has its own mask and dispositions.
    @Test func `a guardian that is gone does not keep a program from running`() throws {
        let run = try onThread {
            Signals.blockAll()
            let notes = try Pipe().ends()
            Descriptor.close(notes.reading)
            defer { Descriptor.close(notes.writing) }
            return try ProgramRun("/bin/echo", ["here"]) { $0.guardian = notes.writing }
        }
        #expect(run.ending == .code(0) && run.output == "here\n")
    }

    @Test func `it goes when the thread that started it goes`() throws {
        let pid = try onThread {
            var plan = SpawnPlan(program: .path("/bin/sleep"), arguments: ["sleep", "600"], environment: [])
            plan.deathSignal = .kill
            var child = try Child.spawn(plan)
            if case .some(let report) = child.takeReport() { _ = isReadable(report.number) }
            return child.pid
        }
        var status: Int32 = 0
        // Safe: one integer is written to.
        #expect(unsafe waitpid(pid, &status, 0) == pid)
        #expect(status & 0x7f == SIGKILL)
    }

    /// The child is held at its note to the guardian, in a full FIFO that blocks, until its parent is gone.
    @Test(arguments: [false, true]) func `one whose parent went before it could be told of that does not run`(diesWithParent: Bool)
        async throws
    {
        let folder = try TemporaryFolder()
        let path = folder.path
        // Safe: the text lives through the call.
        try #require(unsafe mkfifo(path + "/notes", 0o600) == 0)
        // Beside the test, which waits for all who have its output, and so for the child.
        try Detached.run {
            guard becomesTrue({ pids(path).last.map(isGone) ?? false }), let notes = try? Files.open(reading: path + "/notes") else {
                return
            }
            _ = read(notes, upTo: 65_536)
        }
        await #expect(processExitsWith: .success) { [path = path as String, diesWithParent = diesWithParent as Bool] in
            let reading = try Files.open(reading: path + "/notes")
            let notes = try Files.open(appending: path + "/notes")
            while GroupNote(group: 9, isGone: true).write(to: notes) {}
            try notes.setNonblocking(false)
            var plan = SpawnPlan(program: .path("/bin/sh"), arguments: ["sh", "-c", "echo > \(path)/ran"], environment: [])
            plan.guardian = notes.number
            plan.inherited = [reading.number]  // So that the FIFO has a reader until the program runs.
            plan.deathSignal = diesWithParent ? .kill : nil
            let child = try Child.spawn(plan)
            guard becomesTrue({ state(of: child.pid) == "S" }) else { exit(2) }
            _ = try Files.create(path + "/new").write("\(child.pid) \(Processes.ownID)")
            try Files.rename(path + "/new", to: path + "/processes")
            exit(0)
        }
        let child = try #require(pids(path).first)
        #expect(becomesTrue { isGone(child) })
        #expect(Files.isPresent(path + "/ran") == !diesWithParent)
    }

    @Test func `a signal to its group reaches it however early`() throws {
        for _ in 0..<50 {
            let child = try Child.spawn(SpawnPlan(program: .path("/bin/sleep"), arguments: ["sleep", "600"], environment: []))
            child.signalGroup(Signal.kill.rawValue)
            let isDead = isReadable(child.descriptor.number)
            child.signal(Signal.kill.rawValue)
            try #require(isDead)
            #expect(child.reap()?.ending == .signal(9, core: false))
        }
    }

    @Test func `a signal to its group reaches what it started, one to itself does not`() throws {
        let pipe = try Pipe().ends()
        let reading = Descriptor(adopting: pipe.reading)
        let writing = Descriptor(adopting: pipe.writing)
        var plan = SpawnPlan(program: .path("/bin/sh"), arguments: ["sh", "-c", "/bin/sleep 600 & echo ready; wait"], environment: [])
        plan.output = writing.number
        let child = try Child.spawn(plan)
        _ = consume writing
        #expect(isReadable(reading.number))
        child.signal(Signal.terminate.rawValue)
        #expect(isReadable(child.descriptor.number))
        #expect(MachineView().members(ofGroup: child.pid).count == 2, "the leader is dead and not reaped, the other lives")
        child.signalGroup(Signal.kill.rawValue)
        #expect(readToEnd(reading) == "ready\n", "nobody has the pipe any more")
        #expect(child.reap()?.ending == .signal(15, core: false))
    }

    @Test func `nobody is signalled by a number that means us, or everybody`() {
        for group in [0, 1, -1, -5] as [Int32] { #expect(Processes.signalGroup(group, 0) == false) }
        for pid in [0, -1] as [Int32] { #expect(Processes.signal(pid, .continue) == false) }
        #expect(Processes.signalGroup(getpgrp(), 0) && Processes.signal(Processes.ownID, .continue))
    }

    // MARK: - Ends

    @Test func `how it ended is told once, and not before`() throws {
        let child = try Child.spawn(SpawnPlan(program: .path("/bin/sleep"), arguments: ["sleep", "600"], environment: []))
        #expect(child.reap() == nil)
        child.signal(SIGTERM)
        #expect(isReadable(child.descriptor.number))
        let exit = child.reap()
        #expect(exit?.ending == .signal(15, core: false))
        #expect(exit?.peakMemory ?? 0 > 100_000)
        #expect(child.reap() == nil)
        #expect(try ProgramRun("/bin/sh", ["-c", "exit 42"]).ending == .code(42))
    }

    @Test func `children are heard of even where they were to be ignored`() async {
        await #expect(processExitsWith: .success) {
            signal(SIGCHLD, SIG_IGN)  // As whoever started us may have left it.
            Signals.blockAll()
            let child = try Child.spawn(SpawnPlan(program: .path("/bin/sh"), arguments: ["sh", "-c", "exit 3"], environment: []))
            guard isReadable(child.descriptor.number), child.reap()?.ending == .code(3) else { exit(2) }
            exit(0)
        }
    }

    @Test func `two hundred starts, good and bad, leave no descriptor and no zombie`() async {
        await #expect(processExitsWith: .success) {
            try DescriptorTable.becomeOwn()
            _ = try ProgramRun("/bin/true", [])  // What is opened once and kept is open now.
            let before = try DescriptorTable.count
            for round in 0..<200 {
                let run = try ProgramRun(round % 4 == 0 ? "/no/such/program" : "/bin/true", [])
                guard run.ending == .code(round % 4 == 0 ? 127 : 0) else { exit(2) }
            }
            guard try DescriptorTable.count == before, Processes.someDeadChild() == nil else { exit(3) }
            exit(0)
        }
    }
}

/// The letter of proc(5), empty when there is no such process.
private func state(of pid: Int32) -> String {
    guard let text = try? Files.read("/proc/\(pid)/stat", limit: 4096) else { return "" }
    return String(decoding: text, as: UTF8.self).split(separator: ")").last.map { String($0.dropFirst().prefix(1)) } ?? ""
}

/// With all of its threads: while one of them is left, that is whose child a child is.
private func isGone(_ pid: Int32) -> Bool {
    let state = state(of: pid)
    return state.isEmpty || state == "Z" && ((try? Files.names(in: "/proc/\(pid)/task"))?.count ?? 0) <= 1
}

/// The numbers in a file that a process left for its test.
private func pids(_ folder: String) -> [Int32] {
    guard let text = try? Files.read(folder + "/processes", limit: 100) else { return [] }
    return String(decoding: text, as: UTF8.self).split(separator: " ").compactMap { Int32($0) }
}

extension Files {
    fileprivate static func isPresent(_ path: String) -> Bool { (try? status(of: path)) != nil }
}
