internal import ClusterConfiguration
internal import FoundationEssentials

/// What a reload of the file would do to the running cluster.
package struct ReloadPlan: Equatable, Decodable, Sendable {
    package enum Result: String, Decodable, Sendable {
        /// Nothing would change.
        case nothing
        /// What runs would follow another table, and processes may be added; none would end.
        case inPlace = "in_place"
        /// Processes would be replaced or ended.
        case replaces
        /// The file cannot be used.
        case invalid
    }

    /// A group of processes that a reload would touch.
    package struct Group: Equatable, Decodable, Sendable {
        package enum Action: String, Decodable, Sendable { case replace, add, remove, scale, change }

        /// `workers`, or the name of an app.
        package var name: String
        package var action: Action
        /// How many there are now, and how many there would be.
        package var before: Int
        package var after: Int
        /// The keys that are why, each with what it was and what it would be.
        package var why: [String]
        /// Open on them now.
        package var connections: Int
        package var requests: Int
        package var tunnels: Int

        package init(
            name: String, action: Action, before: Int, after: Int, why: [String] = [], connections: Int = 0, requests: Int = 0,
            tunnels: Int = 0
        ) {
            self.name = name
            self.action = action
            self.before = before
            self.after = after
            self.why = why
            self.connections = connections
            self.requests = requests
            self.tunnels = tunnels
        }
    }

    package var result: Result
    /// What is wrong with the file, rendered for people.
    package var errors: [String] = []
    package var warnings: [String] = []
    package var listenersKept: [String] = []
    package var listenersAdded: [String] = []
    package var listenersRemoved: [String] = []
    package var listenersChanged: [String] = []
    package var routesAdded: [String] = []
    package var routesRemoved: [String] = []
    package var routesChanged: [String] = []
    package var routesReordered = false
    package var groups: [Group] = []
    /// What else would change, without anybody being replaced.
    package var inPlace: [String] = []
    /// What no reload changes, but the next start of the master.
    package var atNextStart: [String] = []

    package init(result: Result) { self.result = result }
}

extension ReloadPlan {
    enum CodingKeys: String, CodingKey, CaseIterable {
        case result, errors, warnings
        case listenersKept = "listeners_kept"
        case listenersAdded = "listeners_added"
        case listenersRemoved = "listeners_removed"
        case listenersChanged = "listeners_changed"
        case routesAdded = "routes_added"
        case routesRemoved = "routes_removed"
        case routesChanged = "routes_changed"
        case routesReordered = "routes_reordered"
        case groups
        case inPlace = "in_place"
        case atNextStart = "at_next_start"
    }

    /// One line.
    package var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .result: writer.value(result.rawValue)
                case .errors: writer.array(errors) { $0.value($1) }
                case .warnings: writer.array(warnings) { $0.value($1) }
                case .listenersKept: writer.array(listenersKept) { $0.value($1) }
                case .listenersAdded: writer.array(listenersAdded) { $0.value($1) }
                case .listenersRemoved: writer.array(listenersRemoved) { $0.value($1) }
                case .listenersChanged: writer.array(listenersChanged) { $0.value($1) }
                case .routesAdded: writer.array(routesAdded) { $0.value($1) }
                case .routesRemoved: writer.array(routesRemoved) { $0.value($1) }
                case .routesChanged: writer.array(routesChanged) { $0.value($1) }
                case .routesReordered: writer.value(routesReordered)
                case .groups: writer.array(groups) { $1.write(to: &$0) }
                case .inPlace: writer.array(inPlace) { $0.value($1) }
                case .atNextStart: writer.array(atNextStart) { $0.value($1) }
                }
            }
        }
        return writer.bytes
    }

    /// nil for what `json` has not written.
    package init?(json: [UInt8]) {
        guard let plan = try? JSONDecoder().decode(ReloadPlan.self, from: Data(json)) else { return nil }
        self = plan
    }

    /// For people.
    package var text: String {
        var lines = errors + warnings
        for (sign, names) in [("+", listenersAdded), ("-", listenersRemoved), ("~", listenersChanged)] {
            lines += names.map { "\(sign) listener \($0)" }
        }
        for (sign, names) in [("+", routesAdded), ("-", routesRemoved), ("~", routesChanged)] {
            lines += names.map { "\(sign) route \($0)" }
        }
        if routesReordered { lines.append("~ routes in another order") }
        for group in groups { lines += group.lines }
        lines += inPlace.map { "~ \($0)" }
        lines += atNextStart.map { "  \($0) (at the next start of the master)" }
        switch result {
        case .invalid: lines.append("the file cannot be used: a reload would change nothing")
        case .nothing: lines.append(atNextStart.isEmpty ? "nothing would change" : "nothing else would change")
        case .inPlace: lines.append("no process would be replaced or ended")
        case .replaces: lines.append("processes would be replaced or ended, new before old")
        }
        return lines.map { $0 + "\n" }.joined()
    }
}

extension ReloadPlan.Group {
    enum CodingKeys: String, CodingKey, CaseIterable { case name, action, before, after, why, connections, requests, tunnels }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            for key in CodingKeys.allCases {
                writer.key(key.rawValue)
                switch key {
                case .name: writer.value(name)
                case .action: writer.value(action.rawValue)
                case .before: writer.value(before)
                case .after: writer.value(after)
                case .why: writer.array(why) { $0.value($1) }
                case .connections: writer.value(connections)
                case .requests: writer.value(requests)
                case .tunnels: writer.value(tunnels)
                }
            }
        }
    }

    fileprivate var lines: [String] {
        let what =
            switch action {
            case .replace: "! \(name): \(before) would be replaced\(before == after ? "" : " by \(after)")"
            case .add: "+ \(name): \(after) would be started"
            case .remove: "- \(name): \(before) would be ended"
            case .scale: "~ \(name): \(before) would become \(after)"
            case .change: "~ \(name): followed in place"
            }
        let touched = [(connections, "connections"), (requests, "requests"), (tunnels, "tunnels")].filter { $0.0 > 0 }
        let now = touched.isEmpty ? "" : " (now: " + touched.map { "\($0.0) \($0.1)" }.joined(separator: ", ") + ")"
        return [what + now] + why.map { "    \($0)" }
    }
}
