internal import HTTP1

/// A compiled `files`.
package final class FilePlan: Sendable {
    /// Absolute, without a slash at its end.
    package let root: [UInt8]
    /// How much of a normal path the route has taken; the rest is looked for below the root.
    package let prefixLength: Int
    /// With the slash before it.
    package let index: [UInt8]
    package let isListed: Bool
    package let isPrecompressed: Bool
    /// With the slash before it; nil where nothing answers for what is not there.
    package let fallback: [UInt8]?
    /// Whole fields that every answer with a file has.
    package let fields: [UInt8]
    /// Answers go out with the type that the worker gives them, which is where the boundary between several parts is told (RFC 9110 §14.6).
    package let keepsType: Bool

    /// `answers` is what the route changes of them.
    package init(_ folder: Folder, path: PathPattern, answers: HeaderEdits = HeaderEdits()) {
        root = folder.root == "/" ? [] : Array(folder.root.utf8)
        prefixLength = Self.prefixLength(path)
        index = Array("/\(folder.index)".utf8)
        isListed = folder.listing
        isPrecompressed = folder.precompressed
        fallback = folder.fallback.map { Array("/\($0)".utf8) }
        fields = folder.cacheControl.map { Array("Cache-Control: \($0)\r\n".utf8) } ?? []
        keepsType = !answers.takenOut.contains { $0.lowercased() == "content-type" }
    }

    /// A prefix is taken off as it is matched: in its normal form, without the slash at its end. Any other path is matched as a whole, and stays.
    private static func prefixLength(_ path: PathPattern) -> Int {
        guard case .prefix(let text) = path else { return 0 }
        var normaliser = PathNormaliser()
        let bytes = Array(text.utf8)
        guard normaliser.normalise(bytes.rawBytes) else { return 0 }
        let normal = normaliser.key
        let count = normal.byteCount
        return normal.byte(count - 1) == Grammar.slash ? count - 1 : count
    }
}
