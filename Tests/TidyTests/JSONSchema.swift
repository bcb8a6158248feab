/// As much of JSON Schema (draft 2020-12) as `config/cluster.schema.json` uses. A keyword that is not known here is a complaint.
struct JSONSchema {
    private let root: JSONValue

    init(_ text: String) throws { root = try JSONValue(parsing: text) }

    func complaints(about value: JSONValue) -> [String] { complaints(about: value, by: root, at: "") }

    /// Every property there can be, with dots between those of a path.
    var properties: Set<String> { properties(of: root, below: "") }

    /// Every keyword that is not known here, and every reference to nothing.
    var mistakes: [String] { mistakes(in: root, at: "#") }

    // MARK: - Validating

    private func complaints(about value: JSONValue, by schema: JSONValue, at place: String) -> [String] {
        schema.members.sorted { $0.key < $1.key }.flatMap { keyword, rule in
            complaints(about: value, by: keyword, rule, of: schema, at: place)
        }
    }

    private func complaints(about value: JSONValue, by keyword: String, _ rule: JSONValue, of schema: JSONValue, at place: String)
        -> [String]
    {
        func expect(_ isGood: Bool) -> [String] { isGood ? [] : ["\(place): \(keyword) \(rule)"] }
        func passes(_ rule: JSONValue) -> Bool { complaints(about: value, by: rule, at: place).isEmpty }
        switch keyword {
        case "$ref": return target(of: rule).map { complaints(about: value, by: $0, at: place) } ?? ["\(place): no \(rule)"]
        case "type": return expect((rule.elements.isEmpty ? [rule] : rule.elements).contains { value.isOf(type: $0.string ?? "") })
        case "enum": return expect(rule.elements.contains(value))
        case "pattern": return expect(value.string.map { matches($0, rule.string ?? "") } ?? true)
        case "minLength": return expect(value.string.map { Double($0.count) >= rule.number ?? 0 } ?? true)
        case "minimum": return expect(value.number.map { $0 >= rule.number ?? 0 } ?? true)
        case "maximum": return expect(value.number.map { $0 <= rule.number ?? 0 } ?? true)
        case "minItems": return expect(value.isOf(type: "array") ? Double(value.elements.count) >= rule.number ?? 0 : true)
        case "required": return expect(value.isOf(type: "object") ? rule.elements.allSatisfy { value[$0.string ?? ""] != nil } : true)
        case "anyOf": return expect(rule.elements.contains(where: passes))
        case "oneOf": return expect(rule.elements.count(where: passes) == 1)
        case "allOf": return rule.elements.flatMap { complaints(about: value, by: $0, at: place) }
        case "items": return value.elements.enumerated().flatMap { complaints(about: $1, by: rule, at: "\(place)[\($0)]") }
        case "properties":
            return value.members.flatMap { key, value in rule[key].map { complaints(about: value, by: $0, at: "\(place).\(key)") } ?? [] }
        case "additionalProperties":
            return value.members.filter { schema["properties"]?[$0.key] == nil }.flatMap { key, value in
                rule == .bool(false) ? ["\(place): \(key) is not known"] : complaints(about: value, by: rule, at: "\(place).\(key)")
            }
        default: return Self.annotations.contains(keyword) ? [] : ["\(place): the keyword \(keyword) is not known"]
        }
    }

    private static let annotations: Set = ["$schema", "$defs", "title", "description", "default", "examples"]

    private func target(of reference: JSONValue) -> JSONValue? {
        guard let path = reference.string, path.hasPrefix("#/$defs/") else { return nil }
        return root["$defs"]?[String(path.dropFirst(8))]
    }

    private func matches(_ text: String, _ pattern: String) -> Bool { (try? Regex(pattern)).map { text.contains($0) } ?? false }

    // MARK: - Looking at the schema itself

    private func properties(of schema: JSONValue, below prefix: String) -> Set<String> {
        var found: Set<String> = []
        for (keyword, rule) in schema.members {
            switch keyword {
            case "$ref": if let target = target(of: rule) { found.formUnion(properties(of: target, below: prefix)) }
            case "anyOf", "oneOf": for part in rule.elements { found.formUnion(properties(of: part, below: prefix)) }
            // Of a mapping whose own keys are the user's.
            case "items", "additionalProperties": found.formUnion(properties(of: rule, below: prefix))
            case "properties":
                for (key, value) in rule.members {
                    found.insert(prefix + key)
                    found.formUnion(properties(of: value, below: prefix + key + "."))
                }
            default: break
            }
        }
        return found
    }

    private func mistakes(in schema: JSONValue, at place: String) -> [String] {
        schema.members.flatMap { keyword, rule -> [String] in
            let here = "\(place)/\(keyword)"
            switch keyword {
            case "$ref": return target(of: rule) == nil ? ["\(here): \(rule)"] : []
            case "anyOf", "oneOf", "allOf": return rule.elements.flatMap { mistakes(in: $0, at: here) }
            case "items": return mistakes(in: rule, at: here)
            case "additionalProperties": return rule == .bool(false) ? [] : mistakes(in: rule, at: here)
            case "properties", "$defs": return rule.members.flatMap { mistakes(in: $1, at: "\(here)/\($0)") }
            case "pattern": return (try? Regex(rule.string ?? "(")) == nil ? ["\(here): \(rule)"] : []
            case "type", "enum", "minLength", "minimum", "maximum", "minItems", "required": return []
            default: return Self.annotations.contains(keyword) ? [] : ["\(here): not known"]
            }
        }
    }
}

extension JSONValue {
    fileprivate func isOf(type: String) -> Bool {
        switch (type, self) {
        case ("null", .null), ("boolean", .bool), ("number", .number), ("string", .string), ("array", .array), ("object", .object): true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }
}
