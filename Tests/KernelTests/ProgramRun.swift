import Kernel

/// A real program from its start to its end, and all that it printed.
struct ProgramRun: Sendable {
    let pid: Int32
    /// What it printed to 1 and 2.
    let output: String
    let failure: SpawnFailure?
    let ending: ChildExit.Ending

    /// Its output goes to a pipe, whatever the plan says.
    init(_ plan: SpawnPlan) throws {
        let pipe = try Pipe().ends()
        let reading = Descriptor(adopting: pipe.reading)
        let writing = Descriptor(adopting: pipe.writing)
        try writing.setNonblocking(false)
        var plan = plan
        plan.output = writing.number
        plan.error = writing.number
        var child = try Child.spawn(plan)
        _ = consume writing
        let report = child.takeReport()
        guard let text = readToEnd(reading), isReadable(child.descriptor.number), let exit = child.reap() else {
            child.signalGroup(Signal.kill.rawValue)
            throw Errno.wouldBlock
        }
        pid = child.pid
        output = text
        ending = exit.ending
        switch report {
        case .some(let report): failure = isReadable(report.number) ? Child.readFailure(report) : nil
        case .none: failure = nil
        }
    }

    init(_ path: String, _ arguments: [String], _ change: (inout SpawnPlan) -> Void = { _ in }) throws {
        var plan = SpawnPlan(program: .path(path), arguments: [path] + arguments, environment: [])
        change(&plan)
        try self.init(plan)
    }

    /// The words of the output's line that begins so.
    func words(after start: String) -> [String] {
        let line = output.split(separator: "\n").first { $0.hasPrefix(start) }
        return line.map { $0.dropFirst(start.count).split { $0 == " " || $0 == "\t" }.map(String.init) } ?? []
    }
}
