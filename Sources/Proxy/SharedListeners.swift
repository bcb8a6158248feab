internal import Kernel

/// The public listeners that a worker accepts from itself (`scheduling: kernel`): copies of the master's descriptors.
struct SharedListeners {
    struct Member {
        /// What the master calls it.
        let index: Int
        let number: Int32
        /// 0 without one.
        let port: Int
        /// Whether its connections begin with what a proxy in front says of the client.
        var hasProxyHeader: Bool
        var isWatched = false
    }

    /// More than a configuration can name; what comes beyond that was not sent by our master.
    private static let most = 1024

    var members: [Member] = []
    /// When they are looked at next, in milliseconds of the monotonic clock.
    var nextLook = 0
    /// At the last look clients waited for whom there was no room.
    var hadClients = false

    subscript(index: Int) -> Member? { members.first { $0.index == index } }

    /// Takes a listener over. Of one that is known already only what is said of it counts, and one too many is let go.
    mutating func add(_ index: Int, _ descriptor: consuming Descriptor, hasProxyHeader: Bool) {
        if let place = members.firstIndex(where: { $0.index == index }) {
            members[place].hasProxyHeader = hasProxyHeader
            return
        }
        guard members.count < Self.most else { return }
        let number = descriptor.release()
        members.append(
            Member(index: index, number: number, port: Socket.localAddress(number).port, hasProxyHeader: hasProxyHeader))
    }

    /// The one way it ends here; the socket itself lives on with those who share it.
    mutating func remove(_ index: Int) {
        guard let place = members.firstIndex(where: { $0.index == index }) else { return }
        Descriptor.close(members.remove(at: place).number)
    }
}
