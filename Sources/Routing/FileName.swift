internal import HTTP1

/// The one place where a path of a request becomes the path of a file.
package enum FileName {
    /// What a path is the name of.
    package enum Outcome {
        case name
        /// A file that is not shown, should there be one.
        case hidden
        /// No file can have it.
        case none
    }

    /// Appends what a normal path, or the end of one, means as bytes of the file system, the slashes included; where that is no name what was appended
    /// is worth nothing.
    ///
    /// - An encoded slash is no separator, and no name holds one. A zero would end the name.
    /// - `.` and `..` are gone from a normal path, however they were encoded; should one be left it is refused.
    /// - A name that begins with a dot is hidden: .git, .env, .htpasswd. `.well-known` is there to be seen (RFC 8615).
    package static func append(_ path: RawSpan, to name: inout [UInt8]) -> Outcome {
        var segment = name.count
        var index = 0
        while index < path.byteCount {
            var byte = path.byte(index)
            index += 1
            if byte == Grammar.slash {
                if !mayServe(name, from: segment) { return .hidden }
                segment = name.count + 1
            } else if byte == Grammar.percent {
                guard index + 1 < path.byteCount, let high = Grammar.hexadecimal(path.byte(index)),
                    let low = Grammar.hexadecimal(path.byte(index + 1))
                else { return .none }
                byte = high << 4 | low
                index += 2
                if byte == Grammar.slash { return .none }
            }
            if byte == 0 { return .none }
            name.append(byte)
        }
        return mayServe(name, from: segment) ? .name : .hidden
    }

    /// Whether a name is one that listings show.
    package static func isHidden(_ name: [UInt8]) -> Bool { !mayServe(name, from: 0) }

    private static func mayServe(_ name: [UInt8], from start: Int) -> Bool {
        if start >= name.count || name[start] != Grammar.dot { return true }
        return name[start...].elementsEqual(".well-known".utf8)
    }
}
