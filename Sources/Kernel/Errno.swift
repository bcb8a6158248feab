internal import CLinux
internal import Glibc

/// A Linux error number, errno(3).
package struct Errno: Error, Hashable, Sendable, CustomStringConvertible {
    package let code: Int32

    package init(code: Int32) { self.code = code }

    /// From the `-errno` that CLinux returns.
    package init(_ negated: Int) { code = Int32(truncatingIfNeeded: -negated) }

    package static let notPermitted = Errno(code: EPERM)
    package static let noEntry = Errno(code: ENOENT)
    package static let badDescriptor = Errno(code: EBADF)
    package static let wouldBlock = Errno(code: EAGAIN)
    package static let outOfMemory = Errno(code: ENOMEM)
    package static let accessDenied = Errno(code: EACCES)
    package static let exists = Errno(code: EEXIST)
    package static let invalid = Errno(code: EINVAL)
    package static let tableOfSystemFull = Errno(code: ENFILE)
    package static let tableFull = Errno(code: EMFILE)
    package static let noSpace = Errno(code: ENOSPC)
    package static let nameTooLong = Errno(code: ENAMETOOLONG)
    package static let notFolder = Errno(code: ENOTDIR)
    package static let leavesFolder = Errno(code: EXDEV)
    package static let tooManyLinks = Errno(code: ELOOP)
    package static let noSuchCall = Errno(code: ENOSYS)
    package static let tooLarge = Errno(code: EFBIG)
    package static let brokenPipe = Errno(code: EPIPE)
    package static let messageTooLong = Errno(code: EMSGSIZE)
    package static let familyNotSupported = Errno(code: EAFNOSUPPORT)
    package static let addressInUse = Errno(code: EADDRINUSE)
    package static let addressNotAvailable = Errno(code: EADDRNOTAVAIL)
    package static let connectionAborted = Errno(code: ECONNABORTED)
    package static let connectionReset = Errno(code: ECONNRESET)
    package static let noBuffers = Errno(code: ENOBUFS)
    package static let connectionRefused = Errno(code: ECONNREFUSED)
    package static let timedOut = Errno(code: ETIMEDOUT)
    package static let tooManyInFlight = Errno(code: ETOOMANYREFS)

    /// `EADDRINUSE: Address already in use`
    package var description: String {
        // Safe: both are static strings of the C library, or null for a number it does not know.
        guard let name = unsafe cl_error_name(code), let text = unsafe cl_error_text(code) else { return "error \(code)" }
        return unsafe "\(String(cString: name)): \(String(cString: text))"
    }

    /// No room on the file system, or none for this user.
    package var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }

    /// The same, or the file has the size that it may have (setrlimit(2)).
    package var isFull: Bool { isDiskFull || code == EFBIG }

    /// There is nothing by such a path, or nothing that could be reached by it: a name that no file can have, a link that goes round or leaves its
    /// folder, a socket where a file is asked for.
    package var isAbsence: Bool {
        switch code {
        case ENOENT, ENOTDIR, ELOOP, ENAMETOOLONG, EXDEV, EINVAL, EILSEQ, ENXIO, ENODEV: true
        default: false
        }
    }

    /// The machine is short of something for now: trying again later may help.
    package var isShortage: Bool {
        switch code {
        case EAGAIN, ENOMEM, EMFILE, ENFILE, ENOBUFS: true
        default: false
        }
    }
}

extension Int {
    /// The value of a CLinux call, or its `-errno` thrown.
    func checked() throws(Errno) -> Int {
        if self < 0 { throw Errno(self) }
        return self
    }
}
