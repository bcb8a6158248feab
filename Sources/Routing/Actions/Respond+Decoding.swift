internal import HTTP1
package import Settings

extension Respond {
    package enum Key: String, SettingKey {
        case status, body, headers
        case contentType = "content_type"
    }

    /// The body alone, or a mapping.
    package static func read(_ setting: Setting) -> Respond? {
        if !setting.isMapping {
            if setting.isList { return setting.expected("a text, or a mapping with \"status\" and \"body\"") }
            warnOfStatus(setting)
            return Template.read(setting).map(Respond.init(body:))
        }
        guard let fields = setting.fields(Key.self) else { return nil }
        var respond = Respond(body: Template(literal: ""))
        fields.read(.status, into: &respond.status) { $0.number(in: 200...599) }
        fields.read(.body, into: &respond.body, Template.read)
        fields.read(.headers, into: &respond.headers, readHeaders)
        fields.read(.contentType, into: &respond.contentType, FieldSyntax.readText)
        if fields.has(.contentType), respond.headers.contains(where: { $0.name.lowercased() == "content-type" }) {
            fields.reading.error(
                "\"content_type\" is among the \"headers\" already; take one of them out", at: fields.mark(of: .contentType))
        }
        if fields.has(.body), respond.body != Template(literal: ""), !StatusCode.mayHaveLength(respond.status) || respond.status == 205 {
            fields.reading.warning(
                "an answer with status \(respond.status) has no body; this one is never sent", at: fields.mark(of: .body))
        }
        return respond
    }

    // MARK: - Private

    private static func warnOfStatus(_ setting: Setting) {
        guard setting.isWrittenAsNumber, let text = setting.text(), let number = Int(text), (200...599).contains(number) else { return }
        setting.warn("this is a 200 with the text \"\(text)\"; write {status: \(text)} for the status, or put the text in quotes")
    }

    private static func readHeaders(_ setting: Setting) -> [HeaderSetting]? {
        guard let entries = setting.entries() else { return nil }
        return entries.compactMap { entry in
            if !FieldSyntax.isToken(entry.key) {
                setting.reading.error("\"\(entry.key.shortened)\" cannot be the name of a header", at: entry.keyMark)
            } else if FieldSyntax.isReserved(entry.key) {
                setting.reading.error("the header \"\(entry.key)\" is written by the worker itself; take it out", at: entry.keyMark)
            } else if FieldSyntax.readText(entry.value) != nil, let value = Template.read(entry.value) {
                return HeaderSetting(name: entry.key, value: value)
            }
            return nil
        }
    }
}
