internal import Kernel

/// Where the admin socket of a master is: it follows from the absolute path of the configuration file, so that commands find it without
/// reading the file. Links are not resolved: what a user calls the file is its name.
package enum AdminAddress {
    /// A folder that the socket may be in.
    package struct Place: Equatable, Sendable {
        package var folder: String
        /// Everybody may write beside it, so that it must be proved ours.
        package var isShared: Bool

        package init(folder: String, isShared: Bool) {
            self.folder = folder
            self.isShared = isShared
        }
    }

    /// sun_path without its closing zero, unix(7).
    package static let longestPath = 107
    private static let longestStem = 32

    /// The default for a configuration file. Its folder is made where it is missing.
    ///
    /// Throws a sentence when there is no folder that is safely ours.
    package static func standard(configuration path: String) throws(AdminFailure) -> String {
        let absolute: String
        do throws(Errno) { absolute = try Files.absolutePath(path) } catch { throw AdminFailure.noFolder("\(path): \(error)") }
        let runtimeFolder = Environment.value(of: "XDG_RUNTIME_DIR")
        let temporaryFolder = Environment.value(of: "TMPDIR")
        return try standard(
            absolutePath: absolute, in: places(user: Accounts.ownUser, runtimeFolder: runtimeFolder, temporaryFolder: temporaryFolder))
    }

    /// The first of these folders that is, or can be made, ours alone and is not too long.
    package static func standard(absolutePath: String, in places: [Place]) throws(AdminFailure) -> String {
        var reasons: [String] = []
        for place in places {
            let path = place.folder + "/" + fileName(absolutePath)
            if path.utf8.count > longestPath {
                reasons.append("\(place.folder): too long for a socket")
            } else if let reason = prepare(place) {
                reasons.append("\(place.folder): \(reason)")
            } else {
                return path
            }
        }
        throw AdminFailure.noFolder(reasons.joined(separator: "; "))
    }

    /// In the order they are tried.
    package static func places(user: UInt32, runtimeFolder: String?, temporaryFolder: String?) -> [Place] {
        var places: [Place] = []
        if user == 0 { places.append(Place(folder: "/run/cluster-proxy", isShared: false)) }
        if let folder = runtimeFolder, folder.hasPrefix("/") {
            places.append(Place(folder: trimmed(folder) + "/cluster-proxy", isShared: false))
        }
        let temporary = temporaryFolder.flatMap { $0.hasPrefix("/") ? trimmed($0) : nil }
        for folder in [temporary, "/tmp"].compactMap({ $0 }) {
            places.append(Place(folder: "\(folder)/cluster-proxy-\(user)", isShared: true))
        }
        return places
    }

    /// `web-0f3a5c….sock` for /srv/web.yaml: the stem is for people, the hash of the whole path tells files of the same name apart.
    package static func fileName(_ absolutePath: String) -> String {
        var stem = absolutePath.split(separator: "/").last.map(String.init) ?? ""
        for suffix in [".yaml", ".yml"] where stem.hasSuffix(suffix) && stem.utf8.count > suffix.utf8.count {
            stem.removeLast(suffix.count)
        }
        let plain = stem.utf8.prefix(longestStem).map { isPlain($0) ? Character(Unicode.Scalar($0)) : "_" }
        let digits = String(hash(absolutePath), radix: 16)
        return String(plain) + "-" + String(repeating: "0", count: 16 - digits.count) + digits + ".sock"
    }

    // MARK: - Private

    /// nil when the folder is there and nobody else can change what is in it.
    private static func prepare(_ place: Place) -> String? {
        do throws(Errno) {
            try Files.makeDirectory(place.folder, mode: 0o700)
        } catch  where error != .exists {
            return "\(error)"
        } catch {
            // It was there: somebody made it, see who.
        }
        guard let status = try? Files.status(of: place.folder, followingLinks: !place.isShared) else { return "cannot be looked at" }
        if !status.isDirectory { return "is no folder" }
        if status.owner != Accounts.ownUser { return "belongs to user \(status.owner)" }
        if status.mode & 0o022 != 0 || (place.isShared && status.mode & 0o077 != 0) { return "others may write to it" }
        return nil
    }

    private static func trimmed(_ folder: String) -> String {
        var folder = Substring(folder)
        while folder.hasSuffix("/") { folder.removeLast() }
        return String(folder)
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: false
        }
    }

    /// FNV-1a, 64 bits: the same in every build and on every machine, which Swift's own hashing is not.
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
