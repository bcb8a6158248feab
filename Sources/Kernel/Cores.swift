internal import CLinux

/// How many cores there are for us.
package enum Cores {
    /// The cores that this process may run on: affinity, and the quota of its control group rounded up. At least 1.
    package static func usable() -> Int {
        let affinity = max(1, cl_usable_cores())
        return max(1, min(affinity, quota() ?? affinity))
    }

    // MARK: - Private

    /// cgroup v2 `cpu.max`, else v1 `cpu.cfs_quota_us`, along the path of our own group.
    private static func quota() -> Int? {
        var least: Int?
        for file in quotaFiles() {
            guard let (quota, period) = file.read(), period > 0 else { continue }
            let cores = (quota + period - 1) / period
            least = min(least ?? cores, max(1, cores))
        }
        return least
    }

    private enum QuotaFile {
        case v2(String)
        case v1(quota: String, period: String)

        func read() -> (quota: Int, period: Int)? {
            switch self {
            case .v2(let path):
                let words = Cores.words(of: path)
                guard words.count == 2, let quota = Int(words[0]), let period = Int(words[1]) else { return nil }
                return (quota, period)
            case .v1(let quotaPath, let periodPath):
                guard let quota = Cores.words(of: quotaPath).first.flatMap({ Int($0) }), quota > 0,
                    let period = Cores.words(of: periodPath).first.flatMap({ Int($0) })
                else { return nil }
                return (quota, period)
            }
        }
    }

    private static func quotaFiles() -> [QuotaFile] {
        var files: [QuotaFile] = []
        for line in words(of: "/proc/self/cgroup", separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let controllers = parts[1].split(separator: ",")
            for folder in folders(upwardsFrom: String(parts[2])) {
                if parts[0] == "0" { files.append(.v2("/sys/fs/cgroup\(folder)/cpu.max")) }
                if controllers.contains("cpu") {
                    let base = "/sys/fs/cgroup/cpu\(folder)/cpu.cfs_"
                    files.append(.v1(quota: base + "quota_us", period: base + "period_us"))
                }
            }
        }
        return files
    }

    /// `/a/b`, `/a` and the root, as prefixes; at most 16 levels.
    private static func folders(upwardsFrom path: String) -> [String] {
        let parts = path.split(separator: "/").prefix(16)
        return (0...parts.count).map { parts.prefix($0).map { "/" + $0 }.joined() }
    }

    private static func words(of path: String, separator: Character = " ") -> [String] {
        guard let bytes = try? Files.read(path, limit: 64 * 1024) else { return [] }
        return String(decoding: bytes, as: UTF8.self).split { $0 == separator || $0 == "\n" }.map(String.init)
    }
}
