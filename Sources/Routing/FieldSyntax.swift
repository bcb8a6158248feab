internal import HTTP1
internal import Settings

/// What names and values of fields may be made of, for those that are written in the configuration.
enum FieldSyntax {
    /// A field name, a method or the name of a cookie (RFC 9110 §5.6.2).
    static func isToken(_ text: String) -> Bool { !text.isEmpty && text.utf8.allSatisfy { ByteClass.token.contains($0) } }

    /// RFC 9110 §5.5
    static func isFieldValue(_ text: String) -> Bool {
        let bytes = text.utf8.span
        for index in bytes.indices where !Grammar.isFieldValue(bytes[index]) { return false }
        return true
    }

    /// One line of a head.
    static func readText(_ setting: Setting) -> String? {
        guard let text = setting.text() else { return nil }
        if !isFieldValue(text) {
            return setting.fail("\(setting.name) holds a line break or another control character, which a header cannot")
        }
        return text
    }

    /// Fields that frame a message, or that are about one connection and not about the message (RFC 9110 §7.6.1): whoever is on that connection
    /// writes them.
    static func isOfConnection(_ name: String) -> Bool {
        switch name.lowercased() {
        case "content-length", "transfer-encoding", "connection", "keep-alive", "proxy-connection", "upgrade", "trailer", "te",
            "http2-settings":
            true
        default: false
        }
    }

    /// Fields that frame a message, or that the worker writes itself.
    static func isReserved(_ name: String) -> Bool {
        switch name.lowercased() {
        case "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "trailer", "date", "server": true
        default: false
        }
    }
}
