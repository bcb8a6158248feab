package import Patterns
package import Settings

extension Pattern {
    package static func read(_ setting: Setting) -> Pattern? {
        guard let text = setting.text() else { return nil }
        do throws(PatternFault) {
            return try Pattern(text)
        } catch {
            let before = String(decoding: Array(text.utf8).prefix(error.offset), as: UTF8.self)
            return setting.fail(
                "\(setting.name) is no regular expression: \(error.message)", at: before.unicodeScalars.count, in: text)
        }
    }
}
