internal import Control
internal import Kernel

extension Relay {
    private static let ordersPerTurn = 16

    /// Obeys every order that has come.
    mutating func hearMaster() {
        for _ in 0..<Self.ordersPerTurn {
            switch ControlMessages.receiveOrder(on: link.control) {
            case .message(let order, let descriptor): obey(order, descriptor)
            case .strange: break  // Whatever it was to begin ends for want of an answer.
            case .none: return
            case .ended:
                life.masterIsGone()
                return
            }
        }
    }

    /// The prepared settings hold from now on for tunnels that begin.
    mutating func commit(_ generation: Int) {
        guard let prepared, prepared.generation == generation else { return }
        settings = prepared.settings
        self.prepared = nil
    }

    // MARK: - Private

    private mutating func obey(_ order: Order, _ descriptor: consuming Descriptor?) {
        switch order {
        case .prepare(let generation):
            link.tell(prepare(generation, descriptor) ? .prepared(generation: generation) : .refused(generation: generation))
        case .commit(let generation): commit(generation)
        case .abandon(let generation): if prepared?.generation == generation { prepared = nil }
        case .drain:
            life.drain()
            hurryFinished()
        case .accessLog: break  // A relay has none.
        case .listen, .unlisten: break  // Only built-in workers accept themselves.
        case .instances: break  // What it serves are command workers.
        case .makeRoom: break  // Whether a client waits for anything here nobody knows.
        }
    }

    /// A relay's settings are a handful of numbers: no need for a thread beside the loop.
    private mutating func prepare(_ generation: Int, _ snapshot: consuming Descriptor?) -> Bool {
        guard let snapshot, let settings = compile(snapshot) else { return false }
        prepared = (generation, settings)
        return true
    }
}
