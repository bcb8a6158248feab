internal import HTTP1
internal import Kernel

/// Files that are kept open for the next request, and what is known of them; never what they hold, and never what is not there.
///
/// Each use looks at the path anew: one stat(2), and only what is the same in every respect is used again. So a changed file is seen at once,
/// and so is one that another has taken the place of.
struct FileCache: ~Copyable {
    enum Outcome {
        case file(OpenFile)
        case folder
        /// Not there, or not below the folder that is served, or no file: nobody is told which.
        case missing
        case denied
        /// This process has no descriptor for it.
        case shortage
        /// The kernel does not let us open files safely.
        case refused
        /// The disk, or the machine that has it, does not give it.
        case faulty
    }

    private struct Entry {
        var file: OpenFile?
        var hash = 0
        /// Of the same bucket; -1 ends it. Of a free place: the next free one.
        var next = -1
        var older = -1
        var newer = -1
        /// In milliseconds.
        var used = 0
    }

    /// A file that nobody has asked for in so long, in milliseconds: what is deleted should not take up the disk for ever.
    static let idleLimit = 60_000
    /// However many descriptors there are: who looks for a file walks over less than one other.
    private static let largest = 4096

    private let headroom: Headroom
    private var entries: [Entry] = []
    private var buckets: [Int]
    private var free = -1
    private var oldest = -1
    private var newest = -1
    private(set) var count = 0
    let limit: Int
    /// Of the last turn of the loop.
    private var now = 0
    private var hasComplained = false
    private var faults = SeldomSaid()
    /// Since that was asked last there was no descriptor but those that are for files alone, or none.
    private var isShort = false

    /// A quarter of the descriptors at most are for files that nobody asks for at the moment.
    init(_ headroom: Headroom, limit: Int? = nil) {
        self.headroom = headroom
        self.limit = limit ?? max(1, min(Self.largest, headroom.limit / 4))
        buckets = [Int](repeating: -1, count: 1)
        var size = 1
        while size < self.limit { size *= 2 }
        buckets = [Int](repeating: -1, count: size)
    }

    /// The file at a path, in the form that it has there.
    ///
    /// - Parameters:
    ///   - coding: how it is sent; `type` is then that of the file which it is a form of.
    ///   - common: fields of the answer. No file was written later than its Date says (RFC 9110 §8.8.2.1); that is brought up to now for one which seems
    ///     to have been.
    mutating func find(
        _ path: inout FilePath, coding: ContentCoding = .identity, type: [UInt8]? = nil, common: inout CommonFields
    ) -> Outcome {
        if path.isTooLong { return .missing }
        let look = path.look()
        switch look {
        case .found(let state) where state.isRegular:
            let hash = Self.hash(path.rawBytes, coding)
            let place = find(path.rawBytes, rootCount: path.rootCount, coding, hash)
            if place >= 0, let file = entries[place].file {
                if file.state == state {
                    touch(place)
                    return .file(file)
                }
                remove(place)
            }
            return open(&path, hash: hash, coding: coding, type: type, common: &common)
        case .found(let state) where state.isDirectory: return outcome(of: path.open(as: .place), path) ?? .folder
        // Something that is no file, or nothing: not even looked at closer, for a device may do something on being opened.
        case .found: return .missing
        case .failed(let error): return lookCloser(at: &path, after: error)
        }
    }

    /// A folder for its names; it is closed before the answer is out, and so not counted.
    func openFolder(_ path: inout FilePath) -> ContentFiles.Opening { path.open(as: .folder) }

    /// What it means that something at this path, or below it, cannot be opened.
    mutating func outcome(of error: Errno, _ path: borrowing FilePath) -> Outcome {
        switch error {
        case .accessDenied: return .denied
        case .noSuchCall, .notPermitted: return isRefused() ? .refused : .denied
        case _ where error.isShortage: return .shortage
        case _ where error.isAbsence: return .missing
        default:
            complain(of: error, path)
            return .faulty
        }
    }

    /// Something that was made up, as a file that is not kept; nil without a descriptor or memory for it.
    mutating func hold(_ content: [UInt8], unixSeconds: Int) -> OpenFile? {
        guard makeRoom() else { return nil }
        guard let text = try? SealedText(name: "listing", bytes: content), let descriptor = try? text.descriptor.duplicate(),
            case .found(let state) = ContentFiles.look(at: descriptor)
        else { return nil }
        headroom.take(1)
        return OpenFile(
            descriptor, at: [], coding: .identity, state: state, type: Array("text/html".utf8), now: unixSeconds, headroom: headroom)
    }

    // MARK: - Letting go

    /// Closes what was used longest ago; false when there is nothing left.
    mutating func closeOldest() -> Bool {
        if oldest < 0 { return false }
        remove(oldest)
        return true
    }

    mutating func closeAll() { while closeOldest() {} }

    /// Once in a turn of the loop: closes what nobody asks for any more.
    mutating func closeIdle(now: Int) {
        self.now = now
        while oldest >= 0, now - entries[oldest].used > Self.idleLimit { remove(oldest) }
    }

    mutating func takeShortage() -> Bool {
        defer { isShort = false }
        return isShort
    }

    // MARK: - Opening

