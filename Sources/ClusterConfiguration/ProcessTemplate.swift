internal import Settings

/// What a process-time `{{…}}` can say; the raw value is what is written.
enum ProcessName: String, CaseIterable {
    case port, host, socket, slot, id

    /// The variable by which the process itself knows it.
    var variable: String {
        switch self {
        case .port: "PORT"
        case .host: "HOST"
        case .socket: "SOCKET"
        case .slot: "CLUSTER_SLOT"
        case .id: "CLUSTER_ID"
        }
    }
}

/// Texts of `command` and `environment`, whose `{{…}}` are filled in for each process.
package enum ProcessTemplate {
    /// Unknown names stay as they are: the configuration has refused them.
    package static func expand(_ text: String, port: Int, host: String, socket: String, slot: Int, id: Int) -> String {
        guard text.contains("{{") else { return text }
        return Braces(text).pieces.map { piece in
            switch piece {
            case .text(let text): return text
            case .name(let name, _):
                switch ProcessName(rawValue: name) {
                case .port: return String(port)
                case .host: return host
                case .socket: return socket
                case .slot: return String(slot)
                case .id: return String(id)
                case nil: return "{{\(name)}}"
                }
            }
        }.joined()
    }

    /// Those that have a value with this private address.
    static func names(bind: PrivateAddress) -> [ProcessName] {
        bind == .unix ? [.socket, .slot, .id] : [.port, .host, .slot, .id]
    }

    static func read(_ setting: Setting, names: [ProcessName], isShell: Bool = false) -> String? {
        for name in ProcessName.allCases where name != .host && setting.variables.contains(name.variable) {
            let instead = isShell ? "\"{{\(name.rawValue)}}\" or \"$\(name.variable)\"" : "\"{{\(name.rawValue)}}\""
            return setting.fail(
                "\"${\(name.variable)}\" is replaced when the file is read: it would be the master's own"
                    + (names.contains(name) ? "; write \(instead)" : ", and there is no other here"),
                atVariable: name.variable)
        }
        guard let text = setting.text() else { return nil }
        if names.isEmpty, case .name(let name, let offset)? = firstName(in: text) {
            return setting.fail(
                "\"{{\(name.shortened)}}\" cannot stand here: names are filled in for each process, and this runs before the first one",
                at: offset, in: text)
        }
        guard
            setting.braces(in: text, names: names.map(\.rawValue), meaning: { known($0, among: names) }) != nil
        else { return nil }
        return text
    }

    /// What is wrong with a text of another file; nil when nothing is.
    static func problem(in text: String, names: [ProcessName]) -> String? {
        let braces = Braces(text)
        if braces.unclosed != nil { return "a \"{{\" is not closed by \"}}\"" }
        for piece in braces.pieces {
            if case .name(let name, _) = piece, known(name, among: names) == nil {
                return "unknown name \"{{\(name.shortened)}}\"; what can stand here: \(names.map(\.rawValue).joined(separator: ", "))"
            }
        }
        return nil
    }

    /// Whether a text says something that is of one process.
    package static func isOfProcess(_ text: String) -> Bool { firstName(in: text) != nil }

    private static func firstName(in text: String) -> Braces.Piece? {
        Braces(text).pieces.first { if case .name = $0 { true } else { false } }
    }

    private static func known(_ text: String, among names: [ProcessName]) -> ProcessName? {
        ProcessName(rawValue: text).flatMap { names.contains($0) ? $0 : nil }
    }
}
