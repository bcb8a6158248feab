package import Kernel

/// Which command worker serves in which slot, which instances of apps there are, and where: written by the master alone, read by relays and workers at
/// each choice.
package final class Board: Sendable {
    /// What stands in a slot's row.
    package struct Place: Equatable, Sendable {
        /// Of the scoreboard.
        package var seat: Int
        /// Of the incarnation, which also names its socket path.
        package var incarnation: Int
        /// Where it listens; nil with a socket path.
        package var address: SocketAddress?
        /// The version of the PROXY protocol that it is told its clients in; 0 for none.
        package var proxyProtocol: Int

        package init(seat: Int, incarnation: Int, address: SocketAddress?, proxyProtocol: Int = 0) {
            self.seat = seat
            self.incarnation = incarnation
            self.address = address
            self.proxyProtocol = proxyProtocol
        }
    }

    package static let slots = 256
    private static let stride = 8
    /// Behind the slots: whether the master waits for room.
    private static let waitingWord = slots * stride
    /// Behind that: instances of apps (`Board+Instances.swift`).
    static let firstInstanceWord = waitingWord + 1
    /// Behind those: apps of which nothing runs (`Board+Outages.swift`).
    static let firstOutageWord = firstInstanceWord + instanceWords
    private static let count = firstOutageWord + outageWords
    package let words: SharedWords

    /// The master's; every other process can only read it.
    package init() throws(Errno) {
        let words = try SharedWords(name: "cluster-proxy board", count: Self.count)
        try words.sealAgainstOthersWriting()
        self.words = words
    }

    package init(adopting number: Int32) throws(Errno) {
        words = try SharedWords(adopting: number, count: Self.count, isWritable: false)
    }

    /// Memory wakes nobody: while the master waits, whoever makes room says so. The master writes this first and looks for room then, the others make
    /// room first and look here then, all in one order, so that one of them sees the other.
    package var masterWaits: Bool { words.load(Self.waitingWord) != 0 }

    package func setMasterWaits(_ waits: Bool) { words.store(waits ? 1 : 0, at: Self.waitingWord) }

    /// nil takes the slot out of rotation. The incarnation is written last and read first and last, so that no reader sees half of a change.
    package func set(_ slot: Int, to place: Place?) {
        precondition(slot >= 0 && slot < Self.slots, "there are no more slots, and behind them stands something else")
        let row = slot * Self.stride
        words.store(0, at: row)
        guard let place else { return }
        // Of no family: there is none.
        let (head, low, high) = (place.address ?? SocketAddress()).words
        words.store(UInt64(place.seat), at: row + 1)
        words.store(UInt64(place.proxyProtocol), at: row + 2)
        words.store(head, at: row + 3)
        words.store(low, at: row + 4)
        words.store(high, at: row + 5)
        words.store(UInt64(place.incarnation), at: row)
    }

    /// nil: nothing serves there now.
    package func place(_ slot: Int) -> Place? {
        guard slot >= 0, slot < Self.slots else { return nil }
        let row = slot * Self.stride
        let incarnation = words.load(row)
        let (seat, proxyProtocol) = (Int(words.load(row + 1)), Int(words.load(row + 2)))
        let address = SocketAddress(words: (words.load(row + 3), words.load(row + 4), words.load(row + 5)))
        let place = Place(
            seat: seat, incarnation: Int(incarnation), address: address.family == .unknown ? nil : address, proxyProtocol: proxyProtocol)
        return incarnation != 0 && words.load(row) == incarnation ? place : nil
    }
}
