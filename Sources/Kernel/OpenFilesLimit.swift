internal import CLinux

/// RLIMIT_NOFILE: how many descriptors a process may have, getrlimit(2).
package struct OpenFilesLimit: Equatable, Sendable {
    package var soft: Int
    package var hard: Int

    package init(soft: Int, hard: Int) {
        self.soft = soft
        self.hard = hard
    }

    /// This process's own.
    package static func current() throws(Errno) -> OpenFilesLimit {
        var limit = cl_limit()
        _ = try unsafe cl_open_files_limit(&limit).checked()
        return OpenFilesLimit(soft: Int(clamping: limit.soft), hard: Int(clamping: limit.hard))
    }

    /// Makes it this process's own.
    package func apply() throws(Errno) { _ = try cl_set_open_files_limit(UInt64(soft), UInt64(hard)).checked() }
}
