internal import Engine

/// One direction of an exchange in which bytes go on as they come, unread: the rest of a long body, or one side of a tunnel.
///
/// Bytes that wait are in the kernel, or in a buffer or pipe that is borrowed only for as long as the sink lags.
///
/// A class: it is asked many times for each request, and a value that cannot be copied would be guarded at run time whenever it is looked at.
final class Passage {
    private var pump = Pump()
    private var state = PumpState.flowing
    private(set) var isOpen = false

    /// The sink has to take what it was given before more comes from the source.
    var isBlocked: Bool { isOpen && state.isBlocked }
    var isFlowing: Bool { isOpen && state.isFlowing }
    /// The source has said its last byte, and the sink has taken it.
    var isFinished: Bool { isOpen && state.isFinished }
    /// As many bytes have been taken from the source as it was opened for.
    private(set) var isWhole = false
    /// Bytes that the sink has taken.
    private(set) var moved = 0
    /// The last run has taken all that the source had.
    private(set) var hasDrained = false

    /// For so many bytes, or for all there will ever be.
    func open(_ count: Int = .max) {
        isOpen = true
        state = .flowing
        (isWhole, moved) = (count == 0, 0)
        if count < .max { pump.expect(count) }
    }

    /// Moves what can be moved now.
    func run(from source: Int32, to sink: Int32, with supplies: inout PumpSupplies) -> PumpState {
        (state, isWhole, moved, hasDrained) = Self.run(&pump, from: source, to: sink, with: &supplies)
        return state
    }

    /// Gives back what is borrowed, and is as new.
    func close(_ supplies: inout PumpSupplies) {
        guard isOpen else { return }
        pump.reset(&supplies)
        isOpen = false
    }

    // MARK: - Private

    /// All that is asked of the pump, at one guarded look.
    private static func run(
        _ pump: inout Pump, from source: Int32, to sink: Int32, with supplies: inout PumpSupplies
    ) -> (state: PumpState, isWhole: Bool, moved: Int, hasDrained: Bool) {
        let state = pump.run(from: source, to: sink, with: &supplies)
        return (state, pump.left == 0, pump.moved, pump.hasDrained)
    }
}
