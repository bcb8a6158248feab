internal import Engine
internal import Kernel
internal import Supervision

/// What must succeed before the first process of a program starts, while it runs; and who waits for it.
final class Preparation {
    /// Of the program.
    let revision: Int
    /// `web before_start`
    let title: String
    /// Those that are started, or not, when it has ended.
    var launches: [Launch] = []
    var child: Child?
    var output: OutputCapture
    var error: OutputCapture

    init(revision: Int, title: String, child: consuming Child, output: consuming OutputCapture, error: consuming OutputCapture) {
        self.revision = revision
        self.title = title
        self.output = output
        self.error = error
        self.child = consume child
    }

    func handle(_ source: Source) -> Handle { Handle(kind: source.rawValue, index: revision) }

    /// 0 when there is none.
    var pid: Int32 { child?.pid ?? 0 }

    /// SIGKILL for everything in its group.
    func kill() {
        switch child {
        case .some(let child): child.signalGroup(Signal.kill.rawValue)
        case .none: break
        }
    }
}
