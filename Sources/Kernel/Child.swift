internal import CLinux
internal import Glibc

/// Where a start failed, and what the machine said there.
package struct SpawnFailure: Error, Equatable, Sendable {
    /// In the order they happen; up to `pidfd` there is no child yet.
    package enum Step: Int32, Sendable {
        case none, pipe, fork, pidfd, session, descriptors, signals, limits, priority, group, user, privileges, parent, directory, exec
        /// Before the fork: no port could be held for it.
        case privatePort
        /// Before the fork: its socket has no place.
        case socketFolder
    }

    package var step: Step
    package var error: Errno

    package init(step: Step, error: Errno) {
        self.step = step
        self.error = error
    }
}

/// What a new process is to be, between fork and exec (rule 15 of the configuration's reference).
package struct SpawnPlan: Sendable {
    package enum Program: Sendable {
        /// A binary that is open already: this one.
        case descriptor(Int32)
        /// The first of these paths that the account can execute, as execvpe(3) searches the folders of PATH.
        case paths([String])

        /// A path, as execve(2) takes it.
        package static func path(_ path: String) -> Program { .paths([path]) }
    }

    package var program: Program
    package var arguments: [String]
    /// `NAME=value`
    package var environment: [String]
    package var directory: String?
    /// Become 1 and 2; nil leaves them as they are here.
    package var output: Int32?
    package var error: Int32?
    /// Become 3, 4 …, at most 16.
    package var inherited: [Int32] = []
    /// Where the new group is written before the exec.
    package var guardian: Int32?
    package var account: (user: UInt32, group: UInt32, groups: [UInt32])?
    package var umask: Int?
    package var nice: Int?
    package var openFiles: OpenFilesLimit?
    /// For /proc/self/oom_score_adj, where it is raised to this; a higher one stays.
    package var oomScoreAdjustment: String?
    /// Comes when the master dies; nil for none.
    package var deathSignal: Signal?
    /// Deaf to TERM, INT, HUP and their like.
    package var isDeaf = false

    package init(program: Program, arguments: [String], environment: [String]) {
        self.program = program
        self.arguments = arguments
        self.environment = environment
    }
}

/// A process that was started here; killing and waiting go through its pidfd, so that its number cannot mean another process.
package struct Child: ~Copyable {
    package let pid: Int32
    /// Readable once the process is dead.
    package let descriptor: Descriptor
    private var report: Descriptor?

    package static func spawn(_ plan: SpawnPlan) throws(SpawnFailure) -> Child {
        let outcome = unsafe withStrings(plan.arguments) { arguments in
            unsafe withStrings(plan.environment) { environment in
                unsafe withStrings(plan.program.paths) { paths in
                    unsafe withSpawn(plan, paths, arguments, environment) { unsafe cl_spawn($0) }
                }
            }
        }
        if outcome.failure.step != 0 {
            throw SpawnFailure(step: .init(rawValue: outcome.failure.step) ?? .none, error: Errno(code: outcome.failure.error))
        }
        return Child(
            pid: outcome.pid, descriptor: Descriptor(adopting: outcome.pidfd), report: Descriptor(adopting: outcome.report))
    }

    /// Ends without a byte once the program runs, or has a failure to read. Once: it is its taker's then.
    package mutating func takeReport() -> Descriptor? { report.take() }

    /// The failure that its report holds; nil: none (its program runs, or it died on the way).
    package static func readFailure(_ report: borrowing Descriptor) -> SpawnFailure? {
        var failure = cl_failure()
        // Safe: at most the structure's own size is written into it.
        let result = unsafe withUnsafeMutableBytes(of: &failure) { unsafe cl_read(report.number, $0.baseAddress, $0.count) }
        guard result == MemoryLayout<cl_failure>.size else { return nil }
        return SpawnFailure(step: .init(rawValue: failure.step) ?? .none, error: Errno(code: failure.error))
    }

    package func signal(_ signal: Int32) { _ = cl_pidfd_signal(descriptor.number, signal) }

    /// Its whole process group; the group has the leader's number, which is not given to anybody else before the leader is reaped. A process that was
    /// started a moment ago is not in its own group yet: then it is all there is.
    package func signalGroup(_ signal: Int32) { if cl_signal_group(pid, signal) < 0 { self.signal(signal) } }

    /// How it ended; nil while it lives. Once.
    package func reap() -> ChildExit? {
        var exit = cl_exit()
        guard unsafe cl_reap(descriptor.number, &exit) == 0 else { return nil }
        let status = Int(exit.status)
        let ending: ChildExit.Ending =
            switch exit.code {
            case Int32(CLD_EXITED): .code(status)
            case Int32(CLD_DUMPED): .signal(status, core: true)
            default: .signal(status, core: false)
            }
        return ChildExit(ending: ending, peakMemory: Int(clamping: exit.peak_memory))
    }
}

/// How a process ended, waitid(2).
package struct ChildExit: Equatable, Sendable {
    package enum Ending: Equatable, Sendable {
        case code(Int)
        case signal(Int, core: Bool)
    }

    package var ending: Ending
    /// The most resident memory it ever had, in bytes.
    package var peakMemory: Int
}

