import Settings

/// A section that is read from a file of its own, and what was said about it.
func decoded<Value: Section>(_ text: String, into value: Value) -> (value: Value, complaints: [String]) {
    let reading = Reading(file: "x.yaml") { _ in nil }
    var value = value
    if let node = NodeParser.parse(Array(text.utf8), reading) { value.read(Setting(node, named: "\"it\"", reading)) }
    return (value, reading.issues.map { "\($0.mark.line):\($0.mark.column): \($0.message)" })
}
