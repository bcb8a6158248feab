package import Kernel

/// Why there is no admin socket, or why nobody answers on it, as a sentence for the operator.
package enum AdminFailure: Error, Equatable, Sendable {
    /// There is no folder that is safely ours.
    case noFolder(String)
    /// Another master has the socket: the same configuration file, or the same `admin.socket`.
    case held(socket: String, pid: Int32?, configuration: String?)
    /// Something else listens there.
    case taken(socket: String)
    /// Something is there that is no socket of ours, and is left alone.
    case notOurs(path: String, String)
    case cannotBind(socket: String, Errno)
    /// No master runs for this configuration file.
    case nobody(configuration: String, socket: String)
    case cannotConnect(socket: String, Errno)
    /// The other end runs as another user.
    case stranger(socket: String, user: UInt32?)
    case noAnswer(socket: String, String)
    /// The master ended before it answered.
    case ended(socket: String)
}

extension AdminFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noFolder(let reasons):
            return "no folder for the admin socket (\(reasons)); set admin.socket, or say --admin"
        case .held(let socket, let pid, let configuration):
            let master = pid.map { "another master, pid \($0)," } ?? "another master"
            return "\(master) already runs \(configuration ?? "this configuration") (it holds \(socket))"
        case .taken(let socket):
            return "another program listens on \(socket)"
        case .notOurs(let path, let reason):
            return "\(path) \(reason); it is left alone"
        case .cannotBind(let socket, let error):
            return "cannot listen on \(socket): \(error)"
        case .nobody(let configuration, let socket):
            return
                "no master is running for \(configuration) (nobody listens on \(socket)); one whose file has another admin.socket is found with --admin PATH"
        case .cannotConnect(let socket, let error):
            return "cannot connect to \(socket): \(error)"
        case .stranger(let socket, let user):
            return "\(socket) belongs to \(user.map { "user \($0)" } ?? "nobody known"): not asked"
        case .noAnswer(let socket, let reason):
            return "no answer on \(socket): \(reason)"
        case .ended(let socket):
            return "no answer on \(socket): the master has ended"
        }
    }
}
