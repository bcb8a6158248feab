internal import Control
internal import Engine
internal import Kernel

/// What runs in the guardian: it reads one pipe until nobody can write to it any more, and then ends every group it knows of and
/// removes what they had their sockets in.
package enum GuardianProcess {
    /// How long the groups have between TERM and KILL, in milliseconds.
    private static let grace = 2000

    package static func run(socketFolder: String) -> Int32 {
        Processes.setName("cluster-proxy")
        let pipe = Descriptor(adopting: Inheritance.groups)
        guard var events = try? EventQueue(batch: 1), events.watch(pipe.number, for: .input, as: Handle(kind: 1)) else { return 1 }
        var groups: Set<Int32> = []
        while true {
            switch GroupNote.read(from: pipe) {
            case .note(let note): if note.isGone { groups.remove(note.group) } else { groups.insert(note.group) }
            case .none: _ = events.wait(milliseconds: -1)
            case .ended:
                end(groups)
                SocketFolder(at: socketFolder).remove()
                return 0
            }
        }
    }

    // MARK: - Private

    private static func end(_ groups: Set<Int32>) {
        let alive = groups.filter { Processes.signalGroup($0, Signal.terminate.rawValue) }
        for group in alive { _ = Processes.signalGroup(group, Signal.continue.rawValue) }
        let deadline = Clock.milliseconds + grace
        guard var pause = try? EventQueue(batch: 1) else { return kill(alive) }
        while Clock.milliseconds < deadline, alive.contains(where: { Processes.signalGroup($0, 0) }) { _ = pause.wait(milliseconds: 20) }
        kill(alive)
    }

    private static func kill(_ groups: Set<Int32>) {
        for group in groups { _ = Processes.signalGroup(group, Signal.kill.rawValue) }
    }
}
