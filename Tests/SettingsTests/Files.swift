import Settings

/// A file for a test: its tree, or what is wrong with it.
struct File {
    let reading: Reading
    let source: [UInt8]
    let root: Node?

    init(_ text: String, environment: [String: String] = [:]) { self.init(bytes: Array(text.utf8), environment: environment) }

    init(bytes: [UInt8], environment: [String: String] = [:]) {
        source = bytes
        reading = Reading(file: "x.yaml") { environment[$0] }
        root = NodeParser.parse(bytes, reading)
    }

    /// `1:3: error: …`, without the file's name.
    var complaints: [String] { reading.issues.map { "\($0.mark.line):\($0.mark.column): \($0.severity.rawValue): \($0.message)" } }

    /// The value of the file's one key.
    var setting: Setting {
        guard case .mapping(let entries) = root?.content, let entry = entries.first else {
            return Setting(Node(.scalar(Scalar(text: "", style: .plain)), at: .start), named: "nothing", reading)
        }
        return Setting(entry.value, named: "\"\(entry.key)\"", reading)
    }
}

/// What a reader makes of `a: TEXT`, and what it says.
func read<Value>(_ text: String, environment: [String: String] = [:], _ how: (Setting) -> Value?) -> (value: Value?, complaints: [String]) {
    let file = File("a: \(text)", environment: environment)
    let value = how(file.setting)
    return (value, file.complaints)
}
