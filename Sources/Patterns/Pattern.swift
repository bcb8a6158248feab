internal import CPCRE2

/// A regular expression: compiled once, matched from then on by whoever has a workspace (PCRE2, pcre2pattern(3)).
///
/// - It is searched for; the pattern itself says where it is anchored.
/// - A text is one line to it: `.` stands for a line break as well, and `$` for nothing but the end, so that nothing gets past a rule with `%0A`.
/// - Texts are bytes. A pattern with letters beyond ASCII counts characters of UTF-8, and never matches inside bytes that are none.
///
/// No pattern and no text can hold a worker up: work, memory and nesting are bounded, and a search that reaches a bound says so.
@safe package final class Pattern: Sendable {
    /// As it was written.
    package let text: String
    /// How many groups the pattern has, without the whole of it.
    package let groupCount: Int

    // Safe: written by `init` alone, freed by `deinit`; PCRE2 only reads it in a match, from any number of threads (pcre2api(3), MULTITHREADING).
    private nonisolated(unsafe) let code: OpaquePointer

    /// What a step costs beside the way that it goes: a call, and with back references a comparison that nothing else counts.
    private let comparesGroups: Bool

    private static let longest = 8_192
    private static let callCost = 16

    /// Compiles the text, to machine code where the machine allows it.
    package init(_ text: String) throws(PatternFault) {
        self.text = text
        unsafe code = try Self.compile(text)
        groupCount = unsafe Self.number(PCRE2_INFO_CAPTURECOUNT, of: code)
        comparesGroups = unsafe Self.number(PCRE2_INFO_BACKREFMAX, of: code) > 0
        // Safe: nobody else has the code yet. Where memory cannot be made executable the pattern is interpreted: slower, within the same bounds.
        _ = unsafe pcre2_jit_compile_8(code, UInt32(PCRE2_JIT_COMPLETE))
    }

    deinit {
        // Safe: the last reference is gone, and no match outlives its call.
        unsafe pcre2_code_free_8(code)
    }

    /// Whether the pattern is found in the bytes.
    package func search(_ bytes: RawSpan, _ workspace: inout PatternWorkspace) -> PatternSearch {
        let stepCost = Self.callCost + (comparesGroups ? bytes.byteCount : 0)
        let result = unsafe workspace.run(code, bytes, stepCost: stepCost)
        if result >= 0 { return .found }
        // Whatever else goes wrong is a bound as well: of memory, of the stack, or of recursion that gets nowhere.
        return result == PCRE2_ERROR_NOMATCH ? .notFound : .limitReached
    }

    /// Whether the pattern is found in the bytes, and where it and its groups are; `captures` are left alone when it is not.
    package func search(_ bytes: RawSpan, _ workspace: inout PatternWorkspace, captures: inout Captures) -> PatternSearch {
        let search = search(bytes, &workspace)
        if search == .found { captures = workspace.captures(groupCount, in: bytes.byteCount) }
        return search
    }

    // MARK: - Private

    private static func compile(_ text: String) throws(PatternFault) -> OpaquePointer {
        let bytes = Array(text.utf8)
        if bytes.count > longest { throw PatternFault(message: "it is longer than \(longest) bytes", offset: longest) }
        var options = PCRE2_DOTALL | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT
        options |= bytes.allSatisfy { $0 < 0x80 } ? PCRE2_NEVER_UTF | PCRE2_NEVER_UCP : UInt32(PCRE2_MATCH_INVALID_UTF)
        var code: CInt = 0
        var offset = 0
        // Safe: PCRE2 reads so many bytes, and keeps none of them.
        let compiled = unsafe pcre2_compile_8(bytes, bytes.count, options, &code, &offset, nil)
        guard let compiled = unsafe compiled else { throw PatternFault(code: code, offset: min(offset, bytes.count)) }
        return unsafe compiled
    }

    private static func number(_ what: CInt, of code: OpaquePointer) -> Int {
        var number: UInt32 = 0
        // Safe: the two that are asked for are written as one 32-bit number (pcre2_pattern_info(3)).
        _ = unsafe pcre2_pattern_info_8(code, UInt32(what), &number)
        return Int(number)
    }
}

extension Pattern: Hashable {
    package static func == (one: Pattern, other: Pattern) -> Bool { one.text == other.text }
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}
