/// Exact turns over numbered places: the next one after the last that may be chosen, in a circle.
package struct Turns: Equatable, Sendable {
    private var last = -1

    package init() {}

    /// `places` is ascending; nil when none of them is a candidate.
    package mutating func next<Places: Collection>(of places: Places, where isCandidate: (Int) -> Bool) -> Int?
    where Places.Element == Int {
        let next = places.first { $0 > last && isCandidate($0) } ?? places.first { $0 <= last && isCandidate($0) }
        if let next { last = next }
        return next
    }

    /// The candidate with the smallest load; among equals the next in turn.
    package mutating func leastLoaded<Places: Collection>(
        of places: Places, load: (Int) -> Int, where isCandidate: (Int) -> Bool
    ) -> Int? where Places.Element == Int {
        var ahead: (place: Int, load: Int)?
        var behind: (place: Int, load: Int)?
        // Each load is read once: it may change meanwhile, in memory that others write.
        for place in places where isCandidate(place) {
            let load = load(place)
            if place > last {
                if ahead.map({ load < $0.load }) ?? true { ahead = (place, load) }
            } else if behind.map({ load < $0.load }) ?? true {
                behind = (place, load)
            }
        }
        guard let best = ahead ?? behind else { return nil }
        last = behind.map { $0.load < best.load ? $0.place : best.place } ?? best.place
        return last
    }
}
