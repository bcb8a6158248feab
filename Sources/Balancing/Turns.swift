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
        var least = Int.max
        for place in places where isCandidate(place) { least = min(least, load(place)) }
        return next(of: places) { isCandidate($0) && load($0) == least }
    }
}
