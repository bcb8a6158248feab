internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// Answers with files, written into the bench's output as far as they are small.
extension Session {
    /// A file of this size and less is read behind its head and goes out with it, in one call; above, sendfile(2) is the cheaper way (Decisions.md).
    static let inlineLimit = 8 * 1024

    /// The answer of a route to `files`. What is too large for the output follows it: see `transfer`.
    func appendFile(_ plan: FilePlan, _ bench: inout Workbench, keepsAlive: Bool) {
        switch bench.head.method {
        case .get, .head: break
        case .options: return appendOptions(&bench, keepsAlive: keepsAlive)
        default: return append(.methodRefused, &bench, keepsAlive: keepsAlive)
        }
        switch bench.findFile(plan) {
        case .file(let file): append(file, plan, &bench, keepsAlive: keepsAlive)
        case .folderWithoutSlash: appendRedirect(&bench, keepsAlive: keepsAlive)
        case .listing: appendListing(&bench)
        case .denied: append(.fileDenied, &bench, keepsAlive: keepsAlive)
        case .missing: append(.noFile, &bench, keepsAlive: keepsAlive)
        case .shortage: append(.tooManyFiles, &bench, keepsAlive: keepsAlive)
        case .refused: append(.filesRefused, &bench, keepsAlive: keepsAlive)
        case .faulty: append(.fileFaulty, &bench, keepsAlive: keepsAlive)
        }
    }

    // MARK: - A file

    private func append(_ found: OpenFile, _ plan: FilePlan, _ bench: inout Workbench, keepsAlive: Bool) {
        let fields = bench.selectionFields()
        let hasForms = plan.isPrecompressed && found.isCompressible
        let file = hasForms ? bench.preferredForm(of: found, fields) : found
        let head = FileHead(file: file, plan: plan, hasForms: hasForms)
        switch bench.select(of: file, plan, fields) {
        case .whole: append(head, ByteRange(0, file.state.size), status: 200, &bench, keepsAlive: keepsAlive)
        case .range(let range): append(head, range, status: 206, &bench, keepsAlive: keepsAlive)
        case .ranges(let ranges): append(head, ranges, &bench, keepsAlive: keepsAlive)
        case .notModified: appendNotModified(head, &bench, keepsAlive: keepsAlive)
        case .failed: append(.fileChanged, &bench, keepsAlive: keepsAlive)
        case .unsatisfiable: append(.rangeRefused(size: file.state.size), &bench, keepsAlive: keepsAlive)
        }
    }

    /// One run of bytes, with the status 200 or 206.
    private func append(_ head: FileHead, _ range: ByteRange, status: Int, _ bench: inout Workbench, keepsAlive: Bool) {
        let before = bench.output.count
        let (common, minorVersion, isGet) = (bench.commonFields.bytes, bench.head.minorVersion, bench.head.method == .get)
        bench.output.withRoom { space in
            space.appendStatusLine(status)
            space.append(common)
            head.writeRepresentation(to: &space)
            if status == 206 { space.appendContentRange(range, of: head.file.state.size) }
            space.appendContentLength(range.count)
            space.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
            space.append("\r\n")
        }
        if isGet { send(head.file, range, before: before, &bench, keepsAlive: keepsAlive) }
    }

    /// The head is in the output, which had so many bytes before it.
    private func send(_ file: OpenFile, _ range: ByteRange, before: Int, _ bench: inout Workbench, keepsAlive: Bool) {
        if range.count == 0 { return }
        if range.count > Self.inlineLimit { return transfer.begin(file, range) }
        if bench.output.read(file, range) { return }
        // It has become shorter since it was looked at.
        bench.output.removeLast(bench.output.count - before)
        append(.fileTorn, &bench, keepsAlive: keepsAlive)
    }

    /// Several runs, as parts of one body.
    private func append(_ head: FileHead, _ ranges: ByteRanges, _ bench: inout Workbench, keepsAlive: Bool) {
        let parts = MultipartBody(ranges, boundary: bench.nextBoundary())
        let (common, minorVersion) = (bench.commonFields.bytes, bench.head.minorVersion)
        bench.output.withRoom { space in
            space.appendStatusLine(206)
            space.append(common)
            parts.writeType(to: &space)
            head.writeForm(to: &space)
            space.appendContentLength(parts.length(of: head.file))
            space.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
            space.append("\r\n")
        }
        transfer.begin(head.file, parts)
    }

    // MARK: - Names

