/// Whose sockets are, as /proc tells it of each process that is asked about.
enum ListeningSockets {
    /// Whether one of these processes has one of these sockets; true as well where /proc hides that from us.
    static func isOwned(_ inodes: [String], by processes: [Int32]) -> Bool {
        let links = Set(inodes.map { "socket:[\($0)]" })
        var sawAll = true
        for pid in processes {
            switch has(pid, oneOf: links) {
            case true?: return true
            case false?: break
            case nil: sawAll = false
            }
        }
        return !sawAll
    }

    /// Where the descriptors of these processes lead, as far as we may look: one look at each.
    static func links(of processes: [Int32]) -> Set<String> {
        var links: Set<String> = []
        for pid in processes {
            let folder = "/proc/\(pid)/fd"
            for name in (try? Files.names(in: folder, limit: 65536)) ?? [] {
                if let link = try? Files.linkTarget("\(folder)/\(name)") { links.insert(link) }
            }
        }
        return links
    }

    // MARK: - Private

    /// nil: it may not be looked at. Root without CAP_SYS_PTRACE can list what another user's process has open, and not read where it leads.
    private static func has(_ pid: Int32, oneOf links: Set<String>) -> Bool? {
        let folder = "/proc/\(pid)/fd"
        do throws(Errno) {
            for name in try Files.names(in: folder, limit: 65536) {
                do throws(Errno) {
                    if links.contains(try Files.linkTarget("\(folder)/\(name)")) { return true }
                } catch {
                    if error == .accessDenied || error == .notPermitted { throw error }
                    // It was closed meanwhile.
                }
            }
            return false
        } catch {
            // One that has just ended hides nothing.
            return error == .accessDenied || error == .notPermitted ? nil : false
        }
    }
}
