internal import HTTP1
internal import Kernel
internal import Routing

/// The names in a folder as a page.
struct FolderListing {
    struct Entry {
        var name: [UInt8]
        var isFolder: Bool
        /// In bytes.
        var size: Int
        /// Seconds since 1970.
        var modified: Int
    }

    /// More are not shown: each costs a look at it, and a page that is longer is read by nobody.
    static let limit = 2000
    /// Names that are read to find them, in no order of ours.
    private static let readLimit = 20_000

    /// As it stands in the address, without escapes.
    let path: [UInt8]
    private(set) var entries: [Entry] = []
    private(set) var isCut = false

    init(path: [UInt8], entries: [Entry], isCut: Bool = false) {
        self.path = path
        self.entries = entries.sorted(by: Self.precedes)
        self.isCut = isCut
    }

    /// Looks at what is in an open folder, and where `place` is: files and folders that a request could have; nil when it cannot be read.
    init?(of folder: borrowing Descriptor, at place: inout FilePath, path: [UInt8]) {
        guard let names = try? ContentFiles.names(in: folder, limit: Self.readLimit) else { return nil }
        let visible = names.filter { !FileName.isHidden($0) }.sorted { $0.lexicographicallyPrecedes($1) }
        var entries: [Entry] = []
        for name in visible.prefix(Self.limit) {
            guard let state = place.look(at: name, in: folder), state.isRegular || state.isDirectory else { continue }
            entries.append(Entry(name: name, isFolder: state.isDirectory, size: state.size, modified: state.modifiedSecond))
        }
        self.init(path: path, entries: entries, isCut: names.count == Self.readLimit || visible.count > Self.limit)
    }

    /// The whole page, UTF-8.
    var page: [UInt8] {
        let title = "Index of " + Self.escaped(path)
        var text = """
            <!DOCTYPE html>
            <html lang="en">
            <head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>\(title)</title>
            <style>body{font-family:sans-serif;margin:2em}td{padding:.1em 1.5em .1em 0}td+td{text-align:right;color:#666}</style></head>
            <body>
            <h1>\(title)</h1>
            <table>

            """
        if path.count > 1 { text += "<tr><td><a href=\"../\">../</a></td><td></td><td></td></tr>\n" }
        for entry in entries { text += Self.row(entry) }
        text += "</table>\n"
        if isCut { text += "<p>There are more, which are not shown.</p>\n" }
        return Array((text + "</body>\n</html>\n").utf8)
    }

    // MARK: - Private

    /// Folders first; then by the bytes of their names.
    private static func precedes(_ left: Entry, _ right: Entry) -> Bool {
        left.isFolder == right.isFolder ? left.name.lexicographicallyPrecedes(right.name) : left.isFolder
    }

    private static func row(_ entry: Entry) -> String {
        let slash = entry.isFolder ? "/" : ""
        let date = CalendarDate(unixSeconds: entry.modified)
        let day = "\(date.year)-\(twoDigits(date.month))-\(twoDigits(date.day)) \(twoDigits(date.hour)):\(twoDigits(date.minute))"
        // `./`: a name with a colon in it would be taken for a scheme.
        return "<tr><td><a href=\"./\(link(entry.name))\(slash)\">\(escaped(entry.name))\(slash)</a></td>"
            + "<td>\(entry.isFolder ? "" : String(entry.size))</td><td>\(day)</td></tr>\n"
    }

    private static func twoDigits(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }

    /// Everything is escaped that is not unreserved (RFC 3986 §2.3).
    private static func link(_ name: [UInt8]) -> String {
        var text = ""
        for byte in name {
            if ByteClass.unreserved.contains(byte) {
                text.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                text += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }

    /// As text of a page. What is no UTF-8 is shown as the sign for that, and linked as it is.
    private static func escaped(_ name: [UInt8]) -> String {
        var text = ""
        for scalar in String(decoding: name, as: UTF8.self).unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&#39;"
            // Controls would do something to whoever copies the name.
            case _ where scalar.value < 0x20 || scalar.value == 0x7f: text += "\u{fffd}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