    /// Files that are kept give way to the one that is asked for.
    private mutating func makeRoom() -> Bool {
        while !headroom.hasRoom(for: 1), closeOldest() {}
        if !headroom.hasRoom(for: 1) { isShort = true }
        return headroom.hasRoomForFile
    }

    private mutating func open(
        _ path: inout FilePath, hash: Int, coding: ContentCoding, type: [UInt8]?, common: inout CommonFields
    ) -> Outcome {
        guard makeRoom() else { return .shortage }
        while true {  // Each turn but the last closes a file.
            switch path.open(as: .file) {
            case .failed(let error) where error == .tableFull || error == .tableOfSystemFull:
                if closeOldest() { continue }
                isShort = true
                return .shortage
            case .failed(let error): return lookCloser(at: &path, after: error)
            case .opened(let descriptor):
                // What is described is what was opened, whatever was there a moment ago.
                let look = ContentFiles.look(at: descriptor)
                if case .failed(let error) = look { return outcome(of: error, path) }
                guard case .found(let state) = look, state.isRegular else { return .missing }
                headroom.take(1)
                // The time is that of the turn's beginning, and the file may be younger.
                if state.modifiedSecond > common.second { common.render(unixSeconds: Clock.unixSeconds) }
                let name = path.bytes
                let file = OpenFile(
                    descriptor, at: name, coding: coding, state: state, type: type ?? MediaType.ofFile(named: name), now: common.second,
                    rootCount: path.rootCount, headroom: headroom)
                insert(file, hash)
                return .file(file)
            }
        }
    }

    /// nil: it is there, and below the root.
    private mutating func outcome(of opening: consuming ContentFiles.Opening, _ path: borrowing FilePath) -> Outcome? {
        switch consume opening {
        case .opened: nil
        case .failed(let error): outcome(of: error, path)
        }
    }

    /// A path that cannot be looked at may be one that leaves the folder: then nothing is said of what it leads to.
    private mutating func lookCloser(at path: inout FilePath, after error: Errno) -> Outcome {
        if error == .noEntry || error == .notFolder { return .missing }
        return outcome(of: path.open(as: .place), path) ?? outcome(of: error, path)
    }

    /// The operator learns of it once in a while, and of the folder: the rest of the path is what a stranger has written.
    private mutating func complain(of error: Errno, _ path: borrowing FilePath) {
        let folder = String(decoding: path.bytes.prefix(path.rootCount), as: UTF8.self)
        faults.note(
            now: now, { others in "files below \(folder) could not be read: \(error)\(others == 0 ? "" : " (\(others) more before)")" },
            say: Complaint.say)
    }

    /// Whether it is the call that is refused, and not the file. That is said once.
    private mutating func isRefused() -> Bool {
        guard let obstacle = ContentFiles.obstacle else { return false }
        if !hasComplained {
            hasComplained = true
            Complaint.say(
                "files cannot be served: openat2(2) is refused here (\(obstacle)); Linux 5.6 or a sandbox that lets it pass is needed")
        }
        return true
    }

    // MARK: - The table

    /// FNV-1a.
    private static func hash(_ path: RawSpan, _ coding: ContentCoding) -> Int {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325 ^ UInt64(coding.rawValue)
        for index in 0..<path.byteCount { hash = (hash ^ UInt64(path.byte(index))) &* 0x100_0000_01b3 }
        return Int(truncatingIfNeeded: hash >> 1)
    }

    private func find(_ path: RawSpan, rootCount: Int, _ coding: ContentCoding, _ hash: Int) -> Int {
        var place = buckets[hash & (buckets.count - 1)]
        while place >= 0 {
            if entries[place].hash == hash, let file = entries[place].file, file.isAt(path, rootCount: rootCount, coding) { return place }
            place = entries[place].next
        }
        return -1
    }

    private mutating func insert(_ file: OpenFile, _ hash: Int) {
        if count == limit { _ = closeOldest() }
        let place = takePlace()
        let bucket = hash & (buckets.count - 1)
        entries[place] = Entry(file: file, hash: hash, next: buckets[bucket])
        buckets[bucket] = place
        count += 1
        link(place)
    }

    private mutating func takePlace() -> Int {
        if free >= 0 {
            defer { free = entries[free].next }
            return free
        }
        entries.append(Entry())
        return entries.count - 1
    }

    private mutating func remove(_ place: Int) {
        unlink(place)
        let bucket = entries[place].hash & (buckets.count - 1)
        if buckets[bucket] == place {
            buckets[bucket] = entries[place].next
        } else {
            var before = buckets[bucket]
            while entries[before].next != place { before = entries[before].next }
            entries[before].next = entries[place].next
        }
        entries[place] = Entry(next: free)
        free = place
        count -= 1
    }

    private mutating func touch(_ place: Int) {
        entries[place].used = now
        if place == newest { return }
        unlink(place)
        link(place)
    }

    private mutating func link(_ place: Int) {
        entries[place].used = now
        entries[place].older = newest
        entries[place].newer = -1
        if newest >= 0 { entries[newest].newer = place } else { oldest = place }
        newest = place
    }

    private mutating func unlink(_ place: Int) {
        let (older, newer) = (entries[place].older, entries[place].newer)
        if older >= 0 { entries[older].newer = newer } else { oldest = newer }
        if newer >= 0 { entries[newer].older = older } else { newest = older }
    }
}