/// This process itself, and processes that nobody here started.
package enum Processes {
    package static var ownID: Int32 { cl_process_id() }

    /// Leaves at once, without handlers.
    package static func leave(_ status: Int32) -> Never {
        cl_leave(status)
        // _exit(2) does not return.
        fatalError("_exit returned")
    }

    /// A child that is dead and not reaped yet.
    package static func someDeadChild() -> Int32? {
        let result = cl_some_dead_child()
        return result > 0 ? Int32(result) : nil
    }

    package static func reap(_ pid: Int32) { _ = cl_reap_process(pid) }

    /// What `ps -o comm` shows, at most 15 bytes.
    package static func setName(_ name: String) { _ = unsafe cl_set_name(name) }

    /// This signal comes when the thread that forked this process ends.
    package static func dieWithParent(_ signal: Signal) { _ = cl_die_with_parent(signal.rawValue) }

    /// The calling thread's slice of a core that others want too becomes as short as this, and comes as much earlier: when it wakes up it need not wait
    /// until whoever is there has had a longer one. It gets no larger share by that. Linux 6.12 and later; nothing changes where it cannot.
    package static func shortenSlice(toMicroseconds microseconds: Int) { _ = cl_shorten_slice(UInt64(clamping: microseconds) * 1000) }

    /// What our children leave behind becomes our child, to be reaped by us: not every PID 1 of a container does.
    package static func adoptOrphans() { _ = cl_adopt_orphans() }

    /// False for a group that is not there; 0, 1 and below are no groups of anybody's.
    package static func signalGroup(_ group: Int32, _ signal: Int32) -> Bool { cl_signal_group(group, signal) == 0 }

    /// Delivers a signal to one process by its number, kill(2); for the command line.
    package static func signal(_ pid: Int32, _ signal: Signal) -> Bool { cl_signal_process(pid, signal.rawValue) == 0 }
}

extension SpawnPlan.Program {
    fileprivate var descriptor: Int32 {
        switch self {
        case .descriptor(let number): number
        case .paths: -1
        }
    }

    fileprivate var paths: [String] {
        switch self {
        case .descriptor: []
        case .paths(let paths): paths
        }
    }
}

// MARK: - Private

private func withStrings<Result>(
    _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
    var copies: [UnsafeMutablePointer<CChar>?] = unsafe strings.map { unsafe strdup($0) } + [nil]
    // Safe: each copy is freed once, after the call that reads it.
    defer { unsafe copies.forEach { unsafe free($0) } }
    return unsafe copies.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { preconditionFailure("the list has its closing null at least") }
        return unsafe body(UnsafePointer(base))
    }
}

/// The plan as the C function reads it; every pointer lives as long as the call.
private func withSpawn(
    _ plan: SpawnPlan, _ paths: UnsafePointer<UnsafeMutablePointer<CChar>?>, _ arguments: UnsafePointer<UnsafeMutablePointer<CChar>?>,
    _ environment: UnsafePointer<UnsafeMutablePointer<CChar>?>, _ body: (UnsafePointer<cl_spawn>) -> cl_child
) -> cl_child {
    var spawn = unsafe cl_spawn()
    unsafe spawn.program = plan.program.descriptor
    unsafe spawn.paths = paths
    unsafe spawn.arguments = arguments
    unsafe spawn.environment = environment
    unsafe spawn.output = plan.output ?? -1
    unsafe spawn.error = plan.error ?? -1
    unsafe spawn.guardian = plan.guardian ?? -1
    unsafe spawn.sets_account = plan.account == nil ? 0 : 1
    unsafe spawn.user = plan.account?.user ?? 0
    unsafe spawn.group = plan.account?.group ?? 0
    unsafe spawn.umask = Int32(plan.umask ?? -1)
    unsafe spawn.nice = plan.nice.map { Int32($0) } ?? Int32.min
    unsafe spawn.open_files_soft = UInt64(plan.openFiles?.soft ?? 0)
    unsafe spawn.open_files_hard = UInt64(plan.openFiles?.hard ?? 0)
    unsafe spawn.death_signal = plan.deathSignal?.rawValue ?? 0
    unsafe spawn.is_deaf = plan.isDeaf ? 1 : 0
    return unsafe withOptionalString(plan.directory) { directory in
        unsafe withOptionalString(plan.oomScoreAdjustment) { adjustment in
            unsafe plan.inherited.withUnsafeBufferPointer { inherited in
                unsafe (plan.account?.groups ?? []).withUnsafeBufferPointer { groups in
                    unsafe spawn.directory = directory
                    unsafe spawn.oom_score_adjustment = adjustment
                    unsafe spawn.inherited = inherited.baseAddress
                    unsafe spawn.inherited_count = Int32(inherited.count)
                    unsafe spawn.groups = groups.baseAddress
                    unsafe spawn.groups_count = Int32(groups.count)
                    return unsafe body(&spawn)
                }
            }
        }
    }
}

private func withOptionalString<Result>(_ text: String?, _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
    guard let text else { return body(nil) }
    return unsafe text.withCString { unsafe body($0) }
}
