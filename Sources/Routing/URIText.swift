internal import HTTP1

/// Values on their way into a URI reference, that of a Location: what cannot stand in one is escaped (RFC 3986 §2), and so is a `%` that begins no
/// escape. What is legal stays.
///
/// A reference that begins with two slashes names another host (RFC 3986 §4.2). Only the configuration may write one: where the path of a request
/// begins with several (`//evil.example`), or stands behind a slash of the configuration's, one is left.
struct URIText: BitwiseCopyable {
    private enum Beginning: BitwiseCopyable { case nothing, slash, more }

    private var beginning = Beginning.nothing

    /// How many bytes come of these.
    mutating func measure(_ value: RawSpan) -> Int {
        var total = 0
        var index = start(of: value)
        while index < value.byteCount {
            total &+= Self.isLegal(value, index) ? 1 : 3
            index &+= 1
        }
        return total
    }

    mutating func append(_ value: RawSpan, to output: inout OutputRawSpan) {
        var index = start(of: value)
        while index < value.byteCount {
            let byte = value.byte(index)
            if Self.isLegal(value, index) {
                output.append(byte)
            } else {
                output.append(Grammar.percent)
                output.append(Self.digit(byte >> 4))
                output.append(Self.digit(byte & 0xf))
            }
            index &+= 1
        }
    }

    /// The configuration's own text comes next, escaped already: how many of its first bytes are left out.
    mutating func skip(in text: RawSpan) -> Int {
        let isFirst = beginning == .nothing
        let start = isFirst ? 0 : start(of: text)
        if isFirst, text.byteCount > 0 { beginning = text.byteCount == 1 && text.byte(0) == Grammar.slash ? .slash : .more }
        return start
    }

    /// What comes next is not empty, and begins with no slash.
    mutating func settle() { beginning = .more }

    /// A text of the configuration in its escaped form.
    static func escaped(_ text: String) -> [UInt8] {
        let bytes = Array(text.utf8)
        return bytes.indices.flatMap { index in
            isLegal(bytes.rawBytes, index) ? [bytes[index]] : [Grammar.percent, digit(bytes[index] >> 4), digit(bytes[index] & 0xf)]
        }
    }

    // MARK: - Private

    /// Where to begin, so that no second slash comes behind a first one.
    private mutating func start(of value: RawSpan) -> Int {
        if beginning == .more || value.byteCount == 0 { return 0 }
        var slashes = 0
        while slashes < value.byteCount, value.byte(slashes) == Grammar.slash { slashes &+= 1 }
        let keepsOne = beginning == .nothing && slashes > 0
        beginning = slashes < value.byteCount ? .more : .slash
        return keepsOne ? slashes &- 1 : slashes
    }

    private static func isLegal(_ bytes: RawSpan, _ index: Int) -> Bool {
        let byte = bytes.byte(index)
        if byte != Grammar.percent { return ByteClass.reference.contains(byte) }
        return index &+ 2 < bytes.byteCount && Grammar.hexadecimal(bytes.byte(index &+ 1)) != nil
            && Grammar.hexadecimal(bytes.byte(index &+ 2)) != nil
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? Grammar.zero &+ value : value &- 10 &+ 0x41 }
}
