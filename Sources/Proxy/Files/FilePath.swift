internal import HTTP1
internal import Kernel
internal import Routing

/// The path of a file, put together from the folder that is served and what a request asks for; one for each worker, used again for every request.
struct FilePath: ~Copyable {
    /// As path_resolution(7) has it, the zero at the end included.
    static let limit = 4096

    private var text: [UInt8] = []
    private var root: [UInt8] = []

    init() {
        // A path of a request is never longer than a head.
        text.reserveCapacity(Self.limit + HeadLimits.largestHead)
        root.reserveCapacity(Self.limit)
    }

    /// Begins with a folder, an absolute path without a slash at its end.
    mutating func begin(_ folder: [UInt8]) {
        text.removeAll(keepingCapacity: true)
        root.removeAll(keepingCapacity: true)
        text.append(contentsOf: folder)
        root.append(contentsOf: folder)
        if root.isEmpty { root.append(Grammar.slash) }
        root.append(0)
        rootCount = text.count
    }

    private(set) var rootCount = 0

    /// Appends what a normal path means.
    mutating func append(_ path: RawSpan) -> FileName.Outcome {
        let outcome = FileName.append(path, to: &text)
        return outcome == .name && isTooLong ? .none : outcome
    }

    /// Appends names as they are; there is one slash between them and what is there.
    mutating func append(_ names: [UInt8]) { text.append(contentsOf: names) }

    mutating func appendSlash() { text.append(Grammar.slash) }

    var count: Int { text.count }
    var isTooLong: Bool { text.count >= Self.limit }
    var endsWithSlash: Bool { text.count > rootCount && text[text.count - 1] == Grammar.slash }

    mutating func cut(to count: Int) { text.removeLast(text.count - count) }

    /// A copy of its own: shared, the room for the longest path would stay with every file that is open.
    var bytes: [UInt8] { text.map(\.self) }
    var rawBytes: RawSpan {
        @_lifetime(borrow self) get { text.rawBytes }
    }

    // MARK: - Asking the kernel

    mutating func look() -> ContentFiles.Look {
        text.append(0)
        let look = ContentFiles.look(at: text.rawBytes)
        text.removeLast()
        return look
    }

    /// What a request for an entry of the folder at this path would find, whose slash is there already; nil where it would find nothing.
    mutating func look(at name: [UInt8], in folder: borrowing Descriptor) -> FileState? {
        switch ContentFiles.look(at: name, in: folder) {
        case .found(let state): return state
        // A link may leave its folder as long as it stays below the root.
        case .failed(.leavesFolder): return lookBelowRoot(at: name)
        case .failed: return nil
        }
    }

    private mutating func lookBelowRoot(at name: [UInt8]) -> FileState? {
        append(name)
        defer { cut(to: count - name.count) }
        guard !isTooLong, case .opened(let entry) = open(as: .place), case .found(let state) = ContentFiles.look(at: entry) else {
            return nil
        }
        return state
    }

    mutating func open(as kind: ContentFiles.Kind) -> ContentFiles.Opening {
        text.append(0)
        let opening = Self.open(text, behind: rootCount, root, kind)
        text.removeLast()
        return opening
    }

    /// The slash behind the root is none of the rest.
    private static func open(_ text: [UInt8], behind count: Int, _ root: [UInt8], _ kind: ContentFiles.Kind) -> ContentFiles.Opening {
        let start = text[count] == Grammar.slash ? count + 1 : count
        return ContentFiles.open(text.rawBytes.extracting(start..<text.count), beneath: root.rawBytes, as: kind)
    }
}
