/// The unix sockets of this network namespace that listen, by their paths, as they are when the first of them is asked for: found out without a connection,
/// which a program could mistake for a client.
final class ListeningPaths {
    private lazy var inodesByPath = Self.read()

    /// Of the sockets that listen on a path.
    func inodes(path: String) -> [String] { inodesByPath[path] ?? [] }

    // MARK: - Private

    /// The flag 0x10000 is that of a listening socket, proc(5).
    private static func read() -> [String: [String]] {
        guard let text = try? Files.read("/proc/net/unix", limit: 16 << 20) else { return [:] }
        var inodes: [String: [String]] = [:]
        for line in String(decoding: text, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 7)
            guard words.count == 8, words[3] == "00010000" else { continue }
            inodes[String(words[7]), default: []].append(String(words[6]))
        }
        return inodes
    }
}
