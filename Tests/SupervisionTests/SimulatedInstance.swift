import Supervision

/// An instance and what is under way there, as all workers count it.
final class SimulatedInstance {
    let id: IncarnationID
    let slot: Int
    let app: GroupName
    /// It takes connections.
    var lives = true
    /// On the board it is to end.
    var isDraining = false
    var requests: Set<Int> = []

    init(_ launch: Launch) {
        id = launch.id
        slot = launch.slot
        app = launch.group
    }
}
