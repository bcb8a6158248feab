internal import Settings

/// The names of the routes that were read so far: one that is given twice says of a log line not whose it is.
struct RouteNames {
    private var lines: [String: Int] = [:]

    /// Warns where another route has the name already.
    mutating func add(_ route: Route, _ setting: Setting) {
        guard let name = route.name else { return }
        if let line = lines[name] {
            setting.warn("the route on line \(line) is called \"\(name.shortened)\" as well; their lines in a log look the same")
        } else {
            lines[name] = setting.mark.line
        }
    }
}
