/// Environment variables while they are read, each name once, in the order in which the names came.
struct VariableList {
    private(set) var list: [EnvironmentVariable] = []
    private var places: [String: Int] = [:]

    /// The last one of a name holds.
    mutating func set(_ variable: EnvironmentVariable) {
        if let place = places[variable.name] {
            list[place] = variable
        } else {
            places[variable.name] = list.count
            list.append(variable)
        }
    }
}
