internal import ClusterConfiguration
internal import Engine
internal import Kernel

/// The public side: which addresses are open, and which are on their way out.
final class PublicListeners {
    private(set) var open: [PublicListener] = []
    private var retiring: [PublicListener] = []
    /// Both by their numbers.
    private var byIndex: [Int: PublicListener] = [:]
    /// What a reload that is under way will serve: it stays open, though it may be on its way out.
    private var wanted: Set<ListenAddress> = []
    private var nextIndex = 0
    private(set) var isAccepting = false
    /// What the service manager has handed over.
    private let sockets: InheritedSockets

    init(_ sockets: InheritedSockets) { self.sockets = sockets }

    /// Why an address cannot be served.
    struct Failure: Error {
        var address: String
        var error: Errno
    }

    /// Binds what the settings name and is not bound yet; nothing is accepted from it before `adopt`. What is bound already stays until then, or until
    /// `forgetWanted`.
    func bindMissing(_ settings: [ListenerSettings]) throws(Failure) -> [PublicListener] {
        var bound: [PublicListener] = []
        let known = Set(all.map(\.settings.address))
        for one in settings where !known.contains(one.address) {
            do throws(Errno) {
                try bind(one, into: &bound)
            } catch {
                for listener in bound { listener.removePath() }
                throw Failure(address: one.address.description, error: error)
            }
        }
        wanted = Set(settings.map(\.address))
        return bound
    }

    /// The reload has ended: what retires goes when its time has come.
    func forgetWanted() { wanted = [] }

    /// From now on these settings hold: what is not named any more retires.
    func adopt(_ settings: [ListenerSettings], bound: [PublicListener], now: Int, in queue: borrowing EventQueue) {
        wanted = []
        let known = open + retiring + bound
        let byAddress = Dictionary(grouping: known, by: \.settings.address)
        let settingsByAddress = Dictionary(settings.map { ($0.address, $0) }) { first, _ in first }
        open = settings.flatMap { byAddress[$0.address] ?? [] }
        retiring = known.filter { settingsByAddress[$0.settings.address] == nil }
        for listener in retiring where listener.closesAt == nil { listener.retire(now: now) }
        for listener in open {
            listener.returnToService()
            if let one = settingsByAddress[listener.settings.address], one != listener.settings { listener.change(to: one) }
        }
        number()
        watchAll(isAccepting, queue)
    }

    /// What connections begin with is for built-in workers to know: not to be asked for under a configuration with a command.
    func followProxyProtocol() { for listener in open { listener.followProxyProtocol() } }

    subscript(index: Int) -> PublicListener? { byIndex[index] }

    /// Those on their way out as well.
    var all: [PublicListener] { open + retiring }

    func accept(_ isWanted: Bool, in queue: borrowing EventQueue) {
        guard isWanted != isAccepting else { return }
        isAccepting = isWanted
        watchAll(isWanted, queue)
    }

    /// When a retiring one is due, in milliseconds of the monotonic clock.
    var wakeTime: Int? { retiring.filter { !isWanted($0) }.compactMap(\.closesAt).min() }

    /// What connected while the master did not run is accepted as well.
    func shift(by milliseconds: Int) { for listener in retiring { listener.shift(by: milliseconds) } }

    /// True when one was.
    func closeRetired(now: Int, in queue: borrowing EventQueue) -> Bool {
        let before = retiring.count
        retiring.removeAll { listener in
            guard let at = listener.closesAt, at <= now, !isWanted(listener) else { return false }
            listener.watch(false, in: queue)
            listener.removePath()
            return true
        }
        if retiring.count < before { number() }
        return retiring.count < before
    }

    func closeAll(in queue: borrowing EventQueue) {
        for listener in open + retiring {
            listener.watch(false, in: queue)
            listener.removePath()
        }
        open = []
        retiring = []
        number()
    }

    // MARK: - Private

    /// One listener, or one for each socket that was handed over by the name.
    private func bind(_ settings: ListenerSettings, into bound: inout [PublicListener]) throws(Errno) {
        guard case .systemd(let name) = settings.address, case let members = sockets.named(name), !members.isEmpty else {
            bound.append(try PublicListener(settings, index: nextIndex))
            nextIndex += 1
            return
        }
        for member in members {
            bound.append(try PublicListener(settings, index: nextIndex, of: member))
            nextIndex += 1
        }
    }

    private func number() { byIndex = Dictionary(all.map { ($0.index, $0) }) { first, _ in first } }

    private func isWanted(_ listener: PublicListener) -> Bool { wanted.contains(listener.settings.address) }

    private func watchAll(_ isWanted: Bool, _ queue: borrowing EventQueue) {
        for listener in open + retiring { listener.watch(isWanted, in: queue) }
    }
}
