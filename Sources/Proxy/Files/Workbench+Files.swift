internal import Engine
internal import HTTP1
internal import Kernel
internal import Routing

/// What a request finds in a folder.
enum FileMatch {
    case file(OpenFile)
    /// A folder, asked for without the slash at its end.
    case folderWithoutSlash
    /// A folder whose names may be shown.
    case listing
    case missing
    case denied
    case shortage
    case refused
    /// It may be there, and cannot be read for now.
    case faulty
}

/// What is sent of a file.
enum FileSelection {
    case whole
    case range(ByteRange)
    case ranges(ByteRanges)
    case unsatisfiable
    case notModified
    case failed
}

/// From a request to a file, and to what of it is wanted.
///
/// A span of one stored property borrows the whole bench; so these lend the buffers, and the spans are taken inside.
extension Workbench {
    /// What the request in the head is for. Afterwards `filePath` is the path of what was found.
    mutating func findFile(_ plan: FilePlan) -> FileMatch {
        filePath.begin(plan.root)
        switch Self.append(head, input, normaliser, behind: plan.prefixLength, to: &filePath) {
        case .name: break
        case .hidden: return .missing
        case .none: return match(.missing, plan)
        }
        // The root of everything, and nothing behind it.
        if filePath.count == 0 { return .folderWithoutSlash }
        if filePath.endsWithSlash { return findIndex(plan) }
        switch files.find(&filePath, common: &commonFields) {
        case .file(let file): return .file(file)
        case .folder: return .folderWithoutSlash
        case let other: return match(other, plan)
        }
    }

    /// The form of a file that the client likes best, of those that lie beside it and are not older than it.
    mutating func preferredForm(of file: OpenFile, _ fields: SelectionFields) -> OpenFile {
        if !fields.has(.acceptEncoding) { return file }
        let accepted = Self.acceptedCodings(fields, head, input)
        var candidates = ContentCodings.all
        let count = filePath.count
        while let coding = accepted.best(among: candidates) {
            filePath.append(coding.fileEnd)
            let found = files.find(&filePath, coding: coding, type: file.type, common: &commonFields)
            filePath.cut(to: count)
            // To the second: what unpacks a release writes them in whatever order. By the dates that the files have, be they ahead of the clock.
            if case .file(let form) = found, form.state.modifiedSecond >= file.state.modifiedSecond { return form }
            candidates.remove(coding)
        }
        return file
    }

    /// A page with the names in the folder that was found, as a file.
    mutating func listFolder() -> FileMatch {
        switch files.openFolder(&filePath) {
        case .failed(let error): return Self.match(files.outcome(of: error, filePath))
        case .opened(let folder):
            let path = Self.shownPath(head, input, normaliser)
            guard let listing = FolderListing(of: folder, at: &filePath, path: path) else { return .denied }
            guard let page = files.hold(listing.page, unixSeconds: commonFields.second) else { return .shortage }
            return .file(page)
        }
    }

    func selectionFields() -> SelectionFields { Self.selectionFields(head, input) }

    /// What the conditional fields and Range say to a file.
    func select(of file: OpenFile, _ plan: FilePlan, _ fields: SelectionFields) -> FileSelection {
        fields.isEmpty ? .whole : Self.select(of: file, plan, fields, head, input, now: commonFields.second)
    }

    /// `Location: /path/?query` for the folder that was asked for without its slash; false when that is longer than an answer may be.
    mutating func appendLocation() -> Bool {
        let needed = Int(head.target.length) + 64
        if output.room < needed + 1024 { return false }
        Self.appendLocation(head, input, normaliser, to: &output)
        return true
    }

    // MARK: - Private

    /// The folder that was asked for: its index, its names, or nothing.
    private mutating func findIndex(_ plan: FilePlan) -> FileMatch {
        let count = filePath.count
        filePath.cut(to: count - 1)
        filePath.append(plan.index)
        switch files.find(&filePath, common: &commonFields) {
        case .file(let file): return .file(file)
        case .missing, .folder: break
        case let other: return match(other, plan)
        }
        filePath.cut(to: count - 1)
        filePath.appendSlash()
        switch files.find(&filePath, common: &commonFields) {
        case .folder, .file: return plan.isListed ? .listing : match(plan.fallback == nil ? .denied : .missing, plan)
        case let other: return match(other, plan)
        }
    }

