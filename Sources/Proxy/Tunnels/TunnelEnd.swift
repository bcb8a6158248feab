internal import Engine
internal import Kernel

/// One socket of a relayed connection.
///
/// A class: a value in the tunnel would be guarded at run time whenever it changes.
final class TunnelEnd {
    private let kind: RelayEvent
    private let index: Int
    /// Which socket of this place events are about; those of an earlier one are stale.
    private var generation: UInt32 = 0
    /// -1 for none.
    private(set) var socket: Int32 = -1
    /// Its writing side was shut down after the last byte.
    private(set) var isShut = false
    var watched: Readiness?
    var mayHoldMore = false
    var readsStopShort = false
    var flows = false

    init(kind: RelayEvent, index: Int) {
        self.kind = kind
        self.index = index
    }

    var handle: Handle { Handle(kind: kind.rawValue, index: index, generation: generation) }

    func isCurrent(_ handle: Handle) -> Bool { socket >= 0 && handle.generation == generation }

    /// Takes over a socket; of this machine alone, or of the network.
    func open(_ descriptor: consuming Descriptor, isLocal: Bool) {
        generation &+= 1
        socket = descriptor.release()
        isShut = false
        beginUnwatched(isLocal: isLocal)
    }

    func close(byReset: Bool) {
        guard socket >= 0 else { return }
        if byReset { Socket.setResetOnClose(socket) }
        Descriptor.close(socket)
        socket = -1
        watched = nil
    }

    func shutdownWriting() {
        if isShut { return }
        Socket.shutdownWriting(socket)
        isShut = true
    }
}
