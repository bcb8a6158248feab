/// Arrivals that nobody can take yet, in their order; the first is taken without moving the others.
struct WaitingLine {
    private var arrivals: [Arrival] = []
    /// Where the first one is. Those before it are gone.
    private var head = 0

    var count: Int { arrivals.count - head }
    var isEmpty: Bool { head == arrivals.count }
    var first: Arrival? { isEmpty ? nil : arrivals[head] }

    mutating func append(_ arrival: Arrival) { arrivals.append(arrival) }

    mutating func removeFirst() {
        head += 1
        // The room is given back when half of it is empty: each arrival is moved once at most, on the average.
        guard head * 2 >= arrivals.count else { return }
        arrivals.removeSubrange(..<head)
        head = 0
    }
}
