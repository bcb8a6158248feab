internal import Engine
internal import Kernel
internal import Supervision

/// What must succeed before the first process of a program starts, while it runs; and who waits for it.
final class Preparation {
    /// Of the program.
    let revision: Int
    let group: GroupName
    /// `web before_start`
    let title: String
    /// Those that are started, or not, when it has ended.
    var launches: [Launch] = []
    /// Those of the same app's next program, which has its own: that begins when this one has ended.
    var followers: [Launch] = []
    /// In milliseconds of the monotonic clock.
    let startedAt = Clock.milliseconds
    var child: Child?
    /// Ends once the command runs, or says why it does not.
    var report: Descriptor?
    /// Between the signal that ends it and KILL, in milliseconds.
    private let grace: Int
    /// It was asked to end: its end is no failure.
    private(set) var isEnding = false
    /// KILL follows then, in milliseconds of the monotonic clock.
    private(set) var killAt: Int?
    var output: OutputCapture
    var error: OutputCapture

    init(
        revision: Int, group: GroupName, title: String, grace: Int, child: consuming Child, output: consuming OutputCapture,
        error: consuming OutputCapture
    ) {
        self.revision = revision
        self.group = group
        self.title = title
        self.grace = grace
        self.output = output
        self.error = error
        var child = consume child
        report = child.takeReport()
        self.child = consume child
    }

    func handle(_ source: Source) -> Handle { Handle(kind: source.rawValue, index: revision) }

    /// 0 when there is none.
    var pid: Int32 { child?.pid ?? 0 }

    /// Why the command could not be run; nil where it could.
    func takeFailure() -> SpawnFailure? {
        guard let report = report.take() else { return nil }
        return Child.readFailure(report)
    }

    /// A graceful end, once: the signal, and KILL when its grace is over.
    func terminate(now: Int) {
        guard !isEnding else { return }
        isEnding = true
        killAt = now + grace
        signal(Signal.terminate)
    }

    /// SIGKILL for everything in its group.
    func kill() {
        isEnding = true
        // Once is enough, however long it takes.
        killAt = nil
        signal(Signal.kill)
    }

    /// What stays of its group when it has ended by itself.
    func killGroup() { signal(Signal.kill) }

    private func signal(_ signal: Signal) {
        switch child {
        case .some(let child): child.signalGroup(signal.rawValue)
        case .none: break
        }
    }
}
