package import Kernel

/// Instances of apps on the board. A place belongs to one incarnation until nobody has anything to do with it any more.
extension Board {
    /// One instance, as workers find it.
    package struct Instance: Equatable, Sendable {
        /// What its app is found by (`AppSettings.identity`).
        package var app: UInt64
        package var slot: Int
        /// Of the incarnation, which also names its socket path.
        package var incarnation: Int
        /// Where it listens; nil with a socket path.
        package var address: SocketAddress?

        package init(app: UInt64, slot: Int, incarnation: Int, address: SocketAddress?) {
            self.app = app
            self.slot = slot
            self.incarnation = incarnation
            self.address = address
        }
    }

    package enum InstanceState: UInt64, Sendable {
        /// It does not serve, or is gone.
        case none
        /// It takes requests.
        case ready
        /// It takes no more, and finishes those that it has.
        case draining
    }

    /// Twice as many as there can be at once: an old and a new one live side by side for a while.
    package static let instances = 2048
    private static let stride = 8
    static let instanceWords = 8 + instances * stride
    private static let version = firstInstanceWord
    private static let used = firstInstanceWord + 1
    private static let rows = firstInstanceWord + 8

    /// One more with each change of any instance.
    package var instancesVersion: UInt64 { words.load(Self.version) }

    /// In rotation from now on.
    package func enter(_ place: Int, _ instance: Instance) {
        let row = row(place)
        words.store(0, at: row)
        // Of no family: there is none.
        let (head, low, high) = (instance.address ?? SocketAddress()).words
        words.store(instance.app, at: row + 1)
        words.store(UInt64(instance.slot), at: row + 2)
        words.store(head, at: row + 3)
        words.store(low, at: row + 4)
        words.store(high, at: row + 5)
        // The incarnation is written last and read first and last, so that no reader sees half of a change.
        words.store(Self.word(instance.incarnation, .ready), at: row)
        if words.load(Self.used) <= UInt64(place) { words.store(UInt64(place + 1), at: Self.used) }
        words.add(1, at: Self.version)
    }

    /// Out of rotation, or gone. The master writes this first and reads how much is under way there then; workers count themselves in first and read
    /// this again then, all in one order, so that one of the two sees the other.
    package func leave(_ place: Int, to state: InstanceState) {
        let word = words.load(row(place))
        guard word != 0 else { return }
        words.store(state == .none ? 0 : word & ~3 | state.rawValue, at: row(place))
        words.add(1, at: Self.version)
    }

    /// Whether this incarnation takes requests.
    @inline(__always)
    package func isReady(_ place: Int, _ incarnation: Int) -> Bool { words.load(row(place)) == Self.word(incarnation, .ready) }

    /// Of this incarnation.
    package func state(_ place: Int, _ incarnation: Int) -> InstanceState {
        let word = words.load(row(place))
        return word >> 2 == UInt64(incarnation) ? InstanceState(rawValue: word & 3) ?? .none : .none
    }

    /// nil where there is none, or one that is being written.
    package func instance(_ place: Int) -> Instance? {
        let row = row(place)
        let word = words.load(row)
        let address = SocketAddress(words: (words.load(row + 3), words.load(row + 4), words.load(row + 5)))
        let instance = Instance(
            app: words.load(row + 1), slot: Int(clamping: words.load(row + 2)), incarnation: Int(clamping: word >> 2),
            address: address.family == .unknown ? nil : address)
        return word != 0 && words.load(row) >> 2 == word >> 2 ? instance : nil
    }

    /// Places behind the last of these have never been used.
    package var instancesUsed: Int { min(Self.instances, Int(clamping: words.load(Self.used))) }

    // MARK: - Private

    private static func word(_ incarnation: Int, _ state: InstanceState) -> UInt64 { UInt64(incarnation) << 2 | state.rawValue }

    @inline(__always)
    private func row(_ place: Int) -> Int {
        precondition(place >= 0 && place < Self.instances, "behind the last place stands something else")
        return Self.rows + place * Self.stride
    }
}
