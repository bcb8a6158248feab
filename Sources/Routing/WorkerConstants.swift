/// What a placeholder may name that stays the same for one worker and one generation of the configuration: folded into the text when the
/// routes are compiled.
package struct WorkerConstants: Equatable, Sendable {
    package var slot: Int
    package var id: Int
    package var processID: Int
    package var generation: Int

    package init(slot: Int, id: Int, processID: Int, generation: Int) {
        self.slot = slot
        self.id = id
        self.processID = processID
        self.generation = generation
    }
}