    private static func match(_ outcome: FileCache.Outcome) -> FileMatch {
        switch outcome {
        case .file(let file): .file(file)
        case .folder, .denied: .denied
        case .missing: .missing
        case .shortage: .shortage
        case .refused: .refused
        case .faulty: .faulty
        }
    }

    /// The same, where the fallback answers for what is missing.
    private mutating func match(_ outcome: FileCache.Outcome, _ plan: FilePlan) -> FileMatch {
        guard case .missing = outcome, let fallback = plan.fallback else { return Self.match(outcome) }
        filePath.begin(plan.root)
        filePath.append(fallback)
        switch files.find(&filePath, common: &commonFields) {
        case .missing, .folder, .denied: return .missing
        case let other: return Self.match(other)
        }
    }

    private static func append(
        _ head: borrowing RequestHead, _ input: borrowing Buffer, _ normaliser: borrowing PathNormaliser, behind prefixLength: Int,
        to path: inout FilePath
    ) -> FileName.Outcome {
        // Of the same request: where it is not in its normal form it was normalised to find its route.
        if !isNormal(head, input) { return path.append(behind(prefixLength, normaliser.key)) }
        return path.append(behind(prefixLength, head.path.of(input.bytes)))
    }

    @_lifetime(copy path)
    private static func behind(_ count: Int, _ path: RawSpan) -> RawSpan { path.extracting(min(count, path.byteCount)..<path.byteCount) }

    private static func appendLocation(
        _ head: borrowing RequestHead, _ input: borrowing Buffer, _ normaliser: borrowing PathNormaliser, to output: inout Buffer
    ) {
        output.withRoom { space in
            space.append("Location: ")
            space.append(isNormal(head, input) ? head.path.of(input.bytes) : normaliser.normalised)
            space.append("/")
            if !head.query.isEmpty {
                space.append("?")
                space.append(head.query.of(input.bytes))
            }
            space.append("\r\n")
        }
    }

    /// As the client has asked for it, without escapes.
    private static func shownPath(
        _ head: borrowing RequestHead, _ input: borrowing Buffer, _ normaliser: borrowing PathNormaliser
    ) -> [UInt8] {
        var path: [UInt8] = []
        if isNormal(head, input) {
            _ = FileName.append(head.path.of(input.bytes), to: &path)
        } else {
            _ = FileName.append(normaliser.normalised, to: &path)
        }
        return path
    }

    private static func selectionFields(_ head: borrowing RequestHead, _ input: borrowing Buffer) -> SelectionFields {
        SelectionFields(head, input.bytes)
    }

    private static func acceptedCodings(
        _ fields: SelectionFields, _ head: borrowing RequestHead, _ input: borrowing Buffer
    ) -> AcceptedCodings { AcceptedCodings(fields, of: head, input.bytes) }

    private static func select(
        of file: OpenFile, _ plan: FilePlan, _ fields: SelectionFields, _ head: borrowing RequestHead, _ input: borrowing Buffer, now: Int
    ) -> FileSelection {
        let tag = file.tag
        let validators = Validators(tag: tag.rawBytes, modified: file.modified)
        switch Preconditions.judge(fields, of: head, input.bytes, against: validators, now: now) {
        case .notModified: return .notModified
        case .failed: return .failed
        case .perform: break
        }
        // RFC 9110 §14.2: a range means something to GET alone.
        guard head.method == .get, let place = fields.value(.range),
            Preconditions.allowRange(fields, input.bytes, against: validators, now: now)
        else { return .whole }
        switch ByteRanges.read(place.of(input.bytes), size: file.state.size) {
        case .whole: return .whole
        case .unsatisfiable: return .unsatisfiable
        case .some(let ranges) where ranges.count == 1: return .range(ranges[0])
        // Parts with a coding would be a body that is no whole of it: clients undo it and fail (curl, browsers). RFC 9110 §14.2 lets us send all of it.
        case .some where file.coding != .identity: return .whole
        // Nor could anybody tell parts from one another whose boundary the route has taken out with the type.
        case .some where !plan.keepsType: return .whole
        case .some(let ranges): return .ranges(ranges)
        }
    }
}

extension ContentCoding {
    /// What the name of such a form ends with.
    var fileEnd: [UInt8] { Self.fileEnds[Int(rawValue)] }

    private static let fileEnds = ["", ".br", ".zst", ".gz"].map { Array($0.utf8) }
}
