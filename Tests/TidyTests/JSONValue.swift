import Foundation
import Settings

/// A value as JSON has it, from JSON or from YAML.
enum JSONValue: Equatable, Decodable {
    case null
    case bool(Bool)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    init(parsing text: String) throws { self = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let flag = try? container.decode(Bool.self) {
            self = .bool(flag)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let text = try? container.decode(String.self) {
            self = .string(text)
        } else if let array = try? container.decode([JSONValue].self) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// By the core schema, as editors read it (YAML 1.2 §10.3.2).
    init(_ node: Node) {
        switch node.content {
        case .mapping(let entries): self = .object(Dictionary(uniqueKeysWithValues: entries.map { ($0.key, JSONValue($0.value)) }))
        case .sequence(let nodes): self = .array(nodes.map(JSONValue.init))
        case .scalar(let scalar):
            if scalar.isNull {
                self = .null
            } else if scalar.style == .plain, let flag = ["true": true, "false": false][scalar.text] {
                self = .bool(flag)
            } else if scalar.style == .plain, let number = Double(scalar.text), scalar.text.utf8.allSatisfy({ $0 < 0x3a }) {
                self = .number(number)
            } else {
                self = .string(scalar.text)
            }
        }
    }

    subscript(key: String) -> JSONValue? {
        if case .object(let object) = self { object[key] } else { nil }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    var elements: [JSONValue] {
        if case .array(let array) = self { array } else { [] }
    }

    var members: [String: JSONValue] {
        if case .object(let object) = self { object } else { [:] }
    }

    var number: Double? {
        if case .number(let number) = self { number } else { nil }
    }
}
