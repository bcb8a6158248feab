/// Who waits for a plan. One is made at a time; all who ask meanwhile get the one after it.
struct PlanQueue {
    private var present: [AdminClientID] = []
    private var next: [AdminClientID] = []

    /// Whether a plan is to be made now.
    mutating func ask(for client: AdminClientID) -> Bool {
        if present.isEmpty {
            present = [client]
            return true
        }
        // Whoever had this place has gone.
        next.removeAll { $0.index == client.index }
        next.append(client)
        return false
    }

    /// Who gets the plan that has been made. Another one is to be made when somebody is left.
    mutating func end() -> [AdminClientID] {
        defer { (present, next) = (next, []) }
        return present
    }

    var isEmpty: Bool { present.isEmpty }
}
