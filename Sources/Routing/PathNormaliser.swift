internal import HTTP1

/// Brings a path into the one form that routes are matched against (RFC 3986 §6.2.2), so that no spelling of a path passes by its rule.
///
/// - Escapes of unreserved characters are decoded, once; every other escape stays, with its digits in upper case. An encoded slash
///   stays encoded: it is no separator.
/// - Dot segments are removed, also where their dots were escaped. One that climbs above the root is refused, and so is one that only a
///   lenient server would see: beside an encoded slash or backslash (`..%2f`), or with a parameter (`..;x`).
/// - Empty segments stay, for they may be part of a name (`/resize/http://…`), but those at the beginning are dropped: `//a` would be a host. Routes
///   are matched without any of them (`key`): many servers take `/a//b` for `/a/b`, so a rule for that has to see it.
/// - A broken escape, an encoded NUL and a backslash are refused.
///
/// It owns its scratch space: one for each worker, used again for every path that needs it. Most do not.
package struct PathNormaliser: ~Copyable {
    private var output: [UInt8] = []
    /// The key, where it is another one than the normal form.
    private var decoded: [UInt8] = []
    /// The normal form without empty segments, where it has some.
    private var compact: [UInt8] = []

    package init() {
        // A path is never longer than a head, and its normal form never longer than the path: there is no growing later.
        output.reserveCapacity(HeadLimits.largestHead)
        decoded.reserveCapacity(HeadLimits.largestHead)
        compact.reserveCapacity(HeadLimits.largestHead)
    }

    /// Whether the path is in its normal form as it is: the usual case, for which nothing is copied.
    package static func isNormal(_ path: RawSpan) -> Bool {
        var previous: UInt8 = 0
        for index in 0..<path.byteCount {
            let byte = path.byte(index)
            if byte == Grammar.percent || byte == Grammar.backslash { return false }
            if previous == Grammar.slash, byte == Grammar.slash || byte == Grammar.dot { return false }
            previous = byte
        }
        return true
    }

    /// Normalises a path that begins with a slash, or the empty one, which is the root's (RFC 9110 §4.2.3); false when it has to be refused with 400.
    package mutating func normalise(_ path: RawSpan) -> Bool {
        output.removeAll(keepingCapacity: true)
        output.append(Grammar.slash)
        var index = 1
        while index <= path.byteCount {  // Every turn consumes a segment and the slash behind it.
            guard appendSegment(path, at: &index) else { return false }
        }
        makeKey()
        return true
    }

    /// Normalises a path that was put together of parts; false when it has to be refused. A dot segment in it came about by chance or by somebody's
    /// will, and not by the one who wrote the parts: it is not followed.
    package mutating func settle(_ path: RawSpan) -> Bool { !Self.hasDotSegment(path) && normalise(path) }

    /// What `normalise` made, until it is called again.
    package var normalised: RawSpan {
        @_lifetime(borrow self)
        get { output.rawBytes }
    }

    /// What routes are matched with: the normal form without empty segments, with the escapes of all other printable characters decoded as well, but for those that separate or
    /// escape (`/`, `\`, `%`). `%40` and `@` may be two things to the one who gets the path (RFC 3986 §2.2), so it goes on as it is; but hardly any
    /// program tells them apart, and no rule shall be passed by with the other spelling.
    package var key: RawSpan {
        @_lifetime(borrow self)
        get { decoded.isEmpty ? output.rawBytes : decoded.rawBytes }
    }

    /// The normal form without empty segments: what is looked for in a path may not be hidden by them.
    package var withoutEmptySegments: RawSpan {
        @_lifetime(borrow self)
        get { compact.isEmpty ? output.rawBytes : compact.rawBytes }
    }

    /// How much of a normal path a prefix takes that is in the form of a key, whichever way it is spelled there; nil when it is no prefix of it.
    package static func length(of prefix: RawSpan, in path: RawSpan) -> Int? {
        var index = 0
        for place in 0..<prefix.byteCount {
            if place > 0, prefix.byte(place - 1) == Grammar.slash { while isSlash(path, at: index) { index += 1 } }
            guard index < path.byteCount else { return nil }
            if path.byte(index) == prefix.byte(place) {
                index += 1
            } else if let byte = printable(path, at: index), byte == prefix.byte(place) {
                index += 3
            } else {
                return nil
            }
        }
        return index
    }

    /// The form that this path was matched in, where that is another one; else nothing. Of the path that was looked up last.
    @_lifetime(borrow self)
    package func matched(_ path: RawSpan) -> RawSpan {
        path.byteCount > 0 && Self.isNormal(path) ? RawSpan() : normalised
    }

    // MARK: - Private

    private var needsKey: Bool {
        var previous: UInt8 = 0
        for byte in output {
            if byte == Grammar.percent || byte == Grammar.slash && previous == Grammar.slash { return true }
            previous = byte
        }
        return false
    }

    private static func isSlash(_ path: RawSpan, at index: Int) -> Bool { index < path.byteCount && path.byte(index) == Grammar.slash }

    private mutating func makeKey() {
        decoded.removeAll(keepingCapacity: true)
        compact.removeAll(keepingCapacity: true)
        if !needsKey { return }
        for byte in output where byte != Grammar.slash || compact.last != Grammar.slash { compact.append(byte) }
        var index = 0
        while index < output.count {
            if output[index] == Grammar.slash, decoded.last == Grammar.slash {
                index += 1
                continue
            }
            let byte = Self.printable(output.rawBytes, at: index)
            decoded.append(byte ?? output[index])
            index += byte == nil ? 1 : 3
        }
    }

    /// What the whole escape at a place stands for, where a key has that instead.
    private static func printable(_ path: RawSpan, at index: Int) -> UInt8? {
        guard index + 2 < path.byteCount, path.byte(index) == Grammar.percent, let high = Grammar.hexadecimal(path.byte(index + 1)),
            let low = Grammar.hexadecimal(path.byte(index + 2))
        else { return nil }
        let byte = high << 4 | low
        let separates = byte == Grammar.slash || byte == Grammar.backslash || byte == Grammar.percent
        return (0x21...0x7e).contains(byte) && !separates ? byte : nil
    }

    private static func hasDotSegment(_ path: RawSpan) -> Bool {
        var dots = 0
        var isOnlyDots = true
        var index = 0
        while index < path.byteCount {
            let byte = path.byte(index)
            let isEscapedDot =
                byte == Grammar.percent && index + 2 < path.byteCount && path.byte(index + 1) == 0x32
                && Grammar.lowercased(path.byte(index + 2)) == 0x65
            if byte == Grammar.slash {
                if isOnlyDots, dots == 1 || dots == 2 { return true }
                (dots, isOnlyDots) = (0, true)
            } else if byte == Grammar.dot || isEscapedDot {
                dots += 1
            } else {
                isOnlyDots = false
            }
            index += isEscapedDot ? 3 : 1
        }
        return isOnlyDots && (dots == 1 || dots == 2)
    }

    /// The output ends with a slash before, and after every segment but the last.
    private mutating func appendSegment(_ path: RawSpan, at index: inout Int) -> Bool {
        let start = output.count
        var hidesSeparator = false
        while index < path.byteCount {
            let byte = path.byte(index)
            if byte == Grammar.slash { break }
            if byte == Grammar.backslash { return false }
            index += 1
            if byte != Grammar.percent {
                output.append(byte)
                continue
            }
            guard index + 1 < path.byteCount, let high = Grammar.hexadecimal(path.byte(index)),
                let low = Grammar.hexadecimal(path.byte(index + 1))
            else { return false }
            index += 2
            let value = high << 4 | low
            if value == 0 { return false }
            if ByteClass.unreserved.contains(value) {
                output.append(value)
            } else {
                hidesSeparator = hidesSeparator || value == Grammar.slash || value == Grammar.backslash
                output.append(Grammar.percent)
                output.append(Self.digit(high))
                output.append(Self.digit(low))
            }
        }
        let isLast = index == path.byteCount
        index += 1
        return finishSegment(from: start, isLast: isLast, hidesSeparator: hidesSeparator)
    }

    private mutating func finishSegment(from start: Int, isLast: Bool, hidesSeparator: Bool) -> Bool {
        let length = output.count - start
        if length == 0 {
            if !isLast, start > 1 { output.append(Grammar.slash) }
            return true
        }
        if hidesSeparator, hidesDotSegment(from: start) { return false }
        if output[start] == Grammar.dot {
            let isDouble = length > 1 && output[start + 1] == Grammar.dot
            let dots = isDouble ? 2 : 1
            if length > dots, output[start + dots] == Grammar.semicolon { return false }
            if length == dots {
                output.removeLast(dots)
                return isDouble ? removeSegment() : true
            }
        }
        if !isLast { output.append(Grammar.slash) }
        return true
    }

    /// Takes back the segment before the last slash; false when there is none.
    private mutating func removeSegment() -> Bool {
        if output.count == 1 { return false }
        output.removeLast()
        while output[output.count - 1] != Grammar.slash { output.removeLast() }
        return true
    }

    /// Whether the segment would have a dot segment in it, were its encoded slashes and backslashes real ones.
    private func hidesDotSegment(from start: Int) -> Bool {
        var dots = 0
        var isOnlyDots = true
        var index = start
        while index <= output.count {
            let isEscape = index + 2 < output.count && output[index] == Grammar.percent
            let isSlash = isEscape && output[index + 1] == 0x32 && output[index + 2] == 0x46
            let isBackslash = isEscape && output[index + 1] == 0x35 && output[index + 2] == 0x43
            if index == output.count || isSlash || isBackslash {
                if isOnlyDots, dots == 1 || dots == 2 { return true }
                dots = 0
                isOnlyDots = true
                index += isEscape ? 3 : 1
                continue
            }
            // A parameter behind dots: some servers take it off and go up.
            if output[index] == 0x3b, isOnlyDots, dots == 1 || dots == 2 { return true }
            if output[index] == Grammar.dot { dots += 1 } else { isOnlyDots = false }
            index += 1
        }
        return false
    }

    private static func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x41 + value - 10 }
}
