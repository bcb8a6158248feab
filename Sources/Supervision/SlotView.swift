/// A slot as `status` shows it.
package struct SlotView: Equatable, Sendable {
    package var slot: Int
    /// nil while nothing runs there.
    package var id: IncarnationID?
    package var state: ProcessState
    /// Starts after unexpected ends; never goes back.
    package var restarts: Int
    package var revision: Int
    package var lastExit: LastExit?
}