    /// The page goes out like a file that nobody keeps. To make it takes milliseconds, so it is the last answer of its connection: a thousand that are
    /// asked for in one piece would hold up everybody else.
    private func appendListing(_ bench: inout Workbench) {
        let keepsAlive = false
        endsBehindAnswer = true
        switch bench.listFolder() {
        case .file(let page):
            let before = bench.output.count
            let (common, minorVersion, isGet) = (bench.commonFields.bytes, bench.head.minorVersion, bench.head.method == .get)
            bench.output.withRoom { space in
                space.appendStatusLine(200)
                space.append(common)
                space.append("Content-Type: text/html; charset=utf-8\r\n")
                space.appendContentLength(page.state.size)
                space.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
                space.append("\r\n")
            }
            if isGet { send(page, ByteRange(0, page.state.size), before: before, &bench, keepsAlive: keepsAlive) }
        case .missing: append(.noFile, &bench, keepsAlive: keepsAlive)
        case .shortage: append(.tooManyFiles, &bench, keepsAlive: keepsAlive)
        case .refused: append(.filesRefused, &bench, keepsAlive: keepsAlive)
        case .faulty: append(.fileFaulty, &bench, keepsAlive: keepsAlive)
        default: append(.fileDenied, &bench, keepsAlive: keepsAlive)
        }
    }

    // MARK: - No file

    /// RFC 9110 §15.4.5: what 200 would have said that tells one answer from another.
    private func appendNotModified(_ head: FileHead, _ bench: inout Workbench, keepsAlive: Bool) {
        let (common, minorVersion) = (bench.commonFields.bytes, bench.head.minorVersion)
        bench.output.withRoom { space in
            space.appendStatusLine(304)
            space.append(common)
            head.writeValidators(to: &space)
            space.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
            space.append("\r\n")
        }
    }

    /// Below a folder links are relative to it only when its address ends with a slash.
    private func appendRedirect(_ bench: inout Workbench, keepsAlive: Bool) {
        let before = bench.output.count
        let (common, minorVersion) = (bench.commonFields.bytes, bench.head.minorVersion)
        bench.output.withRoom { $0.appendStatusLine(301) }
        guard bench.appendLocation() else {
            bench.output.removeLast(bench.output.count - before)
            return append(.redirectTooLong, &bench, keepsAlive: keepsAlive)
        }
        bench.output.withRoom { space in
            space.append(common)
            space.appendContentLength(0)
            space.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
            space.append("\r\n")
        }
    }

    /// RFC 9110 §9.3.7: which methods there are.
    private func appendOptions(_ bench: inout Workbench, keepsAlive: Bool) {
        let (common, minorVersion) = (bench.commonFields.bytes, bench.head.minorVersion)
        bench.output.withRoom { space in
            space.appendStatusLine(204)
            space.append(common)
            space.append(FileHead.allow)
            space.appendConnection(keepsAlive: keepsAlive, minorVersion: minorVersion)
            space.append("\r\n")
        }
    }
}

/// What an answer says of a file.
struct FileHead {
    static var allow: StaticString { "Allow: GET, HEAD, OPTIONS\r\n" }

    let file: OpenFile
    let plan: FilePlan
    /// It could have been another form: caches have to know by what that is chosen (RFC 9110 §12.5.5).
    let hasForms: Bool

    func writeValidators(to space: inout OutputRawSpan) {
        space.append(file.validatorFields)
        space.append(plan.fields)
        if hasForms { space.append("Vary: Accept-Encoding\r\n") }
    }

    /// Of a whole or a part, whatever its type is.
    func writeForm(to space: inout OutputRawSpan) {
        space.append(file.formFields)
        writeValidators(to: &space)
    }

    func writeRepresentation(to space: inout OutputRawSpan) {
        space.append("Content-Type: ")
        space.append(file.type)
        space.append("\r\n")
        writeForm(to: &space)
    }
}

extension FilePlan {
    /// Its head, and a small file behind it.
    var largestAnswer: Int { Session.inlineLimit + 4096 }
}

extension Buffer {
    /// Appends these bytes of a file; false when it does not have them all any more.
    fileprivate mutating func read(_ file: OpenFile, _ range: ByteRange) -> Bool {
        var offset = range.start
        while offset < range.end {
            switch withRoom(upTo: range.end - offset, { file.descriptor.read(at: offset, into: &$0) }) {
            case .moved(let count): offset += count
            case .ended, .wouldBlock, .failed: return false
            }
        }
        return true
    }
}
