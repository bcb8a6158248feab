internal import CPCRE2

/// Why a text is no pattern.
package struct PatternFault: Error, Equatable {
    /// In PCRE2's words: `missing closing parenthesis`.
    package var message: String
    /// In bytes from the start of the text; where PCRE2 noticed.
    package var offset: Int

    package init(message: String, offset: Int) {
        self.message = message
        self.offset = offset
    }
}

extension PatternFault {
    init(code: CInt, offset: Int) {
        var text = [UInt8](repeating: 0, count: 256)
        // Safe: PCRE2 is told how much room there is, and cuts a message off that needs more; it ends with a zero either way.
        _ = unsafe pcre2_get_error_message_8(code, &text, text.count)
        self.init(message: String(decoding: text.prefix { $0 != 0 }, as: UTF8.self), offset: offset)
    }
}
