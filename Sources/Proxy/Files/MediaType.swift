/// What a file is, told by its name: nobody looks inside.
enum MediaType {
    /// The value of Content-Type. Texts are taken for UTF-8.
    static func ofFile(named name: [UInt8]) -> [UInt8] {
        guard let type = lookUp(end(of: name)) else { return Array("application/octet-stream".utf8) }
        return type.starts(with: "text/".utf8) ? Array(type) + Array("; charset=utf-8".utf8) : Array(type)
    }

    /// Whether a file of this type may be worth compressing: pictures, sounds, films and archives are compressed by their nature.
    static func isCompressible(_ type: [UInt8]) -> Bool {
        let text = String(decoding: type, as: UTF8.self)
        switch text {
        case "image/svg+xml", "image/bmp", "image/x-ms-bmp", "image/vnd.microsoft.icon": return true
        case "application/gzip", "application/zip", "application/zstd", "application/x-xz", "application/x-7z-compressed",
            "application/x-bzip2",
            "application/vnd.rar", "application/java-archive", "application/pdf", "font/woff", "font/woff2":
            return false
        default: return !text.hasPrefix("image/") && !text.hasPrefix("video/") && !text.hasPrefix("audio/")
        }
    }

    // MARK: - Private

    /// Behind the last dot, in lower case; empty where there is none, and in a name that only begins with one.
    private static func end(of name: [UInt8]) -> [UInt8] {
        var index = name.count
        while index > 0, name[index - 1] != 0x2e, name[index - 1] != 0x2f { index -= 1 }
        guard index > 1, name[index - 1] == 0x2e, name[index - 2] != 0x2f, name.count - index <= 32 else { return [] }
        return (index..<name.count).map { place in
            let byte = name[place]
            return byte &- 0x41 <= 25 ? byte | 0x20 : byte
        }
    }

    /// Halves the table until one line is left.
    private static func lookUp(_ end: [UInt8]) -> ArraySlice<UInt8>? {
        if end.isEmpty { return nil }
        var (low, high) = (0, table.count)
        while low < high {
            var start = (low + high) / 2
            while start > low, table[start - 1] != 0x0a { start -= 1 }
            let line = table[start...].prefix { $0 != 0x0a }
            let key = line.prefix { $0 != 0x20 }
            if key.elementsEqual(end) { return line.dropFirst(key.count + 1) }
            if key.lexicographicallyPrecedes(end) { low = min(high, line.endIndex + 1) } else { high = start }
        }
        return nil
    }
}
