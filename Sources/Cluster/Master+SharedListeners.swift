internal import Balancing
internal import ClusterConfiguration
internal import Control
internal import Kernel
internal import Supervision

/// `scheduling: kernel`: built-in workers accept from the public listeners themselves, of which each has copies.
extension Master {
    var sharesListeners: Bool { dispatcher.scheduling == .kernel && active.configuration.workers.command == nil }

    /// Gives every worker in rotation what it lacks, and takes back what it shall have no longer. What cannot be said now is said when this is asked
    /// for again, which is several times a second.
    func shareListeners() {
        let shared = sharesListeners && !isStopping ? listeners.all : []
        for process in processes.of(.workers) where process.isBuiltIn && process.isInRotation {
            for listener in shared where process.sharedListeners[listener.index] != listener.hasProxyHeader {
                let order = Order.listen(index: listener.index, hasProxyHeader: listener.hasProxyHeader)
                guard process.tell(order, passing: listener.number) else { break }
                process.sharedListeners[listener.index] = listener.hasProxyHeader
            }
            for index in process.sharedListeners.keys where !shared.contains(where: { $0.index == index }) {
                guard process.tell(.unlisten(index: index)) else { break }
                process.sharedListeners[index] = nil
            }
        }
    }
}
