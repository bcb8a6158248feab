internal import Routing
internal import Settings

/// Routes of which nobody has said yet what became of them, found by their labels.
struct RemainingRoutes {
    private let routes: [Route]
    private var areTaken: [Bool]
    private var labelled: [String: Labelled] = [:]

    init(_ routes: [Route]) {
        self.routes = routes
        areTaken = Array(repeating: false, count: routes.count)
        for (place, route) in routes.enumerated() { labelled[route.label, default: Labelled()].places.append(place) }
        for (label, group) in labelled where group.areMany {
            // The last of a list is taken at no cost, and is to be the first of the file.
            for place in group.places.reversed() { labelled[label]?.byText[routes[place].written, default: []].append(place) }
        }
    }

    var labels: [String] { zip(routes, areTaken).filter { !$1 }.map(\.0.label) }

    /// False where there is none like it.
    mutating func take(_ route: Route) -> Bool {
        let label = route.label
        // Nothing of the group is held on to while it changes: it would be copied, all of it for each route.
        if labelled[label]?.areMany == true { return take(labelled[label]?.byText[route.written]?.popLast()) }
        return take(labelled[label]?.places.first { !areTaken[$0] && routes[$0] == route })
    }

    /// Once nothing is looked for as it is any more.
    mutating func takeAny(labelled label: String) -> Bool {
        while let place = labelled[label]?.next() {
            if !areTaken[place] { return take(place) }
        }
        return false
    }

    // MARK: - Private

    private mutating func take(_ place: Int?) -> Bool {
        guard let place else { return false }
        areTaken[place] = true
        return true
    }
}

/// Those of one label, in their order: mostly one.
private struct Labelled {
    var places: [Int] = []
    /// More than are compared with each other one by one.
    var areMany: Bool { places.count > 8 }
    /// Where there are many, what each says in full: routes that say the same are the same.
    var byText: [String: [Int]] = [:]
    private var passed = 0

    mutating func next() -> Int? {
        guard passed < places.count else { return nil }
        passed += 1
        return places[passed - 1]
    }
}

extension Route {
    fileprivate var written: String {
        var writer = YAMLWriter()
        write(to: &writer)
        return writer.text
    }
}
