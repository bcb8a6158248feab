internal import Engine
internal import Kernel

/// A socket that the loop waits for, and what is known of it beside what the kernel was told.
///
/// The kernel tells once of what comes (edge-triggered), as long as each read takes all that there is; to be told again and again (level-triggered) is a
/// second look at the socket for each event, some hundredths of what a forwarded request takes. Where a read may have left something, it is told again.
protocol Watchable: AnyObject {
    var socket: Int32 { get }
    var handle: Handle { get }
    /// What is waited for in the event queue; nil when it is not watched.
    var watched: Readiness? { get set }
    /// There may be something that the kernel has told of and that nobody has read.
    var mayHoldMore: Bool { get set }
    /// A read that takes less than it could is no sign that there is nothing more: the end may be behind it, or an urgent byte at which it stops, or a
    /// descriptor, which the other end of a unix socket may send along (unix(7)).
    var readsStopShort: Bool { get set }
    /// More came than one read has taken.
    var flows: Bool { get set }
}

extension Readiness {
    /// What comes, told of once, and what a read does not show by itself: an end, and bytes that are urgent (tcp(7)).
    static var freshInput: Self { .input | .peerClosed | .urgent | .edge }
}

extension Watchable {
    /// It is another socket from now on.
    func beginUnwatched(isLocal: Bool) {
        watched = nil
        mayHoldMore = false
        readsStopShort = isLocal
        flows = false
    }

    /// The kernel has told of something.
    func note(_ readiness: Readiness) {
        mayHoldMore = true
        if readiness.hasAny(.peerClosed | .urgent | .error | .hangup) { readsStopShort = true }
    }

    /// A read has taken all that there was, or perhaps not.
    func note(isDrained: Bool) {
        mayHoldMore = !isDrained || readsStopShort
        if !isDrained { flows = true }
    }

    /// What comes is told of as things stand.
    var listens: Bool { watched == .input || watched == .freshInput && !mayHoldMore }

    /// What the kernel is to be told so that `interest` is waited for; nil when it need not be told anything.
    func request(for interest: Readiness) -> Readiness? {
        if watched == interest { return nil }
        if interest != .input { return interest }
        if watched == .freshInput { return mayHoldMore ? .input : nil }
        return readsStopShort || mayHoldMore && flows ? .input : .freshInput
    }

    /// The same between two exchanges, where the next one may be a small one again: what flowed in this one may in the next.
    func requestBetweenExchanges() -> Readiness? {
        guard watched == .input, !readsStopShort else { return request(for: .input) }
        defer { flows = false }
        return flows ? nil : .freshInput
    }
}

extension Session: Watchable {}
extension UpstreamConnection: Watchable {}
extension TunnelEnd: Watchable {}

extension EventQueue {
    /// False when the machine has no room for it.
    func watch(_ socket: some Watchable, for interest: Readiness) -> Bool { tell(socket.request(for: interest), of: socket) }

    /// For the next exchange, whenever it begins. False when the machine has no room for it.
    func watchBetweenExchanges(_ socket: some Watchable) -> Bool { tell(socket.requestBetweenExchanges(), of: socket) }

    /// One that was set aside stays there until something is wanted from it. False when the machine has no room for it.
    func watchAgain(_ socket: some Watchable, for interest: Readiness) -> Bool {
        socket.watched == nil && interest == .none || watch(socket, for: interest)
    }

    /// There is no other way not to be told of an error or a hangup again and again.
    func setAside(_ socket: some Watchable) {
        if socket.watched == nil { return }
        forget(socket.socket)
        socket.watched = nil
    }

    private func tell(_ request: Readiness?, of socket: some Watchable) -> Bool {
        guard let request else { return true }
        if socket.watched == nil {
            guard watch(socket.socket, for: request, as: socket.handle) else { return false }
        } else if !change(socket.socket, to: request, as: socket.handle) {
            return false
        }
        socket.watched = request
        // What is there is told of anew.
        socket.mayHoldMore = false
        return true
    }
}
